/// Base32 of RFC 4648 in lower case, without padding, its spare bits zero: one text for each bytes.
enum Base32 {
  private static let alphabet = Array("abcdefghijklmnopqrstuvwxyz234567".utf8)

  /// The number of characters that some bytes take.
  static func length(ofBytes count: Int) -> Int {
    (count * 8 + 4) / 5
  }

  /// Writes bytes as text.
  static func encode(_ bytes: some Sequence<UInt8>) -> String {
    var text: [UInt8] = []
    var bits: UInt32 = 0
    var width = 0
    for byte in bytes {
      bits = bits << 8 | UInt32(byte)
      width += 8
      while width >= 5 {
        width -= 5
        text.append(alphabet[Int(bits >> UInt32(width) & 31)])
      }
    }
    if width > 0 {
      text.append(alphabet[Int(bits << UInt32(5 - width) & 31)])
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// Reads a text; nil where a character is not of the alphabet or the end is not as it is written.
  static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.count * 5 / 8)
    var bits: UInt32 = 0
    var width = 0
    for character in text {
      let value: UInt8
      switch character {
      case UInt8(ascii: "a")...UInt8(ascii: "z"): value = character - UInt8(ascii: "a")
      case UInt8(ascii: "2")...UInt8(ascii: "7"): value = character - UInt8(ascii: "2") + 26
      default: return nil
      }
      bits = bits << 5 | UInt32(value)
      width += 5
      if width >= 8 {
        width -= 8
        bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(width)))
      }
    }
    guard width < 5, bits & (1 << UInt32(width) - 1) == 0 else { return nil }
    return bytes
  }
}
