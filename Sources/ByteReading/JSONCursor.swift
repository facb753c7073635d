/// Reads JSON token by token from a source of any size, by asking for what is wanted next.
///
/// Written for evidence rather than for validation: every token has its offset, a torn document gives
/// what came before the tear, unpaired surrogates and bytes that are no UTF-8 are kept and noted, and
/// nothing is held but a window. Grammar: RFC 8259. A document is read with loops:
/// ```
/// try json.beginObject()
/// while try json.nextKey() {
///   switch json.key {
///   case "role": role = try json.textIfString()
///   default: try json.skipValue()
///   }
/// }
/// ```
/// After an error the cursor stays where it is; only `offset` may be asked then.
public struct JSONCursor: ~Copyable {
  /// Deepest nesting that is followed; more is an error with code `tooDeep`.
  public static let maximumDepth = 100_000

  var window: ByteWindow
  /// The key that `nextKey` found last.
  public internal(set) var key = CompactText()
  /// Where the first byte stands that is no UTF-8 inside a string; nil when all were sound.
  public internal(set) var firstInvalidUTF8: UInt64?

  /// Whether a value ended just before, so that a comma or a closing bracket must follow.
  var isAfterValue = false
  /// Strings that had to be copied together: escapes, or a piece on each side of the window's end.
  var scratch: [UInt8] = []
  /// The bytes of the value being recorded, when `rawValue` asks for them.
  var recording: [UInt8]?
  var recordedUpTo: UInt64 = 0
  /// Once more bytes than this are recorded, no further ones are.
  var recordingLimit = 0

  /// Makes a cursor at the beginning of `source`, with a window of `capacity` bytes.
  public init(_ source: any ByteSource, window capacity: Int = 128 * 1024) {
    window = ByteWindow(source, capacity: max(capacity, 64))
  }

  /// Begins again with another source, `offset` bytes into it, keeping the buffers.
  public mutating func restart(_ source: any ByteSource, at offset: UInt64 = 0) {
    window.restart(source, at: offset)
    isAfterValue = false
    firstInvalidUTF8 = nil
    recording = nil
    skipByteOrderMark = true
  }

  private var skipByteOrderMark = true

  /// Where the next unread byte is, in bytes from the source's beginning.
  public var offset: UInt64 { window.offset }

  // MARK: - Looking ahead

  /// The kinds of value, by their first byte.
  public enum Kind: Sendable {
    case object, array, string, number, boolean, null
  }

  /// The kind of the value that comes next, without reading it.
  /// - Throws: `torn` at the end, `malformed` where no value can begin.
  public mutating func kind() throws(ReadingError) -> Kind {
    guard let byte = try peekToken() else {
      throw ReadingError(.torn, at: offset, "the document ends before a value")
    }
    switch byte {
    case UInt8(ascii: "{"): return .object
    case UInt8(ascii: "["): return .array
    case UInt8(ascii: "\""): return .string
    case UInt8(ascii: "t"), UInt8(ascii: "f"): return .boolean
    case UInt8(ascii: "n"): return .null
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number
    default: throw ReadingError(.malformed, at: offset, "no value begins here")
    }
  }

  /// Whether nothing but white space is left.
  /// - Throws: What the source throws.
  public mutating func isAtEnd() throws(ReadingError) -> Bool {
    try peekToken() == nil
  }

  /// Forgets that a value ended, so that a further document may follow in the same source.
  public mutating func beginNextDocument() {
    isAfterValue = false
  }

  /// The next byte that is not white space, left unread; nil at the end.
  @inline(__always)
  mutating func peekToken() throws(ReadingError) -> UInt8? {
    if window.position < window.end {
      let byte = unsafe window.base[window.position]
      if byte > 0x20, byte < 0x80 { return byte }
    }
    return try peekBehindSpace()
  }

  private mutating func peekBehindSpace() throws(ReadingError) -> UInt8? {
    while true {
      while window.position < window.end {
        let byte = unsafe window.base[window.position]
        if byte > 0x20 {
          if byte == 0xEF, skipByteOrderMark, window.offset == 0 {
            skipByteOrderMark = false
            if try require(3), unsafe window.base[1] == 0xBB, unsafe window.base[2] == 0xBF {
              window.position = 3
              continue
            }
          }
          return byte
        }
        guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return byte }
        window.position += 1
      }
      guard try refill() else { return nil }
    }
  }

  mutating func refill() throws(ReadingError) -> Bool {
    if recording != nil { flushRecording() }
    return try window.refill()
  }

  /// Makes at least `count` bytes available, when there are so many.
  mutating func require(_ count: Int) throws(ReadingError) -> Bool {
    while window.end - window.position < count {
      guard try refill() else { return false }
    }
    return true
  }

  // MARK: - Objects and arrays

  /// Reads the opening brace of an object.
  /// - Throws: `malformed` where something else comes, `torn` at the end.
  public mutating func beginObject() throws(ReadingError) {
    try open(UInt8(ascii: "{"), "an object")
  }

  /// Reads the opening bracket of an array.
  /// - Throws: `malformed` where something else comes, `torn` at the end.
  public mutating func beginArray() throws(ReadingError) {
    try open(UInt8(ascii: "["), "an array")
  }

  private mutating func open(_ bracket: UInt8, _ what: StaticString) throws(ReadingError) {
    let byte = try peekToken()
    guard byte == bracket else {
      throw ReadingError(
        byte == nil ? .torn : .malformed, at: offset, "expected \(what)")
    }
    window.position += 1
    isAfterValue = false
  }

  /// Goes to the next member of the object that was begun, and reads its key into `key`.
  /// - Returns: False after the closing brace.
  /// - Throws: `malformed` or `torn`.
  public mutating func nextKey() throws(ReadingError) -> Bool {
    try nextMember(keepsKey: true)
  }

  /// Goes to the next member of an object; one that is skipped needs no key.
  @inline(__always)
  mutating func nextMember(keepsKey: Bool) throws(ReadingError) -> Bool {
    var byte = try peekToken()
    if isAfterValue, byte == UInt8(ascii: ",") {
      window.position += 1
      byte = try peekToken()
    } else if byte == UInt8(ascii: "}") {
      window.position += 1
      isAfterValue = true
      return false
    } else if isAfterValue {
      throw ReadingError(
        byte == nil ? .torn : .malformed, at: offset, "expected a comma or the object's end")
    }
    guard byte == UInt8(ascii: "\"") else {
      throw ReadingError(byte == nil ? .torn : .malformed, at: offset, "expected a key")
    }
    if keepsKey { try readKey() } else { _ = try skipString() }
    guard try peekToken() == UInt8(ascii: ":") else {
      let ended = window.position >= window.end
      throw ReadingError(ended ? .torn : .malformed, at: offset, "expected a colon")
    }
    window.position += 1
    isAfterValue = false
    return true
  }

  /// Goes to the next element of the array that was begun.
  /// - Returns: False after the closing bracket.
  /// - Throws: `malformed` or `torn`.
  public mutating func nextElement() throws(ReadingError) -> Bool {
    let byte = try peekToken()
    if byte == UInt8(ascii: "]") {
      window.position += 1
      isAfterValue = true
      return false
    }
    guard let byte else { throw ReadingError(.torn, at: offset, "the array has no end") }
    if isAfterValue {
      guard byte == UInt8(ascii: ",") else {
        throw ReadingError(.malformed, at: offset, "expected a comma or the array's end")
      }
      window.position += 1
      isAfterValue = false
      guard try peekToken() != nil else {
        throw ReadingError(.torn, at: offset, "the array has no end")
      }
    }
    return true
  }

  // MARK: - Recording

  /// Reads the next value, of any kind, and gives its bytes as they stand.
  ///
  /// For parts of a kind that nobody knows yet: kept raw, never dropped. A longer one than `limit`
  /// bytes is read over, in memory that does not grow with it.
  /// - Throws: `overlong` past `limit` bytes, `torn`, `malformed`, `tooDeep`.
  public mutating func rawValue(limit: Int = 64 << 20) throws(ReadingError) -> StoredText {
    _ = try peekToken()
    let start = offset
    recording = []
    recordedUpTo = start
    recordingLimit = limit
    defer { recording = nil }
    try skipValue()
    flushRecording()
    let bytes = recording ?? []
    guard bytes.count <= limit else {
      throw ReadingError(.overlong, at: start, "a value of more than \(limit) bytes")
    }
    return StoredText(bytes: bytes)
  }

  /// Takes over the bytes read since the last time, before the window drops them.
  private mutating func flushRecording() {
    let from = Int(recordedUpTo &- window.start)
    guard from >= 0, from < window.position else { return }
    if let recorded = recording?.count, recorded <= recordingLimit {
      unsafe recording?.append(
        contentsOf: UnsafeBufferPointer(start: window.base + from, count: window.position - from))
    }
    recordedUpTo = window.offset
  }
}
