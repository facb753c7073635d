import ByteReading
import Conversations

/// Reading one message object of any era.
///
/// Keys decide, not the era: a thread that was carried through all versions has lines of each. Cortex
/// sorts keys, so what a key means may depend on one that comes later.
extension JanMessage {
  /// Reads the object that comes next.
  /// - Throws: What the cursor throws; what was read before stays.
  mutating func read(_ json: inout JSONCursor) throws(ReadingError) {
    try json.beginObject()
    while try json.nextKey() {
      switch json.key {
      case "id":
        id = try json.compactTextIfString()
      case "role":
        if let name = try json.compactTextIfString() { role = Role(name) }
      case "content":
        hasContent = true
        try readContent(&json)
      case "created":
        try readTime(&json, millisecondsMean: .lines, secondsMean: .lines)
      case "created_at":
        try readTime(&json, millisecondsMean: .rust, secondsMean: .cortex)
      case "createdAt":
        try readDate(&json)
      case "metadata":
        try readMetadata(&json)
      case "attachments":
        try readFileIDs(&json)
      case "model":
        try readModel(&json)
      default:
        try json.skipValue()
      }
    }
  }

  private mutating func readTime(
    _ json: inout JSONCursor, millisecondsMean: JanEra, secondsMean: JanEra
  ) throws(ReadingError) {
    guard let number = try json.numberIfPresent() else { return }
    guard let moment = Instant(guessing: number) else {
      // Only the interface of 0.6 and later writes 0 for "not yet known".
      note(millisecondsMean)
      return
    }
    note(moment.hasMilliseconds ? millisecondsMean : secondsMean)
    if time == nil { time = moment }
  }

  private mutating func readDate(_ json: inout JSONCursor) throws(ReadingError) {
    note(.singleFile)
    switch try json.kind() {
    case .string: time = Instant(parsing: try json.text(limit: 256).bytes)
    case .number: time = Instant(guessing: try json.number())
    default: try json.skipValue()
    }
  }

  /// A model's name, or an object that has it as its id.
  private mutating func readModel(_ json: inout JSONCursor) throws(ReadingError) {
    switch try json.kind() {
    case .string:
      let name = try json.text(limit: 64 << 10)
      if !name.isEmpty { model = name.string }
    case .object:
      try json.beginObject()
      while try json.nextKey() {
        switch json.key {
        case "id":
          if let name = try json.textIfString(), !name.isEmpty { model = name.string }
        default: try json.skipValue()
        }
      }
    default: try json.skipValue()
    }
  }

  /// `attachments`: files that were given to the application's server.
  private mutating func readFileIDs(_ json: inout JSONCursor) throws(ReadingError) {
    guard try json.beginArrayIfPresent() else { return }
    while try json.nextElement() {
      guard try json.beginObjectIfPresent() else { continue }
      var file: StoredText?
      while try json.nextKey() {
        switch json.key {
        case "file_id": file = try json.textIfString()
        default: try json.skipValue()
        }
      }
      fileIDs.append(file ?? "")
    }
  }

  // MARK: - Metadata

  private mutating func readMetadata(_ json: inout JSONCursor) throws(ReadingError) {
    guard try json.beginObjectIfPresent() else { return }
    while try json.nextKey() {
      switch json.key {
      case "parentId":
        try readParent(&json)
      case "activeChildId":
        hasBranching = true
        note(.typedParts)
        activeChild = try json.digestIfString()
      case "inline_file_contents":
        try readInlineFiles(&json)
      case "tool_calls":
        if wanted.text { try readToolCalls(&json) } else { try json.skipValue() }
      case "filename":
        fileName = try json.textIfString()
      case "size":
        if let size = try json.numberIfPresent()?.integer, size > 0 { fileSize = UInt64(size) }
      case "model", "modelId", "model_id":
        try readModel(&json)
      case "assistant":
        if wanted.text { try readInstructions(&json) } else { try json.skipValue() }
      default:
        if wanted.text { try keepAside(&json) } else { try json.skipValue() }
      }
    }
  }

  private mutating func readParent(_ json: inout JSONCursor) throws(ReadingError) {
    hasBranching = true
    note(.typedParts)
    switch try json.kind() {
    case .string:
      if wanted.text {
        let name = try json.text()
        parentID = name
        parent = .message(ContentDigest(of: name.bytes))
      } else if let digest = try json.digestIfString() {
        parent = .message(digest)
      }
    case .null:
      parent = .none
      try json.skipValue()
    default:
      try json.skipValue()
    }
  }

  /// Small documents that are stored whole.
  private mutating func readInlineFiles(_ json: inout JSONCursor) throws(ReadingError) {
    guard try json.beginArrayIfPresent() else { return }
    while try json.nextElement() {
      guard try json.beginObjectIfPresent() else { continue }
      var file = Attachment()
      while try json.nextKey() {
        switch json.key {
        case "name": file.name = try json.textIfString()
        case "content":
          if try json.kind() != .string {
            try json.skipValue()
          } else if wanted.text {
            let content = try json.text()
            file.bytes = UInt64(content.bytes.count)
            file.text = content
          } else {
            file.bytes = try json.measuredString().length
          }
        default: try json.skipValue()
        }
      }
      // The end of the text may list the same file.
      if let name = file.name, let listed = attachments.firstIndex(where: { $0.name == name }) {
        file.mediaType = attachments[listed].mediaType
        attachments[listed] = file
      } else {
        attachments.append(file)
      }
    }
  }

  private mutating func readInstructions(_ json: inout JSONCursor) throws(ReadingError) {
    guard try json.beginObjectIfPresent() else { return }
    while try json.nextKey() {
      switch json.key {
      case "instructions": instructions = try json.textIfString()
      default: try json.skipValue()
      }
    }
  }

  /// Calls of tools as 0.6 and 0.7 kept them, beside the content.
  private mutating func readToolCalls(_ json: inout JSONCursor) throws(ReadingError) {
    guard try json.beginArrayIfPresent() else { return }
    while try json.nextElement() {
      guard try json.beginObjectIfPresent() else { continue }
      var call = ToolCall()
      while try json.nextKey() {
        switch json.key {
        case "tool":
          try readTool(&json, into: &call)
        case "id":
          if let id = try json.textIfString() { call.id = id }
        case "name":
          if let name = try json.textIfString() { call.name = name }
        case "args": call.arguments = try readStored(&json)
        case "response", "result": call.result = try readStored(&json)
        default: try json.skipValue()
        }
      }
      toolCalls.append(call)
    }
  }

  private mutating func readTool(
    _ json: inout JSONCursor, into call: inout ToolCall
  ) throws(ReadingError) {
    guard try json.beginObjectIfPresent() else { return }
    while try json.nextKey() {
      switch json.key {
      case "id": call.id = try json.textIfString()
      case "function":
        guard try json.beginObjectIfPresent() else { continue }
        while try json.nextKey() {
          switch json.key {
          case "name": call.name = try json.textIfString()
          case "arguments": call.arguments = try readStored(&json)
          default: try json.skipValue()
          }
        }
      default: try json.skipValue()
      }
    }
  }

  // MARK: - Values of any kind

  /// A value as stored: text of a string, JSON of everything else; nil for null and for more than can
  /// be held.
  mutating func readStored(_ json: inout JSONCursor) throws(ReadingError) -> StoredText? {
    switch try json.kind() {
    case .string: return try json.text()
    case .null:
      try json.skipValue()
      return nil
    default:
      let raw = try readRaw(&json)
      if let raw { addEscapedStrings(of: raw) }
      return raw
    }
  }

  /// Keeps the value of a key that is not known, when it can hold text.
  mutating func keepAside(_ json: inout JSONCursor) throws(ReadingError) {
    switch try json.kind() {
    case .string: addAside(try json.text())
    case .object, .array:
      guard let raw = try readRaw(&json) else { return }
      addAside(raw)
      addEscapedStrings(of: raw)
    case .number, .boolean, .null: try json.skipValue()
    }
  }

  private func readRaw(_ json: inout JSONCursor) throws(ReadingError) -> StoredText? {
    do throws(ReadingError) {
      return try json.rawValue(limit: 8 << 20)
    } catch  where error.code == .overlong {
      // The value was read over; it is too much to be text of a conversation.
      return nil
    }
  }
}
