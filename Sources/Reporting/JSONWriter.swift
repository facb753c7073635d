public import ByteReading

/// Writes JSON: RFC 8259, keys in the order given, texts exactly as stored.
///
/// An unpaired surrogate is written as its `\ud…` escape; bytes that are no UTF-8 at all as
/// `{"base64": …}`, since no JSON string can carry them.
public struct JSONWriter {
  /// What was written.
  public private(set) var bytes: [UInt8] = []
  private let indented: Bool
  private var depth = 0
  private var isFirst = true

  /// Makes a writer of lines for people too (`indented`), or of one line.
  public init(indented: Bool) {
    self.indented = indented
  }

  /// Takes what was written so far, to be sent on.
  public mutating func take() -> [UInt8] {
    let taken = bytes
    bytes.removeAll(keepingCapacity: true)
    return taken
  }

  // MARK: - Containers

  /// Writes an object whose members `body` writes.
  public mutating func object(_ body: (inout JSONWriter) -> Void) {
    container(UInt8(ascii: "{"), UInt8(ascii: "}"), body)
  }

  /// Writes an array whose elements `body` writes, each begun with `element`.
  public mutating func array(_ body: (inout JSONWriter) -> Void) {
    container(UInt8(ascii: "["), UInt8(ascii: "]"), body)
  }

  /// Writes an array of `items`, each with `write`.
  public mutating func array<Item>(
    _ items: some Sequence<Item>, _ write: (inout JSONWriter, Item) -> Void
  ) {
    array { writer in
      for item in items {
        writer.element()
        write(&writer, item)
      }
    }
  }

  private mutating func container(
    _ opening: UInt8, _ closing: UInt8, _ body: (inout JSONWriter) -> Void
  ) {
    open(opening)
    body(&self)
    close(closing)
  }

  /// Writes an opening bracket, for documents that are sent on before they are whole.
  public mutating func open(_ bracket: UInt8) {
    bytes.append(bracket)
    depth += 1
    isFirst = true
  }

  /// Writes the closing bracket of `open`.
  public mutating func close(_ bracket: UInt8) {
    depth -= 1
    if !isFirst { newLine() }
    bytes.append(bracket)
    isFirst = false
  }

  /// Begins an element of an array.
  public mutating func element() {
    if !isFirst { bytes.append(UInt8(ascii: ",")) }
    newLine()
    isFirst = false
  }

  /// Begins a member of an object: its key, then comes its value.
  public mutating func key(_ key: String) {
    element()
    string(key)
    bytes.append(UInt8(ascii: ":"))
    if indented { bytes.append(UInt8(ascii: " ")) }
  }

  private mutating func newLine() {
    guard indented else { return }
    bytes.append(UInt8(ascii: "\n"))
    for _ in 0..<depth { bytes.append(contentsOf: [0x20, 0x20]) }
  }

  // MARK: - Members

  /// Writes a member whose value is text as stored.
  public mutating func member(_ name: String, _ text: StoredText) {
    key(name)
    self.text(text)
  }

  /// Writes a member whose value is a string.
  public mutating func member(_ name: String, _ value: String) {
    key(name)
    string(value)
  }

  /// Writes a member whose value is a whole number.
  public mutating func member(_ name: String, _ value: some BinaryInteger) {
    key(name)
    number(value)
  }

  /// Writes a member whose value is a truth.
  public mutating func member(_ name: String, _ value: Bool) {
    key(name)
    bytes.append(contentsOf: (value ? "true" : "false").utf8)
  }

  /// Writes a member whose value is null.
  public mutating func null(_ name: String) {
    key(name)
    bytes.append(contentsOf: "null".utf8)
  }

  /// Writes a member only where there is a value.
  public mutating func optional(_ name: String, _ text: StoredText?) {
    if let text { member(name, text) }
  }

  /// Writes a member only where there is a value.
  public mutating func optional(_ name: String, _ value: String?) {
    if let value { member(name, value) }
  }

  /// Writes a member only where there is a value.
  public mutating func optional(_ name: String, _ value: UInt64?) {
    if let value { member(name, value) }
  }

  /// Writes a member only where there is a value.
  public mutating func optional(_ name: String, _ value: Bool?) {
    if let value { member(name, value) }
  }

  // MARK: - Scalars

  /// Writes a whole number.
  public mutating func number(_ value: some BinaryInteger) {
    bytes.append(contentsOf: String(value).utf8)
  }

  /// Writes a fraction of one to three digits.
  public mutating func fraction(_ value: Double) {
    let thousandths = Int((min(max(value, 0), 1) * 1000).rounded())
    if thousandths >= 1000 {
      number(1)
    } else {
      let digits = String(thousandths)
      bytes.append(contentsOf: "0.".utf8)
      for _ in digits.utf8.count..<3 { bytes.append(UInt8(ascii: "0")) }
      bytes.append(contentsOf: digits.utf8)
    }
  }

  /// Writes a string.
  public mutating func string(_ value: String) {
    var value = value
    value.withUTF8 { run in
      bytes.append(UInt8(ascii: "\""))
      appendEscaped(run[...])
      bytes.append(UInt8(ascii: "\""))
    }
  }

  /// Writes text as stored.
  public mutating func text(_ text: StoredText) {
    text.bytes.withUnsafeBufferPointer { run in
      guard let surrogates = GeneralisedUTF8.surrogates(in: run) else {
        object { writer in
          writer.key("base64")
          writer.bytes.append(UInt8(ascii: "\""))
          Base64.append(run, to: &writer.bytes)
          writer.bytes.append(UInt8(ascii: "\""))
        }
        return
      }
      bytes.append(UInt8(ascii: "\""))
      var begin = 0
      for index in surrogates {
        appendEscaped(run[begin..<index])
        let unit = 0xD000 | UInt32(run[index + 1] & 0x3F) << 6 | UInt32(run[index + 2] & 0x3F)
        bytes.append(contentsOf: "\\u".utf8)
        bytes.append(contentsOf: String(unit, radix: 16).utf8)
        begin = index + 3
      }
      appendEscaped(run[begin...])
      bytes.append(UInt8(ascii: "\""))
    }
  }

  private mutating func appendEscaped(_ run: Slice<UnsafeBufferPointer<UInt8>>) {
    var begin = run.startIndex
    for index in run.indices {
      let byte = run[index]
      guard byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte == 0x7F
      else { continue }
      bytes.append(contentsOf: run[begin..<index])
      begin = index + 1
      switch byte {
      case UInt8(ascii: "\""): bytes.append(contentsOf: "\\\"".utf8)
      case UInt8(ascii: "\\"): bytes.append(contentsOf: "\\\\".utf8)
      case 0x0A: bytes.append(contentsOf: "\\n".utf8)
      case 0x0D: bytes.append(contentsOf: "\\r".utf8)
      case 0x09: bytes.append(contentsOf: "\\t".utf8)
      default:
        bytes.append(contentsOf: "\\u00".utf8)
        if byte < 0x10 { bytes.append(UInt8(ascii: "0")) }
        bytes.append(contentsOf: String(byte, radix: 16).utf8)
      }
    }
    bytes.append(contentsOf: run[begin...])
  }
}

/// UTF-8 that may hold unpaired surrogates as three bytes each (WTF-8).
enum GeneralisedUTF8 {
  /// Where surrogates stand in `bytes`; nil where the bytes are neither UTF-8 nor generalised UTF-8.
  static func surrogates(in bytes: UnsafeBufferPointer<UInt8>) -> [Int]? {
    var found: [Int] = []
    var index = 0
    func continues(_ offset: Int, _ low: UInt8 = 0x80, _ high: UInt8 = 0xBF) -> Bool {
      index + offset < bytes.count && bytes[index + offset] >= low && bytes[index + offset] <= high
    }
    while index < bytes.count {
      switch bytes[index] {
      case 0x00...0x7F:
        index += 1
      case 0xC2...0xDF where continues(1):
        index += 2
      case 0xE0 where continues(1, 0xA0) && continues(2),
        0xE1...0xEC where continues(1) && continues(2),
        0xEE...0xEF where continues(1) && continues(2),
        0xED where continues(1, 0x80, 0x9F) && continues(2):
        index += 3
      case 0xED where continues(1, 0xA0) && continues(2):
        found.append(index)
        index += 3
      case 0xF0 where continues(1, 0x90) && continues(2) && continues(3),
        0xF1...0xF3 where continues(1) && continues(2) && continues(3),
        0xF4 where continues(1, 0x80, 0x8F) && continues(2) && continues(3):
        index += 4
      default:
        return nil
      }
    }
    return found
  }
}

/// Base64 of RFC 4648, section 4.
enum Base64 {
  private static let digits = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  static func append(_ bytes: UnsafeBufferPointer<UInt8>, to output: inout [UInt8]) {
    var index = 0
    while index < bytes.count {
      let left = bytes.count - index
      let first = UInt32(bytes[index])
      let second = left > 1 ? UInt32(bytes[index + 1]) : 0
      let third = left > 2 ? UInt32(bytes[index + 2]) : 0
      let group = first << 16 | second << 8 | third
      output.append(digits[Int(group >> 18)])
      output.append(digits[Int(group >> 12 & 63)])
      output.append(left > 1 ? digits[Int(group >> 6 & 63)] : UInt8(ascii: "="))
      output.append(left > 2 ? digits[Int(group & 63)] : UInt8(ascii: "="))
      index += 3
    }
  }
}
