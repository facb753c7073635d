import ByteReading
import Conversations

extension OpenWebUI.ChatReader {
  /// Reads a member of a message that is no part of its turn but belongs to its record: reasoning,
  /// tools, retrieved text, what was said before an edit.
  func readExtra(
    _ json: inout JSONCursor, _ message: inout Message?
  ) throws(ReadingError) {
    switch json.key {
    case "output": try takeOutput(&json, &message)
    case "reasoning_content", "reasoning":
      if let text = try json.textIfString(), !text.isEmpty { message?.addReasoning(text) }
    case "originalContent", "contextSummary", "lastSentence":
      let isText = json.key.count > 12
      if let text = try json.textIfString(), isText, !text.isEmpty { message?.asides.append(text) }
    case "sources", "citations", "merged", "annotation", "error", "followUps", "statusHistory",
      "code_executions", "embeds", "source", "status_history":
      let raw = try json.rawValue()
      guard let value = OpenWebUI.value(of: raw) else {
        message?.asides.append(raw)
        return
      }
      OpenWebUI.collectTexts(of: value) { message?.asides.append($0) }
    default: try json.skipValue()
    }
  }

  /// Reads the typed items of `output`, which exist since 0.8.0.
  func takeOutput(_ json: inout JSONCursor, _ message: inout Message?) throws(ReadingError) {
    let raw = try json.rawValue()
    guard let value = OpenWebUI.value(of: raw) else {
      message?.asides.append(raw)
      return
    }
    var said: [UInt8] = []
    for item in value.elements {
      switch item["type"]?.string {
      case "message":
        OpenWebUI.collectTexts(of: item["content"] ?? .null) { text in
          if !said.isEmpty { said.append(0x0A) }
          said += text.bytes
        }
      case "reasoning":
        for part in (item["content"]?.elements ?? []) + (item["summary"]?.elements ?? []) {
          if let text = part["text"]?.text, !text.isEmpty { message?.addReasoning(text) }
        }
      case "function_call":
        message?.toolCalls.append(
          ToolCall(
            id: item["call_id"]?.text ?? item["id"]?.text, name: item["name"]?.text,
            arguments: item["arguments"]?.text))
      case "function_call_output":
        var result: [UInt8] = []
        OpenWebUI.collectTexts(of: item["output"] ?? .null) { text in
          if !result.isEmpty { result.append(0x0A) }
          result += text.bytes
        }
        let id = item["call_id"]?.text
        if let call = message?.toolCalls.lastIndex(where: { $0.id == id }) {
          message?.toolCalls[call].result = StoredText(bytes: result)
        } else {
          message?.toolCalls.append(ToolCall(id: id, result: StoredText(bytes: result)))
        }
      default:
        OpenWebUI.collectTexts(of: item) { message?.asides.append($0) }
      }
    }
    if message?.text.isEmpty ?? false { message?.text = StoredText(bytes: said) }
  }
}

extension OpenWebUI {
  /// The small document in a raw value; nil where it is nested too deep.
  static func value(of raw: StoredText) -> JSONValue? {
    var json = JSONCursor(MemorySource(raw.bytes))
    return try? json.value()
  }

  /// Gives every text in a value that is more than a word of the format: members that name kinds, ids
  /// and states are left out, and so is a picture's data.
  static func collectTexts(of value: JSONValue, _ found: (StoredText) -> Void) {
    switch value {
    case .string(let text):
      if !text.isEmpty, !text.bytes.starts(with: "data:".utf8) { found(text) }
    case .array(let elements):
      for element in elements { collectTexts(of: element, found) }
    case .object(let members):
      for member in members where !plainMembers.contains(member.key.string) {
        collectTexts(of: member.value, found)
      }
    case .number, .boolean, .null: break
    }
  }

  private static let plainMembers: Set<String> = [
    "id", "type", "status", "done", "hidden", "rating", "action", "hash", "user_id", "file_id",
    "created_by", "collection_name", "embedding_config", "distances", "language", "uuid", "call_id",
  ]
}
