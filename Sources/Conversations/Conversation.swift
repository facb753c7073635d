public import ByteReading

/// A thread an application has, with what is counted of it and, where asked for, all its messages.
public struct Conversation: Sendable {
  /// The application's own id, by the rule of its format; nil for a recovered piece without a head.
  public var appID: StoredText?
  /// The stored title, the one a person gave first; empty where the application stored an empty one.
  public var title: StoredText?
  /// Where it was read: the file or the table and row of its head.
  public var provenance: Provenance
  /// The account inside the application, where it has accounts.
  public var user: StoredText?
  /// When it was begun.
  public var created: Instant?
  /// When it last changed.
  public var updated: Instant?
  /// What is counted.
  public var tally: Tally
  /// Bytes that hold it: its files, or its rows.
  public var bytes: UInt64
  /// Whether it was put away; nil where the application cannot.
  public var archived: Bool?
  /// Whether it was given to others; nil where the application cannot.
  public var shared: Bool?
  /// Whether it was meant to be forgotten; nil where the application cannot.
  public var temporary: Bool?
  /// Whether it is a channel of several people.
  public var channel: Bool
  /// Whether it is a copy of a conversation that is kept elsewhere, as all of a `copies` store is.
  public var copy: Bool
  /// Whether it is gone from the application and only its leftovers were found.
  public var deleted: Bool
  /// How sure that is, 0 to 1; only for what is deleted.
  public var confidence: Double?
  /// The beginning of the first user message, for lists, at most `excerptLimit` bytes of it.
  public var excerpt: StoredText?
  /// The messages in stored order; empty unless the whole was asked for.
  public var thread: [Message]

  /// How much of the first message a list needs, in bytes.
  public static let excerptLimit = 240

  /// Makes a conversation of its id and where it was read.
  public init(appID: StoredText?, title: StoredText? = nil, provenance: Provenance) {
    self.appID = appID
    self.title = title
    self.provenance = provenance
    user = nil
    created = nil
    updated = nil
    tally = Tally()
    bytes = 0
    archived = nil
    shared = nil
    temporary = nil
    channel = false
    copy = false
    deleted = false
    confidence = nil
    excerpt = nil
    thread = []
  }
}

/// Text outside of conversations that is searched: a chunk, a line of a log or a history.
public struct Passage: Sendable {
  /// The fields of a hit.
  public enum Field: String, Hashable, Sendable {
    case title, text, reasoning, tool, attachment, chunk, history, log
  }

  /// What it is.
  public var field: Field
  /// The text.
  public var text: StoredText
  /// Where it was read.
  public var provenance: Provenance
  /// The conversation it belongs to by its application's id, where it says so.
  public var conversation: StoredText?

  /// Makes a passage.
  public init(
    _ field: Field, _ text: StoredText, provenance: Provenance, conversation: StoredText? = nil
  ) {
    self.field = field
    self.text = text
    self.provenance = provenance
    self.conversation = conversation
  }
}
