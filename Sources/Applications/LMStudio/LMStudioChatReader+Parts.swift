import ByteReading
import Conversations

/// Reading the parts of a message's content: text, files, calls of tools and their results.
extension LMStudio.ChatReader {
  /// The kinds of part.
  private enum PartKind {
    case text, file, toolCallRequest, toolCallResult

    init?(_ name: CompactText) {
      switch name {
      case "text": self = .text
      case "file": self = .file
      case "toolCallRequest": self = .toolCallRequest
      case "toolCallResult": self = .toolCallResult
      default: return nil
      }
    }
  }

  /// Whether the beginning of a text may become the conversation's excerpt.
  private var takesBeginnings: Bool {
    wantsBeginning && chat.excerpt == nil && chat.title?.isEmpty ?? true
  }

  /// Reads an array of parts, or the one text that stands in its place.
  mutating func content(
    _ json: inout JSONCursor, into body: inout LMStudio.Body
  ) throws(ReadingError) {
    switch try json.kind() {
    case .array:
      try json.beginArray()
      while try json.nextElement() { try part(&json, into: &body) }
    case .string:
      try text(&json, into: &body)
      body.parts += 1
    default:
      try json.skipValue()
    }
  }

  private mutating func text(
    _ json: inout JSONCursor, into body: inout LMStudio.Body
  ) throws(ReadingError) {
    if wantsThread {
      if let text = try json.textIfString() { body.capture().text.add(text) }
    } else if takesBeginnings, body.text.bytes.count < Conversation.excerptLimit {
      let begin = try json.beginningIfString(limit: Conversation.excerptLimit)
      if let begin { body.capture().text.add(begin) }
    } else {
      try json.skipValue()
    }
  }

  private mutating func part(
    _ json: inout JSONCursor, into body: inout LMStudio.Body
  ) throws(ReadingError) {
    switch try json.kind() {
    case .string: try text(&json, into: &body)
    case .object:
      if wantsThread {
        try wholePart(&json, into: &body)
      } else {
        try countedPart(&json, into: &body)
      }
    default: try aside(&json, of: &body)
    }
    body.parts += 1
  }

  private mutating func countedPart(
    _ json: inout JSONCursor, into body: inout LMStudio.Body
  ) throws(ReadingError) {
    var isFile = false
    var size: Int64?
    try json.beginObject()
    while try json.nextKey() {
      switch json.key {
      case "type":
        guard let name = try json.compactTextIfString() else { continue }
        if case "file" = name { isFile = true }
      case "text": try text(&json, into: &body)
      case "sizeBytes": size = try json.numberIfPresent()?.integer
      default: try json.skipValue()
      }
    }
    if isFile { count(size, into: &body) }
  }

  private func count(_ size: Int64?, into body: inout LMStudio.Body) {
    body.attachments += 1
    body.attachmentBytes &+= size.flatMap { UInt64(exactly: $0) } ?? 0
  }

  private mutating func wholePart(
    _ json: inout JSONCursor, into body: inout LMStudio.Body
  ) throws(ReadingError) {
    switch try json.typedObject({ PartKind($0) }) {
    case .known(let kind): try members(&json, kind, into: &body)
    case .raw(let raw, let kind):
      guard let kind else {
        body.capture().asides.append(raw)
        return
      }
      var inner = JSONCursor(MemorySource(raw.bytes), window: 4096)
      try inner.beginObject()
      try members(&inner, kind, into: &body)
    }
  }

  private mutating func members(
    _ json: inout JSONCursor, _ kind: PartKind, into body: inout LMStudio.Body
  ) throws(ReadingError) {
    switch kind {
    case .text:
      while try json.nextKey() {
        if case "text" = json.key { try text(&json, into: &body) } else { try json.skipValue() }
      }
    case .file: try file(&json, into: &body)
    case .toolCallRequest, .toolCallResult:
      var call = ToolCall()
      var otherID: StoredText?
      try toolCall(&json, into: &call, &otherID, isResult: kind == .toolCallResult)
      call.id = call.id ?? otherID
      body.capture().add(call, isResult: kind == .toolCallResult)
    }
  }

  private mutating func file(
    _ json: inout JSONCursor, into body: inout LMStudio.Body
  ) throws(ReadingError) {
    var found = Attachment()
    var identifier: StoredText?
    var size: Int64?
    while try json.nextKey() {
      switch json.key {
      case "fileIdentifier", "identifier": identifier = try json.textIfString() ?? identifier
      case "name": found.name = try json.textIfString()
      case "fileType": found.mediaType = try json.textIfString()
      case "sizeBytes": size = try json.numberIfPresent()?.integer
      default: try json.skipValue()
      }
    }
    count(size, into: &body)
    found.bytes = size.flatMap { UInt64(exactly: $0) }
    if let identifier, let upload = uploads?.find(identifier) {
      found.path = upload.path
      found.name = found.name ?? upload.originalName
    }
    found.name = found.name ?? identifier
    body.capture().files.append(found)
  }

  /// Reads a call or a result, in the files' own spelling or in that of the vendor's interface, which
  /// nests the call in a key of its own.
  private mutating func toolCall(
    _ json: inout JSONCursor, into call: inout ToolCall, _ otherID: inout StoredText?,
    isResult: Bool
  ) throws(ReadingError) {
    while try json.nextKey() {
      switch json.key {
      case "callId", "toolCallId": call.id = try scalar(&json)
      case "toolCallRequestId", "id": otherID = try scalar(&json) ?? otherID
      case "name": call.name = try json.textIfString()
      case "parameters" where !isResult, "arguments" where !isResult:
        call.arguments = try json.kind() == .string ? json.text() : json.rawValue()
      case "content" where isResult:
        call.result = try json.kind() == .string ? json.text() : json.rawValue()
      case "toolCallRequest" where !isResult:
        guard try json.beginObjectIfPresent() else { continue }
        try toolCall(&json, into: &call, &otherID, isResult: false)
      default: try json.skipValue()
      }
    }
  }

  /// A name that is a number in some versions and a text in others.
  private func scalar(_ json: inout JSONCursor) throws(ReadingError) -> StoredText? {
    switch try json.kind() {
    case .string: return try json.text()
    case .number: return try json.rawValue()
    default:
      try json.skipValue()
      return nil
    }
  }
}
