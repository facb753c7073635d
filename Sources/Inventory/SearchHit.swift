public import ByteReading
public import Conversations

/// A place where a searched text was found.
public struct SearchHit: Sendable {
  /// The conversation it belongs to, without its messages; nil outside of conversations.
  public var conversation: Conversation?
  /// The message's id within it.
  public var message: StoredText?
  /// What the text is.
  public var field: Passage.Field
  /// The text around the place.
  public var snippet: String
  /// Where it was read.
  public var provenance: Provenance
}

/// Searches what readers hand on; one hit for each field of each message.
public struct ConversationSearch: Sendable {
  private let matcher: TextMatcher

  /// Makes a search.
  public init(_ matcher: TextMatcher) {
    self.matcher = matcher
  }

  /// The hits in a conversation or passage; nil where there are none.
  public func hits(_ item: ReadItem) -> [SearchHit]? {
    var found: [SearchHit] = []
    switch item {
    case .passage(let passage):
      if let snippet = matcher.snippet(passage.text) {
        found.append(
          SearchHit(
            conversation: nil, message: nil, field: passage.field, snippet: snippet,
            provenance: passage.provenance))
      }
    case .conversation(let conversation):
      var head = conversation
      head.thread = []
      func look(
        _ text: StoredText?, _ field: Passage.Field, _ message: Message?
      ) {
        guard let text, let snippet = matcher.snippet(text) else { return }
        let isTwice = found.last.map { $0.message == message?.id && $0.field == field } ?? false
        if isTwice, message != nil { return }
        found.append(
          SearchHit(
            conversation: head, message: message?.id, field: field, snippet: snippet,
            provenance: message?.provenance ?? conversation.provenance))
      }
      look(conversation.title, .title, nil)
      for message in conversation.thread {
        look(message.text, .text, message)
        look(message.reasoning, .reasoning, message)
        for call in message.toolCalls {
          look(call.name, .tool, message)
          look(call.arguments, .tool, message)
          look(call.result, .tool, message)
        }
        for attachment in message.attachments {
          look(attachment.name, .attachment, message)
          look(attachment.text, .attachment, message)
        }
        for aside in message.asides { look(aside, .chunk, message) }
      }
    }
    return found.isEmpty ? nil : found
  }
}
