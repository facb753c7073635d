/// Reading over strings whose text nobody asks for: most of what counting does.
///
/// Quotes and backslashes alone end the search, which also gathers whether there was anything beyond
/// ASCII; only then are the bytes between looked at a second time, to note those that are no UTF-8.
extension JSONCursor {
  /// Reads over what is left of a string that began at `start`, and its closing quote.
  mutating func passString(from start: UInt64) throws(ReadingError) {
    while true {
      let end = firstEnd()
      window.position = end.isASCII ? end.index : passText(upTo: end.index)
      guard end.index < window.end else {
        guard try refill() else {
          // A sequence that the end cuts off is no UTF-8 either.
          window.position = passText(upTo: window.end)
          throw ReadingError(.torn, at: start, "a string without an end")
        }
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

  /// Index of the first quote or backslash at or behind the position, or the window's end; and whether
  /// all before it is ASCII, where a false alarm is possible and a miss is not.
  @inline(__always)
  private func firstEnd() -> (index: Int, isASCII: Bool) {
    var index = window.position
    let end = window.end
    let raw = unsafe UnsafeRawPointer(window.base)
    var seen: UInt64 = 0
    while index + 32 <= end {
      let block = unsafe raw + index
      let a = unsafe block.loadUnaligned(as: UInt64.self)
      let b = unsafe block.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
      let c = unsafe block.loadUnaligned(fromByteOffset: 16, as: UInt64.self)
      let d = unsafe block.loadUnaligned(fromByteOffset: 24, as: UInt64.self)
      let ends =
        JSONCursor.ends(a) | JSONCursor.ends(b) | JSONCursor.ends(c) | JSONCursor.ends(d)
      if ends != 0 { break }
      seen |= a | b | c | d
      index += 32
    }
    while index + 8 <= end {
      let word = UInt64(littleEndian: unsafe (raw + index).loadUnaligned(as: UInt64.self))
      let mask = JSONCursor.ends(word)
      seen |= word
      if mask != 0 {
        return (index + mask.trailingZeroBitCount >> 3, seen & JSONCursor.highBits == 0)
      }
      index += 8
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

  /// The high bit set in the lowest byte of `word` that is a quote or a backslash (and perhaps in bytes
  /// above it), and nowhere where there is none.
  @inline(__always)
  private static func ends(_ word: UInt64) -> UInt64 {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let quote = word ^ (ones &* 0x22)
    let backslash = word ^ (ones &* 0x5C)
    return (((quote &- ones) & ~quote) | ((backslash &- ones) & ~backslash)) & highBits
  }

  /// Goes over text up to `stop`, an end or the window's; the first bytes that are no UTF-8 are noted,
  /// and none is refused.
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
      let available = stop - index
      let length = unsafe JSONCursor.sequenceLength(
        UnsafeBufferPointer(start: window.base + index, count: min(available, 4)))
      if length == 0 {
        // Cut off by the window's end, not by its own bytes: it is looked at again with the rest.
        if stop == window.end, available < 4, !window.isExhausted { return index }
        firstInvalidUTF8 = window.start &+ UInt64(index)
        return stop
      }
      index += length
    }
    return stop
  }
}
