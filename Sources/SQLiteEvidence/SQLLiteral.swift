public import ByteReading

/// A constant of a table's definition: the default of a column.
public enum SQLLiteral: Hashable, Sendable {
  case null
  case integer(Int64)
  case real(Double)
  case text(StoredText)
  case blob([UInt8])

  /// The constant that `tokens` spell as a column of `affinity` has it, nil where they are
  /// something that has to be computed.
  ///
  /// SQLite takes a number that is no integer as its spelling first: a TEXT column's default 1e3 is
  /// the text "1e3", and without a type it is the integer 1000 (`valueFromExpr`).
  init?(_ tokens: ArraySlice<SQLToken>, as affinity: ColumnAffinity) {
    var tokens = tokens
    while tokens.count > 1, tokens.first?.isSign(UInt8(ascii: "(")) == true {
      guard tokens.last?.isSign(UInt8(ascii: ")")) == true else { return nil }
      tokens = tokens.dropFirst().dropLast()
    }
    var isNegative = false
    while let sign = tokens.first, sign.kind == .sign, tokens.count > 1 {
      if sign.isSign(UInt8(ascii: "-")) {
        isNegative.toggle()
      } else if !sign.isSign(UInt8(ascii: "+")) {
        return nil
      }
      tokens = tokens.dropFirst()
    }
    guard tokens.count == 1, let token = tokens.first else { return nil }
    switch token.kind {
    case .string, .quoted:
      self = SQLLiteral.text(StoredText(bytes: token.bytes)).stored(as: affinity)
    case .word:
      if token.isWord("NULL", "CURRENT_TIMESTAMP", "CURRENT_DATE", "CURRENT_TIME") {
        self = .null
      } else if token.isWord("TRUE", "FALSE") {
        let value = token.isWord("FALSE") ? 0 : isNegative ? -1.0 : 1
        self = affinity == .real ? .real(value) : .integer(Int64(value))
      } else {
        self = SQLLiteral.text(StoredText(bytes: token.bytes)).stored(as: affinity)
      }
    case .number:
      self = Self.number(token.string, isNegative: isNegative, as: affinity)
    case .blob:
      guard let bytes = Self.hexadecimal(token.bytes) else { return nil }
      self = .blob(bytes)
    case .sign:
      return nil
    }
  }

  private static func number(
    _ text: String, isNegative: Bool, as affinity: ColumnAffinity
  ) -> SQLLiteral {
    if text.hasPrefix("0x") || text.hasPrefix("0X"), let bits = UInt64(text.dropFirst(2), radix: 16)
    {
      let value = Int64(bitPattern: bits)
      return SQLLiteral.integer(isNegative ? 0 &- value : value).stored(as: affinity)
    }
    let signed = (isNegative ? "-" : "") + text
    if let value = Int64(signed) { return SQLLiteral.integer(value).stored(as: affinity) }
    return SQLLiteral.text(StoredText(signed)).stored(as: affinity == .blob ? .numeric : affinity)
  }

  private static func hexadecimal(_ digits: [UInt8]) -> [UInt8]? {
    guard digits.count % 2 == 0 else { return nil }
    var bytes: [UInt8] = []
    for at in stride(from: 0, to: digits.count, by: 2) {
      let pair = String(decoding: digits[at..<(at + 2)], as: UTF8.self)
      guard let byte = UInt8(pair, radix: 16) else { return nil }
      bytes.append(byte)
    }
    return bytes
  }

  /// The constant as a column of `affinity` would store it (SQLite documentation, "Datatypes In
  /// SQLite", section 3).
  private func stored(as affinity: ColumnAffinity) -> SQLLiteral {
    switch (self, affinity) {
    case (.integer(let value), .text): .text(StoredText(String(value)))
    case (.integer(let value), .real): .real(Double(value))
    case (.real(let value), .integer), (.real(let value), .numeric):
      Int64(exactly: value).map { .integer($0) } ?? self
    case (.text(let text), .integer), (.text(let text), .numeric):
      Self.parsed(text)?.stored(as: affinity) ?? self
    case (.text(let text), .real): Self.parsed(text)?.stored(as: .real) ?? self
    default: self
    }
  }

  /// The number a text spells, blanks around it left out.
  private static func parsed(_ text: StoredText) -> SQLLiteral? {
    func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D) ~= byte }
    var bytes = text.bytes[...]
    while let last = bytes.last, isBlank(last) { bytes.removeLast() }
    bytes = bytes.drop(while: isBlank)
    guard let first = bytes.first, (0x2B...0x39) ~= first else { return nil }
    guard bytes.allSatisfy({ (0x2B...0x39) ~= $0 || $0 | 0x20 == UInt8(ascii: "e") }) else {
      return nil
    }
    let string = String(decoding: bytes, as: UTF8.self)
    if let value = Int64(string) { return .integer(value) }
    return Double(string).map { .real($0) }
  }
}

/// What a column prefers to store, by its declared type ("Datatypes In SQLite", section 3.1).
enum ColumnAffinity: Sendable {
  case integer, text, blob, real, numeric

  init(declaredType type: String, isStrict: Bool) {
    let type = type.foldedName
    if isStrict, type == "any" {
      self = .blob
    } else if type.containsBytes("int") {
      self = .integer
    } else if type.containsBytes("char") || type.containsBytes("clob") || type.containsBytes("text")
    {
      self = .text
    } else if type.isEmpty || type.containsBytes("blob") {
      self = .blob
    } else if type.containsBytes("real") || type.containsBytes("floa") || type.containsBytes("doub")
    {
      self = .real
    } else {
      self = .numeric
    }
  }
}

extension String {
  fileprivate func containsBytes(_ part: String) -> Bool {
    let all = Array(utf8)
    let part = Array(part.utf8)
    guard all.count >= part.count else { return false }
    return (0...(all.count - part.count)).contains { all[$0..<($0 + part.count)] == part[...] }
  }
}
