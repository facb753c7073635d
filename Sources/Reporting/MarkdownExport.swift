import ByteReading
import Conversations
public import Inventory

/// A conversation as Markdown (CommonMark): the texts are Markdown already and stand as they are.
public enum MarkdownExport {
  /// One conversation, with a blank line behind it.
  public static func conversation(
    _ listed: ListedConversation, names: [String: String]
  ) -> [UInt8] {
    let conversation = listed.conversation
    var text = "# \(ConversationTable.title(conversation))\n\n"
    text += "- application: \(names[listed.app.rawValue] ?? listed.app.rawValue)\n"
    text += "- id: \(listed.id)\n"
    if let created = conversation.created { text += "- begun: \(created.description)\n" }
    if let updated = conversation.updated { text += "- changed: \(updated.description)\n" }
    text += "- source: `\(TerminalText.line(conversation.provenance.path))`\n"
    for message in conversation.thread {
      text += "\n## \(TerminalText.line(message.role.rawValue))"
      if let model = message.model { text += " (\(TerminalText.line(model)))" }
      if !message.active { text += " — hidden branch" }
      text += "\n"
      if let time = message.time { text += "\n*\(time.description)*\n" }
      if let reasoning = message.reasoning, !reasoning.isEmpty {
        text +=
          "\n> "
          + TerminalText.lines(reasoning).split(
            separator: "\n", omittingEmptySubsequences: false
          ).joined(separator: "\n> ") + "\n"
      }
      if !message.text.isEmpty { text += "\n\(TerminalText.lines(message.text))\n" }
      for call in message.toolCalls { text += toolCall(call) }
      for attachment in message.attachments {
        let name = (attachment.name ?? attachment.path).map { TerminalText.line($0) } ?? "file"
        text += "\n- attached: \(name)\n"
      }
    }
    return Array((text + "\n").utf8)
  }

  private static func toolCall(_ call: ToolCall) -> String {
    let body = [call.arguments, call.result].compactMap(\.self).map { TerminalText.lines($0) }
      .joined(separator: "\n")
    // A fence longer than any run of back-quotes inside cannot be closed by the text (CommonMark 4.5).
    var longest = 2
    var run = 0
    for character in body {
      run = character == "`" ? run + 1 : 0
      longest = max(longest, run)
    }
    let fence = String(repeating: "`", count: longest + 1)
    let name = call.name.map { TerminalText.line($0) } ?? "?"
    return "\n**tool: \(name)**\n\n\(fence)\n\(body)\n\(fence)\n"
  }
}
