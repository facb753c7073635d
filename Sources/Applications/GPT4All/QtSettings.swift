import ByteReading

/// A settings file as Qt's `QSettings` writes it in its INI format, in memory.
///
/// Qt documentation, "QSettings: Format::IniFormat": `\` in a key separates groups, `%XX` and `%UXXXX`
/// spell its other characters, values have the escapes of C with hexadecimal ones for all that is not
/// Latin, quotes keep commas, a comma makes a list, and `@` introduces other types.
struct QtSettings: Sendable {
  /// A key with its value.
  struct Entry: Sendable {
    /// The key with its groups before it, separated by slashes.
    var key: String
    /// The value: one text, or several of a list; none for a value that is invalid.
    var values: [StoredText]
    /// Where its line begins, in bytes from the file's beginning.
    var offset: UInt64
  }

  private(set) var entries: [Entry] = []

  init(_ bytes: [UInt8]) {
    var group = ""
    var position = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    while position < bytes.count {
      let first = bytes[position]
      if first <= 0x20 {
        position += 1
        continue
      }
      let start = position
      let line = QtSettings.line(bytes, &position)
      if first == UInt8(ascii: "[") {
        let name = line.dropFirst().prefix { $0 != UInt8(ascii: "]") }
        group = QtSettings.group(QtSettings.trimmed(name))
      } else if first != UInt8(ascii: ";"),
        let equals = line.firstIndex(of: UInt8(ascii: "="))
      {
        let key = QtSettings.key(QtSettings.trimmed(line[..<equals]))
        entries.append(
          Entry(
            key: group + key, values: QtSettings.values(line[(equals + 1)...]),
            offset: UInt64(start)))
      }
    }
  }

  /// The text of a key, a list's first one; the last entry where it occurs twice.
  subscript(key: String) -> StoredText? {
    entries.last { $0.key == key }?.values.first
  }

  /// The line that begins at `position`: to the first line feed outside of quotes that no backslash
  /// stands before, without the comment that an unquoted semicolon begins.
  private static func line(_ bytes: [UInt8], _ position: inout Int) -> ArraySlice<UInt8> {
    let start = position
    let isWhole = bytes[start] != UInt8(ascii: ";") && bytes[start] != UInt8(ascii: "[")
    var end: Int?
    var isQuoted = false
    while position < bytes.count {
      let byte = bytes[position]
      if byte == 0x0A || byte == 0x0D, !isQuoted { break }
      position += 1
      guard isWhole, end == nil else { continue }
      switch byte {
      case UInt8(ascii: "\\"):
        if position < bytes.count {
          if bytes[position] == 0x0D, position + 1 < bytes.count, bytes[position + 1] == 0x0A {
            position += 1
          }
          position += 1
        }
      case UInt8(ascii: "\""): isQuoted.toggle()
      case UInt8(ascii: ";"): if !isQuoted { end = position - 1 }
      default: break
      }
    }
    return bytes[start..<(end ?? position)]
  }

  private static func trimmed(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var text = text
    while let first = text.first, first <= 0x20 { text.removeFirst() }
    while let last = text.last, last <= 0x20 { text.removeLast() }
    return text
  }

  // MARK: - Keys

  private static func group(_ name: ArraySlice<UInt8>) -> String {
    // Keys outside of groups stand in a section `General`; a group of that name is `%General`.
    let text = String(decoding: name, as: UTF8.self)
    if text.lowercased() == "general" { return "" }
    if text.lowercased() == "%general" { return String(text.dropFirst()) + "/" }
    return key(name) + "/"
  }

  private static func key(_ stored: ArraySlice<UInt8>) -> String {
    var units: [UInt16] = []
    var rest = stored
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "\\") {
        units.append(UInt16(UInt8(ascii: "/")))
      } else if byte == UInt8(ascii: "%") {
        let isWide = rest.first == UInt8(ascii: "U")
        let digits = isWide ? rest.dropFirst().prefix(4) : rest.prefix(2)
        if digits.count == (isWide ? 4 : 2), let unit = number(digits) {
          units.append(unit)
          rest = rest[digits.endIndex...]
        } else {
          units.append(UInt16(byte))
        }
      } else {
        units.append(UInt16(byte))
      }
    }
    return String(decoding: units, as: UTF16.self)
  }

  private static func number(_ digits: ArraySlice<UInt8>) -> UInt16? {
    var value: UInt16 = 0
    for byte in digits {
      guard let digit = byte.hexadecimalDigit else { return nil }
      value = value << 4 | UInt16(digit)
    }
    return value
  }

  // MARK: - Values

  private static func values(_ stored: ArraySlice<UInt8>) -> [StoredText] {
    var scanner = ValueScanner(stored)
    return scanner.scan().compactMap(unwrapped)
  }

  /// A text without the marks of its type.
  ///
  /// `@@` is one sign, `@ByteArray(…)` its bytes, `@Invalid()` nothing. Other types stay as they are.
  private static func unwrapped(_ text: StoredText) -> StoredText? {
    guard text.bytes.first == UInt8(ascii: "@") else { return text }
    if text.bytes.starts(with: "@@".utf8) {
      return StoredText(bytes: Array(text.bytes.dropFirst()))
    }
    if text == "@Invalid()" { return nil }
    for type in ["@ByteArray(", "@String("] where text.bytes.starts(with: type.utf8) {
      if text.bytes.last == UInt8(ascii: ")") {
        return StoredText(bytes: Array(text.bytes.dropFirst(type.utf8.count).dropLast()))
      }
    }
    return text
  }
}

/// Reads the escapes, quotes and commas of one value.
private struct ValueScanner {
  private var rest: ArraySlice<UInt8>
  /// The text so far, in UTF-16 since escapes name its units.
  private var units: [UInt16] = []
  /// The text so far that was written without escapes, in UTF-8.
  private var plain: [UInt8] = []

  init(_ stored: ArraySlice<UInt8>) {
    rest = stored
  }

  mutating func scan() -> [StoredText] {
    var found: [StoredText] = []
    var isQuoted = false
    /// How many units may not be trimmed, since they were quoted or escaped.
    var firm = 0
    skipSpace()
    while let byte = rest.popFirst() {
      switch byte {
      case UInt8(ascii: "\\"):
        flush()
        escape()
        firm = units.count
      case UInt8(ascii: "\""):
        flush()
        firm = units.count
        isQuoted.toggle()
        if !isQuoted { skipSpace() }
      case UInt8(ascii: ",") where !isQuoted:
        found.append(end(firm))
        firm = 0
        skipSpace()
      default: plain.append(byte)
      }
    }
    found.append(end(firm))
    return found
  }

  private mutating func end(_ firm: Int) -> StoredText {
    flush()
    while units.count > firm, let last = units.last, last <= 0x20 { units.removeLast() }
    let text = StoredText(utf16: units)
    units = []
    return text
  }

  private mutating func skipSpace() {
    while let first = rest.first, first == 0x20 || first == 0x09 { rest.removeFirst() }
  }

  private mutating func flush() {
    units += String(decoding: plain, as: UTF8.self).utf16
    plain = []
  }

  private mutating func escape() {
    guard let byte = rest.popFirst() else { return }
    switch byte {
    case UInt8(ascii: "a"): units.append(7)
    case UInt8(ascii: "b"): units.append(8)
    case UInt8(ascii: "f"): units.append(12)
    case UInt8(ascii: "n"): units.append(10)
    case UInt8(ascii: "r"): units.append(13)
    case UInt8(ascii: "t"): units.append(9)
    case UInt8(ascii: "v"): units.append(11)
    case UInt8(ascii: "\""), UInt8(ascii: "?"), UInt8(ascii: "'"), UInt8(ascii: "\\"):
      units.append(UInt16(byte))
    case UInt8(ascii: "x"):
      var value: UInt16 = 0
      while let digit = rest.first?.hexadecimalDigit {
        value = value << 4 | UInt16(digit)
        rest.removeFirst()
      }
      units.append(value)
    case UInt8(ascii: "0")...UInt8(ascii: "7"):
      var value = UInt16(byte - UInt8(ascii: "0"))
      while let digit = rest.first, digit >= UInt8(ascii: "0"), digit <= UInt8(ascii: "7") {
        value = value << 3 | UInt16(digit - UInt8(ascii: "0"))
        rest.removeFirst()
      }
      units.append(value)
    case 0x0D: if rest.first == 0x0A { rest.removeFirst() }
    case 0x0A: break
    default: break
    }
  }
}
