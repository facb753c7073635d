import ByteReading
import Conversations

extension StoredText {
  /// The beginning that a list shows, cut between characters.
  var beginning: StoredText {
    guard bytes.count > Conversation.excerptLimit else { return self }
    var end = Conversation.excerptLimit
    while end > 0, bytes[end] & 0xC0 == 0x80 { end -= 1 }
    return StoredText(bytes: Array(bytes[..<end]))
  }

  /// Adds a part on a line of its own.
  mutating func append(line: StoredText) {
    if !isEmpty { bytes.append(0x0A) }
    bytes += line.bytes
  }

  /// The text of an address with `%` and two digits read as the byte they mean.
  var percentDecoded: StoredText {
    var result: [UInt8] = []
    var index = 0
    while index < bytes.count {
      if bytes[index] == UInt8(ascii: "%"), index + 2 < bytes.count,
        let high = bytes[index + 1].hexadecimalDigit, let low = bytes[index + 2].hexadecimalDigit
      {
        result.append(high << 4 | low)
        index += 3
      } else {
        result.append(bytes[index])
        index += 1
      }
    }
    return StoredText(bytes: result)
  }
}

extension UInt8 {
  /// The value of the byte as a hexadecimal digit, nil where it is none.
  var hexadecimalDigit: UInt8? {
    switch self {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): self - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): self - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): self - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
