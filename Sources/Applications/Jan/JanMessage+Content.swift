import ByteReading
import Conversations

/// Reading what a message consists of: a text, or parts of several kinds.
extension JanMessage {
  /// What a user's text ends with when documents were attached (0.7.4 and later).
  static let listEnd: StaticString = "[/ATTACHED_FILES]"
  private static let endReversed = Array("[/ATTACHED_FILES]".utf8.reversed())
  private static let listBeginning = "[ATTACHED_FILES]"

  mutating func readContent(_ json: inout JSONCursor) throws(ReadingError) {
    switch try json.kind() {
    case .string:
      var part = Part()
      try readText(&json, into: &part)
      finish(&part)
    case .array:
      try json.beginArray()
      while try json.nextElement() {
        if try json.kind() == .object {
          try readPart(&json)
        } else if wanted.text {
          try keepAside(&json)
        } else {
          try json.skipValue()
        }
      }
    case .object:
      try readPart(&json)
    case .number, .boolean, .null:
      try json.skipValue()
    }
  }

  // MARK: - Parts

  private enum Kind {
    case text, reasoning, file, toolCall, unnamed
  }

  /// A part as far as it is read; its kind may be said last.
  private struct Part {
    var kind = Kind.unnamed
    var text: StoredText?
    var head: [UInt8]?
    /// The first annotation: the path of a picture or document, or a data URL of it (era C).
    var annotation: MeasuredString?
    var asides: [StoredText] = []
    var name: StoredText?
    var size: UInt64?
    /// What was found under `image_url` and its like.
    var media: Attachment?
    var call = ToolCall()
    var isCall = false
  }

  private mutating func readPart(_ json: inout JSONCursor) throws(ReadingError) {
    var part = Part()
    try json.beginObject()
    while try json.nextKey() {
      switch json.key {
      case "type":
        if let name = try json.compactTextIfString() { part.kind = kind(name) }
      case "text", "reasoning", "refusal":
        if case "reasoning" = json.key { part.kind = .reasoning }
        if try json.kind() == .object {
          try readValue(&json, into: &part)
        } else {
          try readText(&json, into: &part)
        }
      case "image_url", "image_file", "input_audio", "audio", "video", "video_url", "input_video",
        "file", "image":
        part.media = try readMedia(&json)
      case "tool_call_id":
        part.isCall = true
        if wanted.text { part.call.id = try json.textIfString() } else { try json.skipValue() }
      case "tool_name":
        part.isCall = true
        if wanted.text { part.call.name = try json.textIfString() } else { try json.skipValue() }
      case "input":
        if wanted.text { part.call.arguments = try readStored(&json) } else { try json.skipValue() }
      case "output":
        if wanted.text { part.call.result = try readStored(&json) } else { try json.skipValue() }
      default:
        if wanted.text { try keepAside(&json) } else { try json.skipValue() }
      }
    }
    finish(&part)
  }

  private mutating func kind(_ name: CompactText) -> Kind {
    switch name {
    case "text", "refusal": return .text
    case "reasoning":
      note(.typedParts)
      return .reasoning
    case "tool_call":
      note(.typedParts)
      return .toolCall
    case "input_audio":
      note(.typedParts)
      return .file
    case "image", "pdf", "image_url", "image_file": return .file
    default: return .unnamed
    }
  }

  /// Takes a part over whose keys have all been read.
  private mutating func finish(_ part: inout Part) {
    if let head = part.head, part.kind != .reasoning, excerpt == nil { excerpt = head }
    if let text = part.text {
      if part.kind == .reasoning { addReasoning(text.bytes) } else { addText(text.bytes) }
    }
    if let media = part.media {
      attachments.append(media)
    } else if part.kind == .file {
      attachments.append(attachment(of: part))
    } else {
      for aside in part.asides { addAside(aside) }
    }
    if wanted.text, part.isCall { toolCalls.append(part.call) }
  }

  // MARK: - Texts

  /// `{value, annotations, name, size}`, or the value alone.
  private mutating func readValue(
    _ json: inout JSONCursor, into part: inout Part
  ) throws(ReadingError) {
    try json.beginObject()
    while try json.nextKey() {
      switch json.key {
      case "value": try readText(&json, into: &part)
      case "annotations": try readAnnotations(&json, into: &part)
      case "name": part.name = try json.textIfString()
      case "size":
        if let size = try json.numberIfPresent()?.integer, size > 0 { part.size = UInt64(size) }
      default:
        if wanted.text { try keepAside(&json) } else { try json.skipValue() }
      }
    }
  }

  private mutating func readText(
    _ json: inout JSONCursor, into part: inout Part
  ) throws(ReadingError) {
    guard try json.kind() == .string else {
      if wanted.text { try keepAside(&json) } else { try json.skipValue() }
      return
    }
    let start = json.offset
    if wanted.text {
      let text = try json.text()
      addList(in: text)
      if wanted.excerpt { part.head = Array(text.bytes.prefix(Conversation.excerptLimit)) }
      part.text = text
    } else {
      if wanted.excerpt {
        // The title is empty, so there are few of these; whether a list follows is seen later.
        part.head = try json.measuredString(head: Conversation.excerptLimit).head
        listsAt.append(start)
      } else if try json.skipString(endingIn: JanMessage.listEnd) ?? true {
        listsAt.append(start)
      }
    }
  }

  private mutating func readAnnotations(
    _ json: inout JSONCursor, into part: inout Part
  ) throws(ReadingError) {
    guard try json.beginArrayIfPresent() else { return }
    while try json.nextElement() {
      if part.annotation == nil, try json.kind() == .string {
        let measured = try json.measuredString(head: 4096)
        part.annotation = measured
        if wanted.text, !measured.isDataURL { part.asides.append(StoredText(bytes: measured.head)) }
      } else if wanted.text {
        try keepAside(&json)
      } else {
        try json.skipValue()
      }
    }
  }

  // MARK: - Files

  /// A picture or document of era C: the first annotation says where it is.
  private func attachment(of part: Part) -> Attachment {
    var file = Attachment(name: part.name, bytes: part.size)
    guard let annotation = part.annotation else { return file }
    if annotation.isDataURL {
      file.bytes = annotation.decodedBytes
      file.mediaType = annotation.mediaType
    } else {
      file.path = StoredText(bytes: annotation.head)
    }
    return file
  }

  /// `{url}` of a picture, `{data, format}` of a sound, `{file_id}` of a file, or a URL alone.
  private mutating func readMedia(_ json: inout JSONCursor) throws(ReadingError) -> Attachment {
    var file = Attachment()
    switch try json.kind() {
    case .string: try readLocation(&json, into: &file)
    case .object:
      try json.beginObject()
      while try json.nextKey() {
        switch json.key {
        case "url", "data":
          if try json.kind() == .string {
            try readLocation(&json, into: &file)
          } else {
            try json.skipValue()
          }
        case "name", "filename": file.name = try json.textIfString()
        case "format", "media_type", "mimeType":
          let type = try json.textIfString()
          if file.mediaType == nil { file.mediaType = type }
        case "file_id":
          if let id = try json.textIfString() { file.path = id }
        default: try json.skipValue()
        }
      }
    default: try json.skipValue()
    }
    return file
  }

  private mutating func readLocation(
    _ json: inout JSONCursor, into file: inout Attachment
  ) throws(ReadingError) {
    // Data URLs begin with a media type, bare base64 does not; a path or an address is short.
    let measured = try json.measuredString(head: 4096)
    if measured.isDataURL {
      file.mediaType = measured.mediaType
      file.bytes = measured.decodedBytes
    } else if measured.length <= 4096,
      measured.head.contains(where: { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: ":") })
    {
      file.path = StoredText(bytes: measured.head)
    } else {
      file.bytes = measured.decodedBytes
    }
  }

  /// Adds the files that the end of a user's text lists, one a line:
  /// `- file_id: …, name: …, type: …, size: …, chunks: …`.
  mutating func addList(in text: StoredText) {
    let bytes = text.bytes
    guard bytes.reversed().starts(with: JanMessage.endReversed) else { return }
    let mark = Array(JanMessage.listBeginning.utf8)
    guard bytes.count >= mark.count else { return }
    var start = bytes.count - mark.count
    while start >= 0, !bytes[start...].starts(with: mark) { start -= 1 }
    guard start >= 0 else { return }
    let lines = String(decoding: bytes[(start + mark.count)...], as: UTF8.self)
    for line in lines.split(separator: "\n") {
      if let file = JanMessage.file(listedIn: String(line)) {
        // A small one is stored whole in the metadata as well.
        if !attachments.contains(where: { $0.name == file.name && $0.name != nil }) {
          attachments.append(file)
        }
      }
    }
  }

  private static func file(listedIn line: String) -> Attachment? {
    let trimmed = String(line.drop { $0 == " " || $0 == "\t" })
    guard trimmed.hasPrefix("- ") else { return nil }
    var file: Attachment?
    var last = ""
    // A name may hold a comma: what follows one and has no known key belongs to the value before.
    for piece in trimmed.dropFirst(2).split(separator: ",", omittingEmptySubsequences: false) {
      let pair = piece.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      let key = String(pair[0].drop { $0 == " " })
      let value = pair.count == 2 ? String(pair[1].drop { $0 == " " }) : ""
      switch key {
      case "file_id": file = Attachment()
      case "name" where file?.name == nil: file?.name = StoredText(value)
      case "type": file?.mediaType = StoredText(value)
      case "size": file?.bytes = UInt64(value.prefix { $0.isNumber })
      case "chunks", "mode": break
      default:
        if last == "name", let name = file?.name {
          file?.name = StoredText(bytes: name.bytes + Array(",\(piece)".utf8))
        }
        continue
      }
      last = key
    }
    return file
  }
}
