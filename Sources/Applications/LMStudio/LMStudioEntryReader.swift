import ByteReading
import Conversations

extension LMStudio {
  /// Reads `entry_json` of one entry of a session.
  struct EntryReader {
    /// The message, with its text where that is wanted.
    var made = Message(id: "", role: Role(rawValue: "unknown"), provenance: Provenance(path: ""))
    /// Whether the entry is a message at all, and not a summary, an error or a change of state.
    private(set) var isMessage = false
    /// Whether the application does not show it.
    private(set) var isHidden = false
    /// Pictures in it.
    private(set) var attachments: UInt64 = 0
    private var wantsText = false
    private var body = Texts()

    /// Begins with another entry.
    mutating func begin(wantsText: Bool, _ place: Provenance) {
      made = Message(id: "", role: Role(rawValue: "unknown"), provenance: place)
      self.wantsText = wantsText
      isMessage = false
      isHidden = false
      attachments = 0
      if wantsText { body = Texts() }
    }

    /// Reads the document; what stood before an error is kept.
    /// - Throws: `ReadingError`.
    mutating func read(_ json: inout JSONCursor) throws(ReadingError) {
      do throws(ReadingError) {
        try members(&json)
        close()
      } catch {
        close()
        throw error
      }
    }

    private mutating func close() {
      guard wantsText else { return }
      made.text = body.text.text
      for thought in LMStudio.thoughts(in: made.text) { body.reasoning.add(thought) }
      if body.reasoning.isAnything { made.reasoning = body.reasoning.text }
      made.toolCalls = body.toolCalls
      made.attachments = body.files
      made.asides = body.asides
    }

    private mutating func members(_ json: inout JSONCursor) throws(ReadingError) {
      try json.beginObject()
      while try json.nextKey() {
        switch json.key {
        case "type":
          if let name = try json.compactTextIfString(), case "message" = name { isMessage = true }
        case "hidden": isHidden = try json.booleanIfPresent() ?? false
        case "createdTimestamp":
          made.time = try json.numberIfPresent().flatMap { Instant(guessing: $0) }
        case "message":
          guard try json.beginObjectIfPresent() else { continue }
          while try json.nextKey() {
            switch json.key {
            case "role":
              if let name = try json.compactTextIfString() { made.role = LMStudio.role(name) }
            case "parts", "content": try parts(&json)
            default: try json.skipValue()
            }
          }
        default: try json.skipValue()
        }
      }
    }

    private mutating func parts(_ json: inout JSONCursor) throws(ReadingError) {
      if try json.kind() == .string {
        guard wantsText else { return try json.skipValue() }
        body.text.add(try json.text())
        return
      }
      guard try json.beginArrayIfPresent() else { return }
      while try json.nextElement() {
        guard try json.kind() == .object else {
          try json.skipValue()
          continue
        }
        if wantsText { try wholePart(&json) } else { try countedPart(&json) }
      }
    }

    private mutating func countedPart(_ json: inout JSONCursor) throws(ReadingError) {
      try json.beginObject()
      while try json.nextKey() {
        if case "type" = json.key {
          if let name = try json.compactTextIfString(), Kind(name) == .file { attachments += 1 }
        } else {
          try json.skipValue()
        }
      }
    }

    private enum Kind {
      case text, reasoning, file, request, result

      init?(_ name: CompactText) {
        switch name {
        case "text": self = .text
        case "reasoning": self = .reasoning
        case "image", "file": self = .file
        case "toolCallRequest": self = .request
        case "toolCallResult": self = .result
        default: return nil
        }
      }
    }

    private mutating func wholePart(_ json: inout JSONCursor) throws(ReadingError) {
      switch try json.typedObject({ Kind($0) }) {
      case .known(let kind): try part(&json, kind)
      case .raw(let raw, let kind):
        guard let kind else {
          body.asides.append(raw)
          return
        }
        var inner = JSONCursor(MemorySource(raw.bytes), window: 4096)
        try inner.beginObject()
        try part(&inner, kind)
      }
    }

    private mutating func part(_ json: inout JSONCursor, _ kind: Kind) throws(ReadingError) {
      var text: StoredText?
      var call = ToolCall()
      var file = Attachment()
      try partMembers(&json, &text, &call, &file)
      switch kind {
      case .text: body.text.add(text ?? "")
      case .reasoning: body.reasoning.add(text ?? "")
      case .file:
        attachments += 1
        body.files.append(file)
      case .request: body.add(call, isResult: false)
      case .result: body.add(call, isResult: true)
      }
    }

    private func partMembers(
      _ json: inout JSONCursor, _ text: inout StoredText?, _ call: inout ToolCall,
      _ file: inout Attachment
    ) throws(ReadingError) {
      while try json.nextKey() {
        switch json.key {
        case "text", "reasoning":
          text = try json.textIfString() ?? text
        case "name", "fileName", "originalName":
          let name = try json.textIfString()
          call.name = name
          file.name = name
        case "mimeType", "mediaType", "fileType": file.mediaType = try json.textIfString()
        case "sizeBytes":
          file.bytes = try json.numberIfPresent()?.integer.flatMap { UInt64(exactly: $0) }
        case "uniqueToolCallId", "callId": call.id = try json.textIfString()
        case "parameters", "arguments":
          call.arguments = try json.kind() == .string ? json.text() : json.rawValue()
        case "result":
          call.result = try json.kind() == .string ? json.text() : json.rawValue()
        case "toolCallRequest", "toolCallResult":
          guard try json.beginObjectIfPresent() else { continue }
          try partMembers(&json, &text, &call, &file)
        default: try json.skipValue()
        }
      }
    }
  }
}
