import ByteReading
import Conversations
public import Inventory

/// One conversation for people on a terminal, all branches.
public enum ThreadText {
  /// The lines.
  public static func lines(
    _ listed: ListedConversation, of store: StoreRecord, names: [String: String]
  ) -> [String] {
    let conversation = listed.conversation
    var lines = [ConversationTable.title(conversation)]
    var facts = [
      names[listed.app.rawValue] ?? listed.app.rawValue,
      "\(Figures.count(conversation.tally.messages)) messages",
    ]
    if conversation.tally.hiddenMessages > 0 {
      facts.append("\(Figures.count(conversation.tally.hiddenMessages)) of them hidden")
    }
    if let created = conversation.created { facts.append("begun \(created.description)") }
    lines.append(facts.joined(separator: " · "))
    lines.append(TerminalText.line(conversation.provenance.path))
    for message in conversation.thread {
      lines.append("")
      lines.append(head(message))
      if let reasoning = message.reasoning, !reasoning.isEmpty {
        for line in TerminalText.lines(reasoning).split(
          separator: "\n", omittingEmptySubsequences: false)
        {
          lines.append("  ┊ \(line)")
        }
      }
      if !message.text.isEmpty {
        for line in TerminalText.lines(message.text).split(
          separator: "\n", omittingEmptySubsequences: false)
        {
          lines.append("  \(line)")
        }
      }
      for call in message.toolCalls {
        let name = call.name.map { TerminalText.line($0) } ?? "?"
        lines.append("  → \(name)(\(call.arguments.map { TerminalText.line($0) } ?? ""))")
        if let result = call.result { lines.append("  ← \(TerminalText.line(result))") }
      }
      for attachment in message.attachments {
        let name = (attachment.name ?? attachment.path).map { TerminalText.line($0) } ?? "file"
        let size = attachment.bytes.map { ", \(Figures.size($0))" } ?? ""
        lines.append("  + \(name)\(size)")
      }
    }
    return lines
  }

  private static func head(_ message: Message) -> String {
    var parts = ["── \(TerminalText.line(message.role.rawValue))"]
    if let model = message.model { parts.append(TerminalText.line(model)) }
    if let time = message.time { parts.append(time.description) }
    if !message.active { parts.append("hidden branch") }
    if message.gap { parts.append("piece without its head") }
    return parts.joined(separator: " · ")
  }
}
