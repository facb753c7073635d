/// Counts of messages: of a conversation, of a store, of everything.
public struct Tally: Hashable, Sendable {
  /// Distinct messages, hidden branches included.
  public var messages: UInt64 = 0
  /// Those of them on branches the application does not show.
  public var hiddenMessages: UInt64 = 0
  /// Messages by role, in the order the roles first came.
  public var byRole: NamedCounts<Role> = NamedCounts()
  /// Messages by the model that answered.
  public var models: NamedCounts<String> = NamedCounts()
  /// Files carried or named by messages.
  public var attachments: UInt64 = 0
  /// Their bytes, as far as known.
  public var attachmentBytes: UInt64 = 0
  /// The first time of anything in it.
  public var earliest: Instant?
  /// The last time of anything in it.
  public var latest: Instant?

  /// Makes counts of nothing.
  public init() {}

  /// Counts one message.
  public mutating func count(_ role: Role, model: String? = nil, time: Instant? = nil) {
    messages += 1
    byRole.add(role)
    if let model, !model.isEmpty { models.add(model) }
    if let time { widen(to: time) }
  }

  /// Counts one attachment of so many bytes.
  public mutating func countAttachment(bytes: UInt64?) {
    attachments += 1
    attachmentBytes &+= bytes ?? 0
  }

  /// Lets the span of times reach `time`.
  public mutating func widen(to time: Instant) {
    if earliest.map({ time < $0 }) ?? true { earliest = time }
    if latest.map({ time > $0 }) ?? true { latest = time }
  }

  /// Adds the counts of something else.
  public mutating func add(_ other: Tally) {
    messages += other.messages
    hiddenMessages += other.hiddenMessages
    byRole.add(other.byRole)
    models.add(other.models)
    attachments += other.attachments
    attachmentBytes &+= other.attachmentBytes
    if let time = other.earliest { widen(to: time) }
    if let time = other.latest { widen(to: time) }
  }
}

/// How often each of a few names occurred.
///
/// A list and not a dictionary: there are two to five of them, and finding one must not allocate.
public struct NamedCounts<Name: Hashable & Sendable>: Hashable, Sendable {
  /// A name and its count, in the order names first came.
  public struct Entry: Hashable, Sendable {
    /// The name.
    public let name: Name
    /// How often it occurred.
    public var count: UInt64
  }

  /// The names and counts.
  public private(set) var entries: [Entry] = []

  /// Makes counts of nothing.
  public init() {}

  /// Counts `name` so many times more.
  public mutating func add(_ name: Name, _ count: UInt64 = 1) {
    for index in entries.indices where entries[index].name == name {
      entries[index].count += count
      return
    }
    entries.append(Entry(name: name, count: count))
  }

  /// Adds other counts.
  public mutating func add(_ other: NamedCounts) {
    for entry in other.entries { add(entry.name, entry.count) }
  }

  /// The count of one name.
  public subscript(name: Name) -> UInt64 {
    entries.first { $0.name == name }?.count ?? 0
  }
}
