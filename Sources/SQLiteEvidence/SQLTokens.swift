internal import ByteReading

/// A word, name, literal or sign of an SQL text.
struct SQLToken {
  enum Kind: Equatable {
    /// A keyword or a name without quotes.
    case word
    /// A name in double quotes, brackets or backticks.
    case quoted
    case string
    case number
    case blob
    case sign
  }

  var kind: Kind
  /// The text without quotes.
  var bytes: [UInt8]
  /// Where it is in the SQL text, quotes included.
  var range: Range<Int>

  var string: String { String(decoding: bytes, as: UTF8.self) }

  /// Whether it is one of `words`, given in capitals, and not in quotes.
  func isWord(_ words: String...) -> Bool {
    guard kind == .word else { return false }
    let upper = bytes.map { (0x61...0x7A) ~= $0 ? $0 - 0x20 : $0 }
    return words.contains { upper.elementsEqual($0.utf8) }
  }

  func isSign(_ sign: UInt8) -> Bool {
    kind == .sign && bytes.first == sign
  }

  /// Splits `sql` as SQLite's own tokenizer does; what it would reject becomes a sign.
  static func tokens(of sql: [UInt8]) -> [SQLToken] {
    var tokens: [SQLToken] = []
    var at = 0
    while at < sql.count {
      let byte = sql[at]
      let next = at + 1 < sql.count ? sql[at + 1] : 0
      let start = at
      switch byte {
      case 0x09, 0x0A, 0x0C, 0x0D, 0x20:
        at += 1
      case UInt8(ascii: "-") where next == UInt8(ascii: "-"):
        while at < sql.count, sql[at] != 0x0A { at += 1 }
      case UInt8(ascii: "/") where next == UInt8(ascii: "*"):
        at += 2
        while at < sql.count,
          !(sql[at] == UInt8(ascii: "*") && at + 1 < sql.count && sql[at + 1] == UInt8(ascii: "/"))
        {
          at += 1
        }
        at = min(at + 2, sql.count)
      case UInt8(ascii: "\""), UInt8(ascii: "`"), UInt8(ascii: "'"):
        let text = quoted(sql, &at, by: byte)
        let kind: Kind = byte == UInt8(ascii: "'") ? .string : .quoted
        tokens.append(SQLToken(kind: kind, bytes: text, range: start..<at))
      case UInt8(ascii: "["):
        while at < sql.count, sql[at] != UInt8(ascii: "]") { at += 1 }
        let text = Array(sql[(start + 1)..<max(at, start + 1)])
        at = min(at + 1, sql.count)
        tokens.append(SQLToken(kind: .quoted, bytes: text, range: start..<at))
      case UInt8(ascii: "x"), UInt8(ascii: "X"):
        if next == UInt8(ascii: "'") {
          at += 1
          let text = quoted(sql, &at, by: next)
          tokens.append(SQLToken(kind: .blob, bytes: text, range: start..<at))
        } else {
          fallthrough
        }
      case _ where isNameByte(byte) && !isDigit(byte):
        while at < sql.count, isNameByte(sql[at]) { at += 1 }
        tokens.append(SQLToken(kind: .word, bytes: Array(sql[start..<at]), range: start..<at))
      case _ where isDigit(byte) || byte == UInt8(ascii: ".") && isDigit(next):
        number(sql, &at)
        tokens.append(SQLToken(kind: .number, bytes: Array(sql[start..<at]), range: start..<at))
      default:
        at += 1
        tokens.append(SQLToken(kind: .sign, bytes: [byte], range: start..<at))
      }
    }
    return tokens
  }

  private static func quoted(_ sql: [UInt8], _ at: inout Int, by quote: UInt8) -> [UInt8] {
    var text: [UInt8] = []
    at += 1
    while at < sql.count {
      if sql[at] == quote {
        guard at + 1 < sql.count, sql[at + 1] == quote else { break }
        at += 1
      }
      text.append(sql[at])
      at += 1
    }
    at = min(at + 1, sql.count)
    return text
  }

  private static func number(_ sql: [UInt8], _ at: inout Int) {
    while at < sql.count {
      let byte = sql[at]
      let isExponentSign =
        (byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-"))
        && (sql[at - 1] | 0x20) == UInt8(ascii: "e")
        && !(sql[at - 1] == sql[at] || at < 2)
      guard isNameByte(byte) || byte == UInt8(ascii: ".") || isExponentSign else { break }
      at += 1
    }
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (0x30...0x39) ~= byte
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    isDigit(byte) || (0x41...0x5A) ~= byte || (0x61...0x7A) ~= byte || byte == UInt8(ascii: "_")
      || byte == UInt8(ascii: "$") || byte >= 0x80
  }
}

extension String {
  /// The text with A to Z made small, which is how SQLite compares names.
  var foldedName: String {
    String(
      decoding: utf8.map { (0x41...0x5A) ~= $0 ? $0 + 0x20 : $0 }, as: UTF8.self)
  }
}
