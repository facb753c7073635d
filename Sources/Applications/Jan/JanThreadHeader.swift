import ByteReading
import Conversations

/// What `thread.json` says of a thread, in any era from C on, and the same object in a database.
struct JanThreadHeader {
  var id: StoredText?
  var title: StoredText?
  /// When it was begun, only where that can be believed.
  var created: Instant?
  var updated: Instant?
  var era: JanEra?
  /// System prompts of its assistants and the last message's text, where they are wanted.
  var texts: [StoredText] = []
  private var innerTitle: StoredText?
  private var innerUpdate: Instant?

  /// Reads the object that comes next.
  /// - Parameter wantsTexts: whether texts for searching are kept.
  /// - Throws: What the cursor throws; what was read before stays.
  mutating func read(_ json: inout JSONCursor, wantsTexts: Bool) throws(ReadingError) {
    defer {
      if title == nil { title = innerTitle }
      if updated == nil { updated = innerUpdate }
    }
    try json.beginObject()
    while try json.nextKey() {
      switch json.key {
      case "id": id = try json.textIfString()
      case "title": title = try json.textIfString()
      case "created":
        guard let number = try json.numberIfPresent() else { continue }
        let moment = Instant(guessing: number)
        if let moment, moment.hasMilliseconds, number.exponent >= 0 {
          // Milliseconds: era C, which writes the time once.
          created = moment
          note(.lines)
        } else {
          // From 0.6 on each change of the thread writes the present into it.
          note(.rust)
        }
      case "created_at":
        guard let number = try json.numberIfPresent() else { continue }
        created = Instant(guessing: number)
        note(.cortex)
      case "updated", "updated_at":
        if let number = try json.numberIfPresent() { updated = Instant(guessing: number) }
      case "metadata":
        try readMetadata(&json, wantsTexts)
      case "assistants":
        if wantsTexts { try readAssistants(&json) } else { try json.skipValue() }
      default: try json.skipValue()
      }
    }
  }

  private mutating func note(_ seen: JanEra) {
    era = JanEra.later(era, seen)
  }

  private mutating func readMetadata(
    _ json: inout JSONCursor, _ wantsTexts: Bool
  ) throws(ReadingError) {
    guard try json.beginObjectIfPresent() else { return }
    while try json.nextKey() {
      switch json.key {
      case "title": innerTitle = try json.textIfString()
      case "updated_at":
        if let number = try json.numberIfPresent() { innerUpdate = Instant(guessing: number) }
      case "lastMessage":
        if wantsTexts, try json.kind() == .string {
          texts.append(try json.text())
        } else {
          try json.skipValue()
        }
      default: try json.skipValue()
      }
    }
  }

  private mutating func readAssistants(_ json: inout JSONCursor) throws(ReadingError) {
    guard try json.beginArrayIfPresent() else { return }
    while try json.nextElement() {
      guard try json.beginObjectIfPresent() else { continue }
      while try json.nextKey() {
        switch json.key {
        case "instructions":
          if let text = try json.textIfString(), !text.isEmpty { texts.append(text) }
        default: try json.skipValue()
        }
      }
    }
  }

  /// When a thread was begun whose header cannot be asked: its first message, else the seconds in an
  /// id such as `jan_1716000000`, else the time in an id that is a ULID.
  static func begun(firstMessage: Instant?, id: StoredText) -> Instant? {
    if let firstMessage { return firstMessage }
    if let moment = Instant(ulid: id.bytes) { return moment }
    guard let bar = id.bytes.lastIndex(of: UInt8(ascii: "_")) else { return nil }
    let digits = id.bytes[(bar + 1)...]
    guard digits.count == 10 || digits.count == 13,
      let number = Int64(String(decoding: digits, as: UTF8.self))
    else { return nil }
    return Instant(guessing: number)
  }
}
