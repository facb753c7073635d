public import Conversations
public import Inventory

/// A list of conversations for people.
public enum ConversationTable {
  /// The lines of the table.
  public static func lines(
    _ conversations: [ListedConversation], width: Int?, names: [String: String]
  ) -> [String] {
    if conversations.isEmpty { return ["no conversation was found"] }
    var table = Table([
      Table.Column("ID"), Table.Column("APPLICATION"), Table.Column("LAST"),
      Table.Column("MESSAGES", isNumber: true), Table.Column("TITLE", cutting: .end),
    ])
    for listed in conversations {
      let conversation = listed.conversation
      let time = conversation.updated ?? conversation.tally.latest ?? conversation.created
      table.add([
        String(listed.id.prefix(conversation.deleted ? 10 : 8)),
        names[listed.app.rawValue] ?? listed.app.rawValue,
        time.map { String($0.description.prefix(10)) } ?? "",
        Figures.count(conversation.tally.messages), title(conversation),
      ])
    }
    return table.lines(width: width)
  }

  /// The title with its white space folded, or the beginning of the first message.
  public static func title(_ conversation: Conversation) -> String {
    let stored = conversation.title.map { TerminalText.line($0) } ?? ""
    if !stored.isEmpty { return stored }
    if let excerpt = conversation.excerpt {
      let line = TerminalText.line(excerpt)
      if !line.isEmpty { return "“\(line)”" }
    }
    return conversation.appID.map { TerminalText.line($0) } ?? "(untitled)"
  }
}
