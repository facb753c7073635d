/// The grammar of RFC 8259 and nothing more, as a second opinion: what is sound must be read.
///
/// Written from the railroad of the RFC, on an array, without a window. Depth is limited to what both
/// ways of reading accept.
struct StrictJSON {
  private let bytes: [UInt8]
  private var at = 0

  /// Where the first value of the document ends; nil where it is not sound.
  static func end(of bytes: [UInt8]) -> Int? {
    var json = StrictJSON(bytes: bytes)
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { json.at = 3 }
    return json.value(depth: 0) ? json.at : nil
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  private var next: UInt8? { at < bytes.count ? bytes[at] : nil }

  private mutating func space() {
    while let byte = next, [0x20, 0x0A, 0x0D, 0x09].contains(byte) { at += 1 }
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard next == byte else { return false }
    at += 1
    return true
  }

  private mutating func word(_ word: String) -> Bool {
    for byte in word.utf8 { guard take(byte) else { return false } }
    return true
  }

  private mutating func digits() -> Bool {
    let start = at
    while let byte = next, (0x30...0x39).contains(byte) { at += 1 }
    return at > start
  }

  private mutating func value(depth: Int) -> Bool {
    guard depth < 200 else { return false }
    space()
    switch next {
    case UInt8(ascii: "{"): return members(depth)
    case UInt8(ascii: "["): return elements(depth)
    case UInt8(ascii: "\""): return string()
    case UInt8(ascii: "t"): return word("true")
    case UInt8(ascii: "f"): return word("false")
    case UInt8(ascii: "n"): return word("null")
    default: return number()
    }
  }

  private mutating func members(_ depth: Int) -> Bool {
    at += 1
    space()
    if take(UInt8(ascii: "}")) { return true }
    repeat {
      space()
      guard string() else { return false }
      space()
      guard take(UInt8(ascii: ":")), value(depth: depth + 1) else { return false }
      space()
    } while take(UInt8(ascii: ","))
    return take(UInt8(ascii: "}"))
  }

  private mutating func elements(_ depth: Int) -> Bool {
    at += 1
    space()
    if take(UInt8(ascii: "]")) { return true }
    repeat {
      guard value(depth: depth + 1) else { return false }
      space()
    } while take(UInt8(ascii: ","))
    return take(UInt8(ascii: "]"))
  }

  private mutating func string() -> Bool {
    guard take(UInt8(ascii: "\"")) else { return false }
    while let byte = next {
      at += 1
      switch byte {
      case UInt8(ascii: "\""): return true
      case 0..<0x20: return false
      case UInt8(ascii: "\\"):
        guard let letter = next else { return false }
        at += 1
        if letter == UInt8(ascii: "u") {
          for _ in 0..<4 {
            guard let digit = next, Character(UnicodeScalar(digit)).isHexDigit else { return false }
            at += 1
          }
        } else if !"\"\\/bfnrt".utf8.contains(letter) {
          return false
        }
      default: break
      }
    }
    return false
  }

  private mutating func number() -> Bool {
    _ = take(UInt8(ascii: "-"))
    if !take(UInt8(ascii: "0")), !digits() { return false }
    if let byte = next, (0x30...0x39).contains(byte) { return false }
    if take(UInt8(ascii: ".")), !digits() { return false }
    if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
      if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
      return digits()
    }
    return true
  }
}
