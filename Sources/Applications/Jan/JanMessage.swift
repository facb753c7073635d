import ByteReading
import Conversations

/// One message of a thread as it is read; the same value is used for message after message.
struct JanMessage {
  /// What the message says about the one it follows (`metadata.parentId`).
  enum Parent: Equatable {
    /// Nothing: written before there were branches.
    case unsaid
    /// It is the first of its branch.
    case none
    /// It follows the message whose id has this digest.
    case message(ContentDigest)
  }

  /// How much is kept beside the counts.
  struct Wanted {
    /// Everything that makes a `Message`.
    var text = false
    /// The beginning of a user's text.
    var excerpt = false
  }

  var wanted = Wanted()

  var id = CompactText?.none
  var role: Role?
  var time: Instant?
  var parent = Parent.unsaid
  var activeChild: ContentDigest?
  /// Whether it says anything about branches, be it null.
  var hasBranching = false
  var era: JanEra?
  var attachments: [Attachment] = []
  /// Ids of files that were given to the application's own server (era D), without their content.
  var fileIDs: [StoredText] = []
  /// Name and size of the one file of a message of era D.
  var fileName: StoredText?
  var fileSize: UInt64?
  /// Where texts begin that end with a list of attached files, to be read again for it.
  var listsAt: [UInt64] = []
  var excerpt: [UInt8]?
  /// Whether there was a `content`.
  var hasContent = false

  // Kept only where the text is wanted.
  var text: [UInt8] = []
  var textParts = 0
  var reasoning: [UInt8] = []
  var reasoningParts = 0
  var parentID: StoredText?
  var model: String?
  var toolCalls: [ToolCall] = []
  var instructions: StoredText?
  var asides: [StoredText] = []

  /// Forgets the message before, keeping memory.
  mutating func reset() {
    id = nil
    role = nil
    time = nil
    parent = .unsaid
    activeChild = nil
    hasBranching = false
    era = nil
    attachments.removeAll(keepingCapacity: true)
    fileIDs.removeAll(keepingCapacity: true)
    fileName = nil
    fileSize = nil
    listsAt.removeAll(keepingCapacity: true)
    excerpt = nil
    hasContent = false
    text.removeAll(keepingCapacity: true)
    textParts = 0
    reasoning.removeAll(keepingCapacity: true)
    reasoningParts = 0
    parentID = nil
    model = nil
    toolCalls.removeAll(keepingCapacity: true)
    instructions = nil
    asides.removeAll(keepingCapacity: true)
  }

  /// Whether an object that was read is a message at all.
  var isMessage: Bool { role != nil || hasContent }

  mutating func note(_ seen: JanEra) {
    era = JanEra.later(era, seen)
  }

  /// When it was made: as stored, else as its id says (a ULID begins with the time).
  var bestTime: Instant? {
    if let time { return time }
    guard let id, id.count == 26 else { return nil }
    return Instant(ulid: id.text.bytes)
  }

  mutating func addText(_ bytes: some Collection<UInt8>) {
    if textParts > 0 { text.append(UInt8(ascii: "\n")) }
    text.append(contentsOf: bytes)
    textParts += 1
  }

  mutating func addReasoning(_ bytes: some Collection<UInt8>) {
    if reasoningParts > 0 { reasoning.append(UInt8(ascii: "\n")) }
    reasoning.append(contentsOf: bytes)
    reasoningParts += 1
  }

  /// Keeps text that is stored with the message and no part of it.
  mutating func addAside(_ text: StoredText) {
    if !text.isEmpty { asides.append(text) }
  }

  /// Keeps the strings of raw JSON decoded, where escapes would hide them from a search.
  mutating func addEscapedStrings(of raw: StoredText) {
    guard raw.bytes.contains(UInt8(ascii: "\\")) else { return }
    var json = JSONCursor(MemorySource(raw.bytes), window: 4096)
    if let value = try? json.value() { addStrings(of: value) }
  }

  private mutating func addStrings(of value: JSONValue) {
    switch value {
    case .string(let text): addAside(text)
    case .array(let elements): for element in elements { addStrings(of: element) }
    case .object(let members): for member in members { addStrings(of: member.value) }
    case .number, .boolean, .null: break
    }
  }
}

extension Role {
  /// A role as stored; the four common ones without making a string.
  init(_ name: CompactText) {
    switch name {
    case "user": self = .user
    case "assistant": self = .assistant
    case "system": self = .system
    case "tool": self = .tool
    default: self = Role(rawValue: name.text.string)
    }
  }

  /// What a message is counted under that names nobody.
  static let unnamed = Role(rawValue: "unknown")
}

extension Instant {
  /// The time a ULID begins with: 48 bits of milliseconds in ten digits of Crockford's base 32 (the
  /// ULID specification, "Components").
  init?(ulid bytes: [UInt8]) {
    guard bytes.count == 26 else { return nil }
    let digits = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)
    var value: Int64 = 0
    for (index, byte) in bytes.enumerated() {
      let upper = byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "z") ? byte &- 32 : byte
      guard let digit = digits.firstIndex(of: upper) else { return nil }
      if index < 10 { value = value << 5 | Int64(digit) }
    }
    // Before 2000 or beyond 48 bits it is another kind of id that looks like one.
    guard value > 946_684_800_000, value < 1 << 48 else { return nil }
    self.init(milliseconds: value)
  }
}
