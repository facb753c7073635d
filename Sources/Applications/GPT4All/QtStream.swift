import ByteReading

/// Reads what Qt's `QDataStream` writes: big-endian numbers, counted UTF-16 strings, counted bytes.
///
/// Qt documentation, "Serializing Qt Data Types": a string or byte array is a 32-bit length in bytes
/// and then the bytes, `FFFFFFFF` for null. The sizes beyond 32 bits that Qt 6.7 introduced cannot
/// occur, since the application pins an older stream version.
struct QtStream: ~Copyable {
  private var bytes: ByteCursor
  /// What was there of a string that ends with the file; only strings asked for are kept.
  private(set) var cutText: StoredText?

  init(_ source: any ByteSource) {
    bytes = ByteCursor(source)
  }

  /// Where the next unread byte is, in bytes from the file's beginning.
  var offset: UInt64 { bytes.offset }

  /// How many bytes are left.
  var remaining: UInt64 { bytes.remaining ?? 0 }

  mutating func integer<T: FixedWidthInteger>(_ type: T.Type) throws(ReadingError) -> T {
    try bytes.bigEndian(type)
  }

  mutating func skip(_ count: UInt64) throws(ReadingError) {
    try bytes.skip(count)
  }

  /// Skips a 64-bit count and so many values of `width` bytes.
  mutating func skipArray(width: UInt64) throws(ReadingError) {
    let start = offset
    let count = try integer(UInt64.self)
    let (size, overflow) = count.multipliedReportingOverflow(by: width)
    guard !overflow else {
      throw ReadingError(.overlong, at: start, "\(count) values of \(width) bytes")
    }
    try skip(size)
  }

  /// A count of elements, each of which takes at least one byte.
  mutating func count<T: FixedWidthInteger & Sendable>(_ type: T.Type) throws(ReadingError) -> Int {
    let start = offset
    let stored = try integer(type)
    guard stored >= 0, let count = Int(exactly: stored) else {
      throw ReadingError(.malformed, at: start, "a count of \(stored)")
    }
    guard UInt64(count) <= remaining else {
      throw ReadingError(
        .overlong, at: start, "a count of \(count) with \(remaining) bytes left")
    }
    return count
  }

  // MARK: - Strings

  /// The length in bytes of the string or byte array that follows; nil for null.
  private mutating func length() throws(ReadingError) -> UInt64? {
    let start = offset
    let stored = try integer(UInt32.self)
    if stored == .max { return nil }
    guard UInt64(stored) <= remaining else {
      throw ReadingError(.overlong, at: start, "a length of \(stored) with \(remaining) bytes left")
    }
    return UInt64(stored)
  }

  /// The length of the string that follows; Qt itself gives up at an odd one.
  private mutating func textLength() throws(ReadingError) -> UInt64? {
    let start = offset
    guard let length = try length() else { return nil }
    guard length.isMultiple(of: 2) else {
      throw ReadingError(.malformed, at: start, "a string of \(length) bytes, which is odd")
    }
    return length
  }

  /// Reads a string; nil for null.
  mutating func text() throws(ReadingError) -> StoredText? {
    cutText = nil
    let length: UInt64?
    do {
      length = try textLength()
    } catch {
      if error.code == .overlong, remaining < 1 << 26, remaining > 1 {
        cutText = StoredText(utf16BigEndian: try bytes.bytes(remaining & ~1))
      }
      throw error
    }
    guard let length else { return nil }
    return StoredText(utf16BigEndian: try bytes.bytes(length))
  }

  /// Reads a string when it is wanted, else goes past it; nil for null and unwanted.
  mutating func text(wanted: Bool) throws(ReadingError) -> StoredText? {
    if wanted { return try text() }
    if let length = try textLength() { try skip(length) }
    return nil
  }

  mutating func skipText() throws(ReadingError) {
    if let length = try textLength() { try skip(length) }
  }

  /// Reads the label that opens an item, without making a string of a known one.
  mutating func label() throws(ReadingError) -> ChatLabel {
    let start = offset
    guard let length = try textLength(), length > 0, length <= 256 else {
      throw ReadingError(.malformed, at: start, "no label where an item begins")
    }
    if length <= 2 * UInt64(ChatLabel.longestKnown) {
      var packed: UInt128 = 0
      var units: [UInt16] = []
      for _ in 0..<(length / 2) {
        let unit = try integer(UInt16.self)
        if units.isEmpty, unit < 0x80 {
          packed = packed << 8 | UInt128(unit)
        } else {
          units.append(unit)
        }
      }
      if units.isEmpty, let known = ChatLabel(packed: packed) { return known }
      if units.isEmpty {
        var text: [UInt8] = []
        while packed > 0 {
          text.append(UInt8(truncatingIfNeeded: packed))
          packed >>= 8
        }
        return try ChatLabel(unknown: StoredText(bytes: text.reversed()), at: start)
      }
      throw ReadingError(.malformed, at: start, "no label where an item begins")
    }
    return try ChatLabel(
      unknown: StoredText(utf16BigEndian: try bytes.bytes(length)), at: start)
  }

  // MARK: - Bytes

  /// Goes past a byte array.
  /// - Returns: Its length; nil for null.
  @discardableResult
  mutating func skipBytes() throws(ReadingError) -> UInt64? {
    guard let length = try length() else { return nil }
    try skip(length)
    return length
  }

  /// Reads a byte array; nil for null.
  mutating func byteArray() throws(ReadingError) -> [UInt8]? {
    guard let length = try length() else { return nil }
    return try bytes.bytes(length)
  }
}

extension StoredText {
  /// Makes a text of UTF-16 with the high byte first; a half surrogate pair keeps its generalised
  /// form, an odd last byte is dropped.
  init(utf16BigEndian stored: [UInt8]) {
    var units: [UInt16] = []
    units.reserveCapacity(stored.count / 2)
    var index = 0
    while index + 1 < stored.count {
      units.append(UInt16(stored[index]) << 8 | UInt16(stored[index + 1]))
      index += 2
    }
    self.init(utf16: units)
  }

  /// Makes a text of UTF-16 units; a half surrogate pair keeps its generalised form.
  init(utf16 units: [UInt16]) {
    var text: [UInt8] = []
    text.reserveCapacity(units.count + units.count / 8)
    var index = 0
    while index < units.count {
      var scalar = UInt32(units[index])
      index += 1
      if scalar < 0x80 {
        text.append(UInt8(scalar))
        continue
      }
      if scalar & 0xFC00 == 0xD800, index < units.count, units[index] & 0xFC00 == 0xDC00 {
        scalar = 0x10000 + (scalar & 0x3FF) << 10 + UInt32(units[index] & 0x3FF)
        index += 1
      }
      if scalar < 0x800 {
        text.append(UInt8(0xC0 | scalar >> 6))
      } else {
        if scalar < 0x10000 {
          text.append(UInt8(0xE0 | scalar >> 12))
        } else {
          text.append(UInt8(0xF0 | scalar >> 18))
          text.append(UInt8(0x80 | scalar >> 12 & 0x3F))
        }
        text.append(UInt8(0x80 | scalar >> 6 & 0x3F))
      }
      text.append(UInt8(0x80 | scalar & 0x3F))
    }
    self.init(bytes: text)
  }
}
