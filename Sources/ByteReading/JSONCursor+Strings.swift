/// Reading strings: over them, into text, into something short to compare, into a digest.
///
/// Between specials the bytes are looked at 32 and then 8 at a time; a special is a quote, a
/// backslash, a control character or a byte beyond ASCII.
extension JSONCursor {
  /// Reads over a string.
  /// - Returns: How many bytes stood between the quotes, escapes counted as they are spelled.
  /// - Throws: `malformed` where something else comes, `torn` where the string has no end.
  public mutating func skipString() throws(ReadingError) -> UInt64 {
    let start = try openQuote()
    try passString(from: start)
    return offset &- start &- 2
  }

  /// Reads a string into text of its own, escapes decoded.
  ///
  /// A longer one than `limit` bytes is read over, in memory that does not grow with it.
  /// - Throws: `overlong` past `limit` bytes, `malformed`, `torn`.
  public mutating func text(limit: Int = 1 << 30) throws(ReadingError) -> StoredText {
    let start = offset
    var bytes: [UInt8] = []
    try decode(into: &bytes, keeping: limit < .max ? limit + 1 : limit)
    guard bytes.count <= limit else {
      throw ReadingError(.overlong, at: start, "a string of more than \(limit) bytes")
    }
    return StoredText(bytes: bytes)
  }

  /// Reads a string to compare it, without making text of it; nil where something else comes.
  public mutating func compactTextIfString() throws(ReadingError) -> CompactText? {
    guard try kind() == .string else {
      try skipValue()
      return nil
    }
    var result = CompactText()
    try readCompact(into: &result)
    return result
  }

  /// Reads a string and gives its digest; nil where something else comes.
  public mutating func digestIfString() throws(ReadingError) -> ContentDigest? {
    guard try kind() == .string else {
      try skipValue()
      return nil
    }
    var result = CompactText()
    try readCompact(into: &result)
    return result.digest
  }

  /// Reads a key whose quote comes next, into `key`.
  @inline(__always)
  mutating func readKey() throws(ReadingError) {
    if let length = try compactLength() {
      unsafe key.set(
        window.base + window.position + 1, length, readable: window.end - window.position - 1)
      window.position += length + 2
      isAfterValue = true
      return
    }
    key.set(try decodedInScratch())
  }

  private mutating func readCompact(into result: inout CompactText) throws(ReadingError) {
    if let length = try compactLength() {
      unsafe result.set(
        window.base + window.position + 1, length, readable: window.end - window.position - 1)
      window.position += length + 2
      isAfterValue = true
      return
    }
    result.set(try decodedInScratch())
  }

  /// The length of the string at the position when it is whole in the window and has no escape and
  /// nothing beyond ASCII; nil where it must be decoded.
  @inline(__always)
  private mutating func compactLength() throws(ReadingError) -> Int? {
    if window.end - window.position < CompactText.inlineCapacity + 2 {
      _ = try require(CompactText.inlineCapacity + 2)
    }
    guard window.position < window.end, unsafe window.base[window.position] == UInt8(ascii: "\"")
    else { throw ReadingError(.malformed, at: offset, "expected a string") }
    let stop = special(from: window.position + 1)
    guard stop < window.end, unsafe window.base[stop] == UInt8(ascii: "\"") else { return nil }
    return stop - window.position - 1
  }

  /// The decoded string, in a buffer that is used again.
  private mutating func decodedInScratch() throws(ReadingError) -> [UInt8] {
    var bytes = scratch
    scratch = []
    bytes.removeAll(keepingCapacity: true)
    try decode(into: &bytes)
    scratch = bytes
    return bytes
  }

  mutating func openQuote() throws(ReadingError) -> UInt64 {
    let byte = try peekToken()
    guard byte == UInt8(ascii: "\"") else {
      throw ReadingError(byte == nil ? .torn : .malformed, at: offset, "expected a string")
    }
    let start = offset
    window.position += 1
    return start
  }

  /// Appends the decoded bytes of the string that comes next; past `limit` bytes it is read over.
  mutating func decode(
    into bytes: inout [UInt8], keeping limit: Int = .max
  ) throws(ReadingError) {
    let start = try openQuote()
    while true {
      guard bytes.count < limit else { return try passString(from: start) }
      let begin = window.position
      let stop = firstSpecial()
      if stop > begin {
        unsafe bytes.append(
          contentsOf: UnsafeBufferPointer(start: window.base + begin, count: stop - begin))
        window.position = stop
      }
      guard stop < window.end else {
        guard try refill() else { throw ReadingError(.torn, at: start, "a string without an end") }
        continue
      }
      let byte = unsafe window.base[stop]
      switch byte {
      case UInt8(ascii: "\""):
        window.position += 1
        isAfterValue = true
        return
      case UInt8(ascii: "\\"):
        appendGeneralised(try escape(start), to: &bytes)
      case 0x80...:
        let before = window.position
        let windowStart = window.start
        try passNonASCII()
        // A refill may have moved the window; it never drops what was not yet read.
        let shifted = before - Int(window.start &- windowStart)
        unsafe bytes.append(
          contentsOf: UnsafeBufferPointer(
            start: window.base + shifted, count: window.position - shifted))
      default:
        bytes.append(byte)
        window.position += 1
      }
    }
  }

  /// Index of the first special at or behind the position, or the window's end.
  func firstSpecial() -> Int {
    wideSpecial(from: window.position)
  }

  /// The same from `start` on, eight bytes at a time: keys and ids end soon.
  @inline(__always)
  private func special(from start: Int) -> Int {
    var index = start
    let end = window.end
    let raw = unsafe UnsafeRawPointer(window.base)
    while index + 8 <= end {
      let word = unsafe (raw + index).loadUnaligned(as: UInt64.self)
      let mask = JSONCursor.specials(UInt64(littleEndian: word))
      if mask != 0 { return index + mask.trailingZeroBitCount >> 3 }
      index += 8
    }
    return tailSpecial(from: index)
  }

  /// The same, 32 bytes at a time.
  @inline(__always)
  private func wideSpecial(from start: Int) -> Int {
    var index = start
    let end = window.end
    let raw = unsafe UnsafeRawPointer(window.base)
    while index + 32 <= end {
      let block = unsafe raw + index
      let a = unsafe block.loadUnaligned(as: UInt64.self)
      let b = unsafe block.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
      let c = unsafe block.loadUnaligned(fromByteOffset: 16, as: UInt64.self)
      let d = unsafe block.loadUnaligned(fromByteOffset: 24, as: UInt64.self)
      let suspects =
        JSONCursor.suspects(a) | JSONCursor.suspects(b) | JSONCursor.suspects(c)
        | JSONCursor.suspects(d)
      if suspects & 0x8080_8080_8080_8080 != 0 { break }
      index += 32
    }
    return special(from: index)
  }

  /// The same, byte by byte at the window's end.
  private func tailSpecial(from start: Int) -> Int {
    var index = start
    let end = window.end
    while index < end {
      let byte = unsafe window.base[index]
      if byte < 0x20 || byte >= 0x80 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
        return index
      }
      index += 1
    }
    return end
  }

  /// The high bit set somewhere where any byte of `word` is special, and nowhere where none is.
  ///
  /// Cheaper than `specials`: which byte it was does not matter, so borrows need not be kept apart.
  @inline(__always)
  private static func suspects(_ word: UInt64) -> UInt64 {
    let ones: UInt64 = 0x0101_0101_0101_0101
    return ((word ^ (ones &* 0x22)) &- ones) | ((word ^ (ones &* 0x5C)) &- ones)
      | (word &- (ones &* 0x20)) | word
  }

  /// The high bit set in the lowest byte of `word` that is special (and perhaps in bytes above it).
  @inline(__always)
  private static func specials(_ word: UInt64) -> UInt64 {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let highs: UInt64 = 0x8080_8080_8080_8080
    let quote = word ^ (ones &* 0x22)
    let backslash = word ^ (ones &* 0x5C)
    let isQuote = (quote &- ones) & ~quote
    let isBackslash = (backslash &- ones) & ~backslash
    let isControl = (word &- (ones &* 0x20)) & ~word
    return (isQuote | isBackslash | isControl | word) & highs
  }

  /// Reads over bytes beyond ASCII; the first that are no UTF-8 are noted, and none is refused.
  ///
  /// Well-formed sequences: The Unicode Standard, table 3-7.
  mutating func passNonASCII() throws(ReadingError) {
    if window.end - window.position < 4 {
      while window.end - window.position < 4, try refill() {}
    }
    // Only here may the window move; `decode` copies what is passed from here on.
    while window.position < window.end, unsafe window.base[window.position] >= 0x80 {
      let available = window.end - window.position
      let length = unsafe JSONCursor.sequenceLength(
        UnsafeBufferPointer(start: window.base + window.position, count: min(available, 4)))
      if length == 0 {
        // Cut off by the window's end, not by its own bytes: the next call brings the rest.
        if available < 4, !window.isExhausted { return }
        if firstInvalidUTF8 == nil { firstInvalidUTF8 = offset }
        window.position += 1
      } else {
        window.position += length
      }
    }
  }

  /// The length of the well-formed sequence at the beginning of `bytes`; 0 where there is none.
  @inline(__always)
  static func sequenceLength(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
    let first = unsafe bytes[0]
    func continues(_ index: Int, _ low: UInt8 = 0x80, _ high: UInt8 = 0xBF) -> Bool {
      guard index < bytes.count else { return false }
      let byte = unsafe bytes[index]
      return byte >= low && byte <= high
    }
    switch first {
    case 0xC2...0xDF:
      return continues(1) ? 2 : 0
    case 0xE0:
      return continues(1, 0xA0, 0xBF) && continues(2) ? 3 : 0
    case 0xED:
      return continues(1, 0x80, 0x9F) && continues(2) ? 3 : 0
    case 0xE1...0xEF:
      return continues(1) && continues(2) ? 3 : 0
    case 0xF0:
      return continues(1, 0x90, 0xBF) && continues(2) && continues(3) ? 4 : 0
    case 0xF1...0xF3:
      return continues(1) && continues(2) && continues(3) ? 4 : 0
    case 0xF4:
      return continues(1, 0x80, 0x8F) && continues(2) && continues(3) ? 4 : 0
    default:
      return 0
    }
  }

  /// Reads one escape, or two that make a surrogate pair.
  /// - Returns: The scalar, or an unpaired surrogate.
  mutating func escape(_ start: UInt64) throws(ReadingError) -> UInt32 {
    guard try require(2) else {
      throw ReadingError(.torn, at: start, "a string without an end")
    }
    let letter = unsafe window.base[window.position + 1]
    let simple: UInt32
    switch letter {
    case UInt8(ascii: "n"): simple = 0x0A
    case UInt8(ascii: "\""): simple = 0x22
    case UInt8(ascii: "\\"): simple = 0x5C
    case UInt8(ascii: "/"): simple = 0x2F
    case UInt8(ascii: "t"): simple = 0x09
    case UInt8(ascii: "r"): simple = 0x0D
    case UInt8(ascii: "b"): simple = 0x08
    case UInt8(ascii: "f"): simple = 0x0C
    case UInt8(ascii: "u"): return try unicodeEscape(start)
    default: throw ReadingError(.malformed, at: offset, "an unknown escape")
    }
    window.position += 2
    return simple
  }

  private mutating func unicodeEscape(_ start: UInt64) throws(ReadingError) -> UInt32 {
    let first = try hexadecimalUnit(start)
    guard first & 0xFC00 == 0xD800 else { return first }
    guard try require(6), unsafe window.base[window.position] == UInt8(ascii: "\\"),
      unsafe window.base[window.position + 1] == UInt8(ascii: "u")
    else { return first }
    let back = window.position
    let second = try hexadecimalUnit(start)
    guard second & 0xFC00 == 0xDC00 else {
      window.position = back
      return first
    }
    return 0x10000 + ((first & 0x3FF) << 10) + (second & 0x3FF)
  }

  /// Reads `\uXXXX`.
  private mutating func hexadecimalUnit(_ start: UInt64) throws(ReadingError) -> UInt32 {
    guard try require(6) else {
      throw ReadingError(.torn, at: start, "a string without an end")
    }
    var unit: UInt32 = 0
    for index in 2..<6 {
      let byte = unsafe window.base[window.position + index]
      let digit: UInt8
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
      case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
      default: throw ReadingError(.malformed, at: offset, "an escape without four digits")
      }
      unit = unit << 4 | UInt32(digit)
    }
    window.position += 6
    return unit
  }

  /// Appends a scalar as UTF-8, a surrogate in the same manner (WTF-8).
  func appendGeneralised(_ scalar: UInt32, to bytes: inout [UInt8]) {
    switch scalar {
    case 0..<0x80:
      bytes.append(UInt8(truncatingIfNeeded: scalar))
    case 0x80..<0x800:
      bytes.append(UInt8(truncatingIfNeeded: 0xC0 | scalar >> 6))
      bytes.append(UInt8(truncatingIfNeeded: 0x80 | scalar & 0x3F))
    case 0x800..<0x10000:
      bytes.append(UInt8(truncatingIfNeeded: 0xE0 | scalar >> 12))
      bytes.append(UInt8(truncatingIfNeeded: 0x80 | scalar >> 6 & 0x3F))
      bytes.append(UInt8(truncatingIfNeeded: 0x80 | scalar & 0x3F))
    default:
      bytes.append(UInt8(truncatingIfNeeded: 0xF0 | scalar >> 18))
      bytes.append(UInt8(truncatingIfNeeded: 0x80 | scalar >> 12 & 0x3F))
      bytes.append(UInt8(truncatingIfNeeded: 0x80 | scalar >> 6 & 0x3F))
      bytes.append(UInt8(truncatingIfNeeded: 0x80 | scalar & 0x3F))
    }
  }
}
