import ByteReading

/// What the readers of LM Studio's documents share.
extension JSONCursor {
  /// An object that says of what kind it is.
  enum Typed<Kind> {
    /// The kind is known, and the cursor stands inside the object, behind its `type`.
    case known(Kind)
    /// The whole object, because its kind is not known or does not come first; the kind if it is known
    /// and came later.
    case raw(StoredText, Kind?)
  }

  /// Begins an object that has a key `type`, which comes first in all that the application writes.
  /// - Throws: `ReadingError`.
  mutating func typedObject<Kind>(
    _ known: (CompactText) -> Kind?
  ) throws(ReadingError) -> Typed<Kind> {
    try beginObject()
    var raw: [UInt8] = [UInt8(ascii: "{")]
    var kind: Kind?
    while try nextKey() {
      if raw.count > 1 { raw.append(UInt8(ascii: ",")) }
      if case "type" = key, try self.kind() == .string {
        let name = try compactText()
        kind = known(name)
        if raw.count == 1, let kind { return .known(kind) }
        raw += Array("\"type\":".utf8)
        JSONCursor.quote(name.text, into: &raw)
      } else {
        JSONCursor.quote(key.text, into: &raw)
        raw.append(UInt8(ascii: ":"))
        raw += try rawValue().bytes
      }
    }
    raw.append(UInt8(ascii: "}"))
    return .raw(StoredText(bytes: raw), kind)
  }

  private mutating func compactText() throws(ReadingError) -> CompactText {
    let start = offset
    guard let text = try compactTextIfString() else {
      throw ReadingError(.malformed, at: start, "expected a string")
    }
    return text
  }

  /// Appends a text as JSON spells it.
  static func quote(_ text: StoredText, into bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "\""))
    for byte in text.bytes {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        bytes.append(UInt8(ascii: "\\"))
        bytes.append(byte)
      case 0..<0x20:
        bytes += Array((byte < 0x10 ? "\\u000" : "\\u00").utf8)
        bytes += Array(String(byte, radix: 16).utf8)
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }

  /// Gives each string inside the next value, keys left out, and where it begins; of a string past a
  /// mebibyte its beginning.
  /// - Throws: `ReadingError`; what came before it was given.
  mutating func eachString(
    _ depth: Int = 0, _ body: (StoredText, UInt64) -> Void
  ) throws(ReadingError) {
    switch try kind() {
    case .string:
      let offset = self.offset
      if let text = try beginningIfString(limit: 1 << 20) { body(text, offset) }
    case .object where depth < JSONValue.maximumDepth:
      try beginObject()
      while try nextKey() { try eachString(depth + 1, body) }
    case .array where depth < JSONValue.maximumDepth:
      try beginArray()
      while try nextElement() { try eachString(depth + 1, body) }
    default: try skipValue()
    }
  }
}
