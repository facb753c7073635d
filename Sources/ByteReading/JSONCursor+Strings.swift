/// Reading strings: over them, into text, into something short to compare, into a digest.
///
/// Between specials the bytes are looked at 8 and then 32 at a time; a special is a quote or a
/// backslash. Whether there was anything beyond ASCII is gathered on the way, and only then are the
/// bytes between looked at a second time, to note those that are no UTF-8.
extension JSONCursor {
  /// Reads over a string.
  /// - Returns: How many bytes stood between the quotes, escapes counted as they are spelled.
  /// - Throws: `malformed` where something else comes, `torn` where the string has no end.
  public mutating func skipString() throws(ReadingError) -> UInt64 {
    let start = try openQuote()
    try passString(from: start)
    return offset &- start &- 2
  }

  /// Reads over what is left of a string that began at `start`, and its closing quote.
  private mutating func passString(from start: UInt64) throws(ReadingError) {
    while true {
      let special = firstSpecial()
      window.position = special.isASCII ? special.index : passText(upTo: special.index)
      guard special.index < window.end else {
        guard try refill() else { throw ReadingError(.torn, at: start, "a string without an end") }
        continue
      }
      if unsafe window.base[window.position] == UInt8(ascii: "\"") {
        window.position += 1
        isAfterValue = true
        return
      }
      _ = try escape(start)
    }
  }

  /// Reads a string into text of its own, escapes decoded.
  /// - Throws: `overlong` past `limit` bytes, `malformed`, `torn`.
  public mutating func text(limit: Int = 1 << 30) throws(ReadingError) -> StoredText {
    let start = offset
    var bytes: [UInt8] = []
    try decode(into: &bytes)
    guard bytes.count <= limit else {
      throw ReadingError(.overlong, at: start, "a string of \(bytes.count) bytes")
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

  mutating func readKey() throws(ReadingError) {
    if let place = try compactPlace() {
      unsafe key.set(
        UnsafeBufferPointer(start: window.base + place.lowerBound, count: place.count))
      return
    }
    let bytes = try decodedScratch()
    unsafe bytes.withUnsafeBufferPointer { unsafe key.set($0) }
    scratch = bytes
  }

  private mutating func readCompact(into result: inout CompactText) throws(ReadingError) {
    if let place = try compactPlace() {
      unsafe result.set(
        UnsafeBufferPointer(start: window.base + place.lowerBound, count: place.count))
      return
    }
    let bytes = try decodedScratch()
    unsafe bytes.withUnsafeBufferPointer { unsafe result.set($0) }
    scratch = bytes
  }

  /// Reads a string where it lies when it is whole in the window, is ASCII and has no escape; else nil,
  /// and it is not read.
  private mutating func compactPlace() throws(ReadingError) -> Range<Int>? {
    _ = try require(CompactText.inlineCapacity + 2)
    guard window.position < window.end, unsafe window.base[window.position] == UInt8(ascii: "\"")
    else { throw ReadingError(.malformed, at: offset, "expected a string") }
    window.position += 1
    let begin = window.position
    let special = firstSpecial()
    let stop = special.index
    if special.isASCII, stop < window.end, unsafe window.base[stop] == UInt8(ascii: "\"") {
      window.position = stop + 1
      isAfterValue = true
      return begin..<stop
    }
    window.position = begin - 1
    return nil
  }

  /// Reads a string into the buffer that is used again, and hands it out.
  private mutating func decodedScratch() throws(ReadingError) -> [UInt8] {
    var bytes = scratch
    scratch = []
    bytes.removeAll(keepingCapacity: true)
    try decode(into: &bytes)
    return bytes
  }

  private mutating func openQuote() throws(ReadingError) -> UInt64 {
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
      let special = firstSpecial()
      let stop = special.isASCII ? special.index : passText(upTo: special.index)
      if stop > begin {
        unsafe bytes.append(
          contentsOf: UnsafeBufferPointer(start: window.base + begin, count: stop - begin))
        window.position = stop
      }
      guard special.index < window.end else {
        guard try refill() else { throw ReadingError(.torn, at: start, "a string without an end") }
        continue
      }
      if unsafe window.base[stop] == UInt8(ascii: "\"") {
        window.position += 1
        isAfterValue = true
        return
      }
      appendGeneralised(try escape(start), to: &bytes)
    }
  }

  /// Index of the first special at or behind the position, or the window's end; and whether all that is
  /// before it is ASCII, where a false alarm is possible and a miss is not.
  @inline(__always)
  private func firstSpecial() -> (index: Int, isASCII: Bool) {
    var index = window.position
    let end = window.end
    let raw = unsafe UnsafeRawPointer(window.base)
    var seen: UInt64 = 0
    // Most strings of a chat that are short end within a few words; long ones earn the wide step.
    var words = 0
    while index + 8 <= end {
      let word = UInt64(littleEndian: unsafe (raw + index).loadUnaligned(as: UInt64.self))
      let mask = JSONCursor.specials(word)
      seen |= word
      if mask != 0 {
        return (index + mask.trailingZeroBitCount >> 3, seen & JSONCursor.highBits == 0)
      }
      index += 8
      words += 1
      if words == 4 {
        words = 0
        while index + 32 <= end {
          let at = unsafe raw + index
          let first = unsafe at.loadUnaligned(as: UInt64.self)
          let second = unsafe at.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
          let third = unsafe at.loadUnaligned(fromByteOffset: 16, as: UInt64.self)
          let fourth = unsafe at.loadUnaligned(fromByteOffset: 24, as: UInt64.self)
          let found =
            JSONCursor.specials(first) | JSONCursor.specials(second)
            | JSONCursor.specials(third) | JSONCursor.specials(fourth)
          if found != 0 { break }
          seen |= first | second | third | fourth
          index += 32
        }
      }
    }
    while index < end {
      let byte = unsafe window.base[index]
      if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { break }
      seen |= UInt64(byte)
      index += 1
    }
    return (index, seen & JSONCursor.highBits == 0)
  }

  private static var highBits: UInt64 { 0x8080_8080_8080_8080 }

  /// The high bit set in the lowest byte of `word` that is special (and perhaps in bytes above it).
  @inline(__always)
  private static func specials(_ word: UInt64) -> UInt64 {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let quote = word ^ (ones &* 0x22)
    let backslash = word ^ (ones &* 0x5C)
    let isQuote = (quote &- ones) & ~quote
    let isBackslash = (backslash &- ones) & ~backslash
    return (isQuote | isBackslash) & highBits
  }

  /// Goes over text up to a special or the window's end; the first bytes that are no UTF-8 are noted,
  /// and none is refused.
  ///
  /// Well-formed sequences: The Unicode Standard, table 3-7.
  /// - Returns: `stop`, or the beginning of a sequence that the window's end cuts off.
  private mutating func passText(upTo stop: Int) -> Int {
    guard firstInvalidUTF8 == nil else { return stop }
    let raw = unsafe UnsafeRawPointer(window.base)
    var index = window.position
    while index < stop {
      let byte = unsafe window.base[index]
      if byte < 0x80 {
        index += 1
        while index + 8 <= stop {
          let word = UInt64(littleEndian: unsafe (raw + index).loadUnaligned(as: UInt64.self))
          let high = word & JSONCursor.highBits
          if high != 0 {
            index += high.trailingZeroBitCount >> 3
            break
          }
          index += 8
        }
        continue
      }
      if byte >= 0xC2, byte <= 0xDF, index + 1 < stop,
        unsafe window.base[index + 1] & 0xC0 == 0x80
      {
        index += 2
        continue
      }
      let available = stop - index
      let length = unsafe JSONCursor.sequenceLength(
        UnsafeBufferPointer(start: window.base + index, count: min(available, 4)))
      if length == 0 {
        // Cut off by the window's end, not by its own bytes: it is looked at again with the rest.
        if stop == window.end, available < 4 { return index }
        firstInvalidUTF8 = window.start &+ UInt64(index)
        return stop
      }
      index += length
    }
    return stop
  }

  /// The length of the well-formed sequence at the beginning of `bytes`; 0 where there is none.
  @inline(__always)
  private static func sequenceLength(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
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
  private mutating func escape(_ start: UInt64) throws(ReadingError) -> UInt32 {
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
  private func appendGeneralised(_ scalar: UInt32, to bytes: inout [UInt8]) {
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
