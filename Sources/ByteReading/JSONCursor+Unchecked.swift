/// Going over text that is a copy of text read elsewhere: only its end is looked for.
extension JSONCursor {
  /// Reads over what is left of a string that began at `start`, and its closing quote; escapes and
  /// bytes beyond ASCII are not looked at.
  mutating func passUnchecked(from start: UInt64) throws(ReadingError) {
    while true {
      window.position = firstQuoteOrBackslash()
      guard window.position < window.end else {
        guard try refill() else { throw ReadingError(.torn, at: start, "a string without an end") }
        continue
      }
      if unsafe window.base[window.position] == UInt8(ascii: "\"") {
        window.position += 1
        isAfterValue = true
        return
      }
      guard try require(2) else {
        throw ReadingError(.torn, at: start, "a string without an end")
      }
      window.position += 2
    }
  }

  /// Index of the first quote or backslash at or behind the position, or the window's end; 32 bytes at
  /// a time.
  private func firstQuoteOrBackslash() -> Int {
    var index = window.position
    let end = window.end
    let raw = unsafe UnsafeRawPointer(window.base)
    let highs: UInt64 = 0x8080_8080_8080_8080
    while index + 32 <= end {
      let block = unsafe raw + index
      let a = unsafe JSONCursor.ends(block.loadUnaligned(as: UInt64.self))
      let b = unsafe JSONCursor.ends(block.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
      let c = unsafe JSONCursor.ends(block.loadUnaligned(fromByteOffset: 16, as: UInt64.self))
      let d = unsafe JSONCursor.ends(block.loadUnaligned(fromByteOffset: 24, as: UInt64.self))
      if (a | b | c | d) & highs != 0 { break }
      index += 32
    }
    while index + 8 <= end {
      let word = unsafe UInt64(littleEndian: (raw + index).loadUnaligned(as: UInt64.self))
      let mask = JSONCursor.ends(word) & highs
      if mask != 0 { return index + mask.trailingZeroBitCount >> 3 }
      index += 8
    }
    while index < end {
      let byte = unsafe window.base[index]
      if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { return index }
      index += 1
    }
    return end
  }

  /// The high bit set in the lowest byte of `word` that is a quote or a backslash (and perhaps in bytes
  /// above it), and in none where there is none.
  @inline(__always)
  private static func ends(_ word: UInt64) -> UInt64 {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let quote = word ^ (ones &* 0x22)
    let backslash = word ^ (ones &* 0x5C)
    return ((quote &- ones) & ~quote) | ((backslash &- ones) & ~backslash)
  }
}
