internal import Secrets

/// Bytes as groups of bits, the most significant first.
extension SecureBytes {
  /// The `count` bits from bit `place`; those after the end are zero.
  borrowing func bits(_ count: Int, at place: Int) -> Int {
    var value = 0
    for place in place..<place + count {
      let byte = place / 8 < self.count ? self[place / 8] : 0
      value = value << 1 | Int(byte >> (7 - UInt8(place % 8)) & 1)
    }
    return value
  }

  /// Sets the `count` bits from bit `place`, which were zero, to the low bits of a value; false where
  /// one that is not zero would come after the end.
  mutating func setBits(_ count: Int, at place: Int, to value: Int) -> Bool {
    for offset in 0..<count where value >> (count - 1 - offset) & 1 == 1 {
      let place = place + offset
      guard place / 8 < self.count else { return false }
      self[place / 8] |= 1 << (7 - UInt8(place % 8))
    }
    return true
  }
}
