import ByteReading

extension QtStream {
  /// Reads a `QVariant` as text: its type's number, whether it is null, then the value.
  ///
  /// The application writes strings only; the other plain types are understood so that a file of a
  /// later tool is not lost. Numbers of types: `QMetaType::Type`.
  /// - Throws: `unknown-format` for a type whose length cannot be known.
  mutating func variant(wanted: Bool, depth: Int = 0) throws(ReadingError) -> StoredText? {
    let start = offset
    guard depth < 32 else { throw ReadingError(.tooDeep, at: start, "more than 32 levels") }
    let type = try integer(UInt32.self)
    let isNull = try integer(UInt8.self) != 0
    var text: StoredText?
    switch type {
    case 0, 51: return nil
    case 1: text = try integer(UInt8.self) != 0 ? "true" : "false"
    case 2: text = StoredText(String(try integer(Int32.self)))
    case 3: text = StoredText(String(try integer(UInt32.self)))
    case 4: text = StoredText(String(try integer(Int64.self)))
    case 5: text = StoredText(String(try integer(UInt64.self)))
    case 6: text = StoredText("\(Double(bitPattern: try integer(UInt64.self)))")
    case 8:
      var parts: [UInt8] = []
      for _ in 0..<(try count(UInt32.self)) {
        let name = try self.text() ?? ""
        let value = try variant(wanted: wanted, depth: depth + 1)
        QtStream.append(name.bytes, value?.bytes, to: &parts)
      }
      text = StoredText(bytes: parts)
    case 9:
      var parts: [UInt8] = []
      for _ in 0..<(try count(UInt32.self)) {
        let value = try variant(wanted: wanted, depth: depth + 1)
        QtStream.append(nil, value?.bytes, to: &parts)
      }
      text = StoredText(bytes: parts)
    case 10: text = try self.text(wanted: wanted)
    case 11:
      var parts: [UInt8] = []
      for _ in 0..<(try count(UInt32.self)) {
        QtStream.append(nil, try self.text()?.bytes, to: &parts)
      }
      text = StoredText(bytes: parts)
    case 12: text = try byteArray().map { StoredText(bytes: $0) }
    default:
      throw ReadingError(
        ReadingError.Code(rawValue: "unknown-format"), at: start, "a value of type \(type)")
    }
    return isNull ? nil : text
  }

  /// Adds `name: value`, or the value alone, on a line of its own.
  static func append(_ name: [UInt8]?, _ value: [UInt8]?, to lines: inout [UInt8]) {
    if !lines.isEmpty { lines.append(0x0A) }
    if let name { lines += name + [0x3A, 0x20] }
    lines += value ?? []
  }
}
