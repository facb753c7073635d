/// Measuring strings without holding them.
extension JSONCursor {
  /// Reads over a string.
  /// - Returns: How many bytes its text has, escapes decoded.
  /// - Throws: `malformed` where something else comes, `torn` where the string has no end.
  public mutating func measureString() throws(ReadingError) -> UInt64 {
    let before = offset
    _ = try peekToken()
    let start = offset
    var spared: UInt64 = 0
    guard try require(1), unsafe window.base[window.position] == UInt8(ascii: "\"") else {
      throw ReadingError(try isAtEnd() ? .torn : .malformed, at: before, "expected a string")
    }
    window.position += 1
    while true {
      window.position = firstSpecial()
      guard window.position < window.end else {
        guard try refill() else { throw ReadingError(.torn, at: start, "a string without an end") }
        continue
      }
      switch unsafe window.base[window.position] {
      case UInt8(ascii: "\""):
        window.position += 1
        isAfterValue = true
        return offset &- start &- 2 &- spared
      case UInt8(ascii: "\\"):
        let spelled = offset
        let scalar = try escape(start)
        let length: UInt64 = scalar < 0x80 ? 1 : scalar < 0x800 ? 2 : scalar < 0x10000 ? 3 : 4
        spared &+= offset &- spelled &- length
      case 0x80...:
        try passNonASCII()
      default:
        window.position += 1
      }
    }
  }
}
