import ByteReading
import Conversations
import EvidenceFiles
import SystemPackage

/// Reads a list of messages as Ollama's interface has them (`api/types.go`, Message): role,
/// content, thinking, images, tool_calls, tool_name, tool_call_id.
struct RequestMessages {
  /// The file, for the padding of base64 and for provenance.
  let file: EvidenceFile
  /// The model that answers, as the document or its place says.
  var model: String?
  /// Whether the messages themselves are wanted.
  let wantsThread: Bool
  /// Whether the beginning of the first user message is wanted.
  let wantsExcerpt: Bool

  private var roles = StoredRoles()
  private(set) var issues: [Issue] = []

  init(_ file: EvidenceFile, model: String?, wantsThread: Bool, wantsExcerpt: Bool) {
    self.file = file
    self.model = model
    self.wantsThread = wantsThread
    self.wantsExcerpt = wantsExcerpt
  }

  /// Reads the list that comes next into `conversation`; what was read before an error stays there.
  /// - Throws: `torn`, `malformed`, `tooDeep`.
  mutating func read(
    _ json: inout JSONCursor, into conversation: inout Conversation
  ) throws(ReadingError) {
    try json.beginArray()
    while try json.nextElement() {
      guard try json.kind() == .object else {
        issues.append(
          Issue(
            .malformed, .warning, path: file.path.storedText, offset: json.offset,
            "an element of the list of messages is no object"))
        try json.skipValue()
        continue
      }
      try readMessage(&json, into: &conversation)
    }
  }

  /// What is gathered of a message while it is read; it counts too when its end is missing.
  private struct Draft {
    var role = Role(rawValue: "unknown")
    var attachments: [UInt64] = []
    var message: Message
    var wantsContent: Bool
    var content: StoredText?
  }

  private mutating func readMessage(
    _ json: inout JSONCursor, into conversation: inout Conversation
  ) throws(ReadingError) {
    let number = conversation.tally.messages
    var draft = Draft(
      message: Message(
        id: wantsThread ? StoredText(String(number)) : "", role: .user,
        provenance: Provenance(
          path: wantsThread ? file.path.storedText : "", offset: json.offset)),
      wantsContent: wantsThread || (wantsExcerpt && conversation.excerpt == nil))
    do throws(ReadingError) {
      try readMembers(&json, into: &draft)
    } catch {
      // A message that was begun is one: what stood before the tear counts.
      finish(draft, into: &conversation)
      throw error
    }
    finish(draft, into: &conversation)
  }

  private func finish(_ draft: Draft, into conversation: inout Conversation) {
    conversation.tally.count(draft.role, model: draft.role == .assistant ? model : nil)
    for bytes in draft.attachments { conversation.tally.countAttachment(bytes: bytes) }
    if conversation.excerpt == nil, draft.role == .user, let content = draft.content, wantsExcerpt {
      conversation.excerpt = content.beginning(Conversation.excerptLimit)
    }
    guard wantsThread else { return }
    var message = draft.message
    message.role = draft.role
    message.text = draft.content ?? ""
    if draft.role == .assistant { message.model = model.map { StoredText($0) } }
    message.attachments = draft.attachments.map { Attachment(bytes: $0) }
    conversation.thread.append(message)
  }

  private mutating func readMembers(
    _ json: inout JSONCursor, into draft: inout Draft
  ) throws(ReadingError) {
    try json.beginObject()
    while try json.nextKey() {
      switch json.key {
      case "role":
        if let role = try json.compactTextIfString() { draft.role = roles.role(role) }
        if !wantsThread, draft.role != .user { draft.wantsContent = false }
      case "content":
        if !draft.wantsContent {
          try json.skipValue()
        } else if try json.kind() == .string {
          draft.content = try json.text()
        } else {
          try keep(&json, in: &draft)
        }
      case "images":
        try readImages(&json, into: &draft)
      case "thinking" where wantsThread:
        draft.message.reasoning = try json.textIfString()
      case "tool_calls" where wantsThread:
        try readToolCalls(&json, into: &draft.message)
      case "tool_name" where wantsThread:
        let name = try json.textIfString()
        draft.message.answeredCall { $0.name = name }
      case "tool_call_id" where wantsThread:
        let id = try json.textIfString()
        draft.message.answeredCall { $0.id = id }
      default:
        if wantsThread { try keep(&json, in: &draft) } else { try json.skipValue() }
      }
    }
  }

  /// Keeps a value of a kind nobody knows, as it stands.
  private func keep(
    _ json: inout JSONCursor, in draft: inout Draft
  ) throws(ReadingError) {
    if try json.kind() == .null { return try json.skipValue() }
    draft.message.asides.append(try json.rawValue())
  }

  /// Images stand in the message as base64, without name and type.
  private func readImages(
    _ json: inout JSONCursor, into draft: inout Draft
  ) throws(ReadingError) {
    guard try json.beginArrayIfPresent() else { return }
    while try json.nextElement() {
      guard try json.kind() == .string else {
        try json.skipValue()
        continue
      }
      let length = try json.skipString()
      draft.attachments.append(decodedSize(ofBase64: length, endingAt: json.offset &- 1))
    }
  }

  /// The size of what `length` characters of base64 that end at `end` decode to (RFC 4648, section
  /// 4).
  private func decodedSize(ofBase64 length: UInt64, endingAt end: UInt64) -> UInt64 {
    var padding: UInt64 = 0
    if length >= 2, end >= 2 {
      var last: [UInt8] = [0, 0]
      let count = last.withUnsafeMutableBytes { (try? file.read(at: end - 2, into: $0)) ?? 0 }
      if count == 2 {
        if last[1] == UInt8(ascii: "=") { padding += 1 }
        if last[0] == UInt8(ascii: "="), padding == 1 { padding += 1 }
      }
    }
    return (length - padding) / 4 * 3 + ((length - padding) % 4 * 3) / 4
  }

  private func readToolCalls(
    _ json: inout JSONCursor, into message: inout Message
  ) throws(ReadingError) {
    guard try json.beginArrayIfPresent() else { return }
    while try json.nextElement() {
      guard try json.beginObjectIfPresent() else { continue }
      var call = ToolCall()
      while try json.nextKey() {
        switch json.key {
        case "id": call.id = try json.textIfString()
        case "function":
          guard try json.beginObjectIfPresent() else { continue }
          while try json.nextKey() {
            switch json.key {
            case "name": call.name = try json.textIfString()
            case "arguments":
              call.arguments =
                try json.kind() == .string ? try json.text() : try json.rawValue()
            default: try json.skipValue()
            }
          }
        default: try json.skipValue()
        }
      }
      message.toolCalls.append(call)
    }
  }
}

extension Message {
  /// Changes the call that this message answers.
  fileprivate mutating func answeredCall(_ change: (inout ToolCall) -> Void) {
    if toolCalls.isEmpty { toolCalls.append(ToolCall()) }
    change(&toolCalls[0])
  }
}

extension StoredText {
  /// At most `count` bytes from the beginning, not ending within a character.
  func beginning(_ count: Int) -> StoredText {
    guard bytes.count > count else { return self }
    var end = max(count, 0)
    while end > 0, bytes[end] & 0xC0 == 0x80 { end -= 1 }
    return StoredText(bytes: Array(bytes[..<end]))
  }
}
