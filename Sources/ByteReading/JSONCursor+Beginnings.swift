/// Reading the beginning of a string and going over the rest, however long it is.
extension JSONCursor {
  /// Reads a string and keeps at most `limit` bytes of it, whole scalars only; a value of any other
  /// kind is skipped and gives nil.
  /// - Throws: `malformed`, `torn`.
  public mutating func beginningIfString(limit: Int) throws(ReadingError) -> StoredText? {
    guard try kind() == .string else {
      try skipValue()
      return nil
    }
    var bytes: [UInt8] = []
    try decode(into: &bytes, keeping: limit)
    return StoredText(bytes: bytes).beginning(limit)
  }

  /// Reads a string and gives the number that it begins with, where that has exactly `digits` digits;
  /// nil in all other cases.
  ///
  /// No text is made of it.
  /// - Throws: `malformed`, `torn`.
  public mutating func leadingNumberIfString(digits: Int) throws(ReadingError) -> Int64? {
    guard try kind() == .string else {
      try skipValue()
      return nil
    }
    _ = try require(digits + 2)
    var value: Int64 = 0
    var seen = 0
    var index = window.position + 1
    while index < window.end, seen <= min(digits, 18) {
      let byte = unsafe window.base[index]
      guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { break }
      value = value &* 10 &+ Int64(byte &- UInt8(ascii: "0"))
      seen += 1
      index += 1
    }
    _ = try skipString()
    return seen == digits ? value : nil
  }
}

extension StoredText {
  /// At most the first `limit` bytes, without a scalar cut in two.
  public func beginning(_ limit: Int) -> StoredText {
    guard bytes.count > limit else { return self }
    var end = max(0, limit)
    // A byte 10xxxxxx continues a scalar; four of them in a row are no UTF-8, and any cut is right.
    var steps = 0
    while end > 0, steps < 4, bytes[end] & 0xC0 == 0x80 {
      end -= 1
      steps += 1
    }
    return StoredText(bytes: Array(bytes[..<end]))
  }
}
