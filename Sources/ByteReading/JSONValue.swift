/// A small JSON document in memory: settings, manifests, metadata.
///
/// Conversations are never read this way; they are read with `JSONCursor`, which holds nothing.
public indirect enum JSONValue: Equatable, Sendable {
  case object([Member])
  case array([JSONValue])
  case string(StoredText)
  case number(JSONNumber)
  case boolean(Bool)
  case null

  /// A key and its value, in the order of the document.
  public struct Member: Equatable, Sendable {
    /// The key as stored.
    public var key: StoredText
    /// The value.
    public var value: JSONValue
  }

  /// Deepest nesting of a small document; more is an error with code `tooDeep`.
  public static let maximumDepth = 256

  /// The member with that key, the last one where it occurs twice; nil in anything but an object.
  public subscript(key: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    let wanted = StoredText(key)
    return members.last { $0.key == wanted }?.value
  }

  /// The text, where this is a string.
  public var text: StoredText? {
    if case .string(let text) = self { text } else { nil }
  }

  /// The text for people, where this is a string.
  public var string: String? { text?.string }

  /// The number, where this is one.
  public var number: JSONNumber? {
    if case .number(let number) = self { number } else { nil }
  }

  /// The whole number, where this is one that fits.
  public var integer: Int64? { number?.integer }

  /// The truth, where this is one.
  public var boolean: Bool? {
    if case .boolean(let boolean) = self { boolean } else { nil }
  }

  /// The elements, where this is an array; else none.
  public var elements: [JSONValue] {
    if case .array(let elements) = self { elements } else { [] }
  }

  /// The members, where this is an object; else none.
  public var members: [Member] {
    if case .object(let members) = self { members } else { [] }
  }
}

extension JSONCursor {
  /// Reads the next value whole into memory.
  /// - Throws: `tooDeep`, `torn`, `malformed`.
  public mutating func value() throws(ReadingError) -> JSONValue {
    try value(depth: 0)
  }

  private mutating func value(depth: Int) throws(ReadingError) -> JSONValue {
    guard depth < JSONValue.maximumDepth else {
      throw ReadingError(.tooDeep, at: offset, "more than \(JSONValue.maximumDepth) levels")
    }
    switch try kind() {
    case .string: return .string(try text())
    case .number: return .number(try number())
    case .boolean, .null:
      if let truth = try booleanOrNull() { return .boolean(truth) }
      return .null
    case .object:
      var members: [JSONValue.Member] = []
      try beginObject()
      while try nextKey() {
        let name = key.text
        members.append(JSONValue.Member(key: name, value: try value(depth: depth + 1)))
      }
      return .object(members)
    case .array:
      var elements: [JSONValue] = []
      try beginArray()
      while try nextElement() { elements.append(try value(depth: depth + 1)) }
      return .array(elements)
    }
  }
}
