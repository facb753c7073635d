/// A `CREATE TABLE` statement, read with patience: whatever is not needed here is passed over.
struct TableDefinition {
  private(set) var name = ""
  private(set) var columns: [TableSchema.Column] = []
  private(set) var primaryKey: [Int] = []
  private(set) var isWithoutRowID = false
  private(set) var isVirtual = false

  private var tokens: [SQLToken] = []
  private var at = 0
  private var isStrict = false

  /// A definition that says nothing.
  init() {}

  /// - Returns: nil where `sql` is no definition of a table.
  init?(sql: [UInt8]) {
    tokens = SQLToken.tokens(of: sql)
    guard take("CREATE") else { return nil }
    _ = take("TEMP") || take("TEMPORARY")
    isVirtual = take("VIRTUAL")
    guard take("TABLE") else { return nil }
    if take("IF") { _ = take("NOT") && take("EXISTS") }
    guard let first = takeName() else { return nil }
    name = first
    if take(sign: "."), let second = takeName() { name = second }
    if isVirtual { return }
    guard take(sign: "(") else { return nil }
    // The options behind the list change how the list is understood.
    readOptions()
    var keyNames: [String]?
    while let token = current, !token.isSign(UInt8(ascii: ")")) {
      if token.isWord("CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN") {
        if let names = readTableConstraints() { keyNames = keyNames ?? names }
      } else {
        readColumn(sql)
      }
      if !take(sign: ",") { break }
    }
    guard !columns.isEmpty else { return nil }
    if let keyNames { apply(keyNames) }
    tokens = []
  }

  private var current: SQLToken? { at < tokens.count ? tokens[at] : nil }

  private mutating func take(_ word: String) -> Bool {
    guard current?.isWord(word) == true else { return false }
    at += 1
    return true
  }

  private mutating func take(sign: Unicode.Scalar) -> Bool {
    guard current?.isSign(UInt8(ascii: sign)) == true else { return false }
    at += 1
    return true
  }

  private mutating func takeName() -> String? {
    guard let token = current, token.kind == .word || token.kind == .quoted || token.kind == .string
    else { return nil }
    at += 1
    return token.string
  }

  /// Passes over a parenthesis and what is in it, if there is one here.
  private mutating func skipParentheses() {
    guard take(sign: "(") else { return }
    var depth = 1
    while depth > 0, let token = current {
      if token.isSign(UInt8(ascii: "(")) { depth += 1 }
      if token.isSign(UInt8(ascii: ")")) { depth -= 1 }
      at += 1
    }
  }

  private mutating func readOptions() {
    let start = at
    at -= 1
    skipParentheses()
    while let token = current {
      if token.isWord("STRICT") { isStrict = true }
      if token.isWord("WITHOUT"), at + 1 < tokens.count, tokens[at + 1].isWord("ROWID") {
        isWithoutRowID = true
      }
      at += 1
    }
    at = start
  }

  private var isAtItemEnd: Bool {
    guard let token = current else { return true }
    return token.isSign(UInt8(ascii: ",")) || token.isSign(UInt8(ascii: ")"))
  }

  /// - Returns: the columns of a primary key among the constraints up to the next comma.
  private mutating func readTableConstraints() -> [String]? {
    var key: [String]?
    while !isAtItemEnd {
      if take("PRIMARY"), take("KEY"), current?.isSign(UInt8(ascii: "(")) == true {
        at += 1
        var names: [String] = []
        while let name = takeName() {
          names.append(name)
          while !isAtItemEnd {
            skipParentheses()
            if !isAtItemEnd { at += 1 }
          }
          if !take(sign: ",") { break }
        }
        _ = take(sign: ")")
        key = names
      } else if current?.isSign(UInt8(ascii: "(")) == true {
        skipParentheses()
      } else if !isAtItemEnd {
        at += 1
      }
    }
    return key
  }

  private mutating func readColumn(_ sql: [UInt8]) {
    guard let name = takeName() else {
      while !isAtItemEnd {
        if current?.isSign(UInt8(ascii: "(")) == true { skipParentheses() } else { at += 1 }
      }
      return
    }
    let type = readType(sql)
    var isVirtual = false
    var isKey = false
    var isDescending = false
    var defaultTokens: ArraySlice<SQLToken>?
    while !isAtItemEnd {
      if take("PRIMARY") {
        isKey = take("KEY")
        isDescending = take("DESC")
      } else if take("DEFAULT") {
        defaultTokens = readDefault()
      } else if take("AS") {
        skipParentheses()
        isVirtual = !take("STORED")
      } else if current?.isSign(UInt8(ascii: "(")) == true {
        skipParentheses()
      } else {
        at += 1
      }
    }
    let affinity = ColumnAffinity(declaredType: type, isStrict: isStrict)
    if isKey { primaryKey = [columns.count] }
    columns.append(
      TableSchema.Column(
        name: name, declaredType: type,
        isRowIDAlias: isKey && !isDescending && !isWithoutRowID && type.foldedName == "integer",
        defaultValue: defaultTokens.flatMap { SQLLiteral($0, as: affinity) },
        isVirtual: isVirtual, affinity: affinity))
  }

  private mutating func readType(_ sql: [UInt8]) -> String {
    guard let first = current else { return "" }
    let start = at
    while let token = current,
      token.kind == .word || token.kind == .quoted || token.kind == .string,
      !token.isWord(
        "CONSTRAINT", "PRIMARY", "NOT", "NULL", "UNIQUE", "CHECK", "DEFAULT", "COLLATE",
        "REFERENCES", "AS"),
      !(token.isWord("GENERATED") && at + 1 < tokens.count && tokens[at + 1].isWord("ALWAYS"))
    {
      at += 1
    }
    guard at > start else { return "" }
    if at == start + 1, first.kind != .word { return first.string }
    skipParentheses()
    return String(
      decoding: sql[first.range.lowerBound..<tokens[at - 1].range.upperBound], as: UTF8.self)
  }

  private mutating func readDefault() -> ArraySlice<SQLToken> {
    let start = at
    if current?.isSign(UInt8(ascii: "(")) == true {
      skipParentheses()
    } else {
      while let token = current, token.isSign(UInt8(ascii: "-")) || token.isSign(UInt8(ascii: "+"))
      {
        at += 1
      }
      if !isAtItemEnd { at += 1 }
    }
    return tokens[start..<at]
  }

  /// Makes the columns named by a table constraint the primary key.
  ///
  /// A single INTEGER column becomes the row number even where the constraint says DESC: only a
  /// column's own `PRIMARY KEY DESC` does not (SQLite documentation, "ROWIDs and the INTEGER
  /// PRIMARY KEY").
  private mutating func apply(_ names: [String]) {
    var key: [Int] = []
    for name in names {
      let folded = name.foldedName
      if let index = columns.firstIndex(where: { $0.name.foldedName == folded }),
        !key.contains(index)
      {
        key.append(index)
      }
    }
    primaryKey = key
    if names.count == 1, let index = key.first, !isWithoutRowID,
      columns[index].declaredType.foldedName == "integer"
    {
      columns[index].isRowIDAlias = true
    }
  }
}
