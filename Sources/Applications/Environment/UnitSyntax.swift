/// The lines of unit files and of files with assignments, as their manuals have them.
enum UnitSyntax {
  /// One `Key=value` of a unit file.
  struct Entry: Equatable {
    var section: String
    var key: String
    var value: String
  }

  /// The entries of a unit file: comments left out, also within a line that a backslash continues
  /// (`systemd.syntax(7)`).
  static func entries(_ text: String) -> [Entry] {
    var found: [Entry] = []
    var section = ""
    var pending = ""
    for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
      let trimmed = line.trimmed
      if trimmed.hasPrefix("#") || trimmed.hasPrefix(";") { continue }
      if line.hasSuffix("\\") {
        pending += line.dropLast() + " "
        continue
      }
      let whole = (pending + line).trimmed
      pending = ""
      if whole.hasPrefix("["), whole.hasSuffix("]") {
        section = String(whole.dropFirst().dropLast())
      } else if let equal = whole.firstIndex(of: "=") {
        found.append(
          Entry(
            section: section, key: String(whole[..<equal].trimmed),
            value: String(whole[whole.index(after: equal)...].trimmed)))
      }
    }
    return found
  }

  /// The words of a value: separated by white space, in quotes of either kind, with C's escapes.
  static func words(_ value: String) -> [String] {
    var found: [String] = []
    var word: String?
    var quote: Character?
    var rest = value[...]
    while let character = rest.popFirst() {
      if character == "\\", let next = rest.popFirst() {
        word = (word ?? "") + unescaped(next, &rest)
      } else if character == quote {
        quote = nil
      } else if quote == nil, character == "\"" || character == "'" {
        quote = character
        word = word ?? ""
      } else if quote == nil, character.isWhitespace {
        if let done = word { found.append(done) }
        word = nil
      } else {
        word = (word ?? "") + String(character)
      }
    }
    if let word { found.append(word) }
    return found
  }

  private static func unescaped(
    _ letter: Character, _ rest: inout Substring
  ) -> String {
    switch letter {
    case "n": return "\n"
    case "t": return "\t"
    case "r": return "\r"
    case "s": return " "
    case "x":
      guard rest.count >= 2, let code = UInt8(rest.prefix(2), radix: 16) else { return "\\x" }
      rest = rest.dropFirst(2)
      return String(UnicodeScalar(code))
    default: return String(letter)
    }
  }

  /// Name and value of an assignment; nil for anything else.
  static func assignment(_ word: some StringProtocol) -> (name: String, value: String)? {
    guard let equal = word.firstIndex(of: "=") else { return nil }
    let name = word[..<equal]
    guard isName(name) else { return nil }
    return (String(name), String(word[word.index(after: equal)...]))
  }

  /// Whether that can be a variable's name.
  static func isName(_ name: some StringProtocol) -> Bool {
    guard let first = name.utf8.first, !(0x30...0x39).contains(first) else { return false }
    return name.utf8.allSatisfy {
      $0 == UInt8(ascii: "_") || (0x30...0x39).contains($0) || (0x41...0x5A).contains($0)
        || (0x61...0x7A).contains($0)
    }
  }

  /// The assignments of an environment file, a line each, perhaps with `export` before them
  /// (`systemd.exec(5)`, EnvironmentFile; `environment(5)`; compose's `.env`).
  static func assignments(_ text: String) -> [(name: String, value: String)] {
    var found: [(name: String, value: String)] = []
    var pending = ""
    for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
      if line.hasSuffix("\\") {
        pending += line.dropLast()
        continue
      }
      var whole = (pending + line).trimmed
      pending = ""
      if whole.hasPrefix("#") || whole.hasPrefix(";") { continue }
      if whole.hasPrefix("export ") { whole = whole.dropFirst(7).trimmed }
      guard let (name, value) = assignment(whole) else { continue }
      found.append((name, unquoted(value)))
    }
    return found
  }

  /// A value without the quotes around it, and without a comment behind it.
  static func unquoted(_ value: some StringProtocol) -> String {
    let value = value.trimmed
    if let quote = value.first, quote == "\"" || quote == "'" {
      let rest = value.dropFirst()
      var text = ""
      var isEscaped = false
      for character in rest {
        if isEscaped {
          text.append(character)
          isEscaped = false
        } else if quote == "\"", character == "\\" {
          isEscaped = true
        } else if character == quote {
          return text
        } else {
          text.append(character)
        }
      }
      return text
    }
    var text = ""
    for character in value {
      if character == "#", text.last?.isWhitespace ?? false { break }
      text.append(character)
    }
    return String(text.trimmed)
  }
}

extension StringProtocol {
  /// The text without white space at both ends.
  var trimmed: SubSequence {
    var rest = self[...]
    while let first = rest.first, first.isWhitespace { rest = rest.dropFirst() }
    while let last = rest.last, last.isWhitespace { rest = rest.dropLast() }
    return rest
  }
}
