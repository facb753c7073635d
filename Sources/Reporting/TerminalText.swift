public import ByteReading
import CLinux

/// Text made fit for a terminal: it may come from a model or from a stranger's disk, so no control
/// character of it reaches the terminal, and its width is known.
public enum TerminalText {
  /// One line: white space folded, control characters replaced.
  public static func line(_ text: StoredText) -> String { line(text.string) }

  /// One line: white space folded, control characters replaced.
  public static func line(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    var gap = false
    for scalar in text.unicodeScalars {
      if scalar.properties.isWhitespace {
        gap = !result.isEmpty
      } else {
        if gap { result.append(" ") }
        gap = false
        result.append(isHarmful(scalar) ? "\u{FFFD}" : scalar)
      }
    }
    return String(result)
  }

  /// Several lines: line feeds and tabs kept, other control characters replaced.
  public static func lines(_ text: StoredText) -> String {
    var result = String.UnicodeScalarView()
    for scalar in text.string.unicodeScalars where scalar != "\r" {
      let isKept = scalar == "\n" || scalar == "\t" || !isHarmful(scalar)
      result.append(isKept ? scalar : "\u{FFFD}")
    }
    return String(result)
  }

  /// Control characters, and those that turn the direction of a line so that it reads otherwise than
  /// it is stored.
  private static func isHarmful(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x00...0x1F, 0x7F...0x9F, 0x202A...0x202E, 0x2066...0x2069: true
    default: false
    }
  }

  /// How many columns a line takes.
  public static func width(_ line: String) -> Int {
    if line.utf8.allSatisfy({ $0 < 0x80 }) { return line.utf8.count }
    return line.reduce(0) { $0 + width($1) }
  }

  private static func width(_ character: Character) -> Int {
    // A cluster is as wide as its widest scalar: joined emoji take two columns together.
    var widest = 0
    for scalar in character.unicodeScalars {
      if scalar.value == 0xFE0F { widest = max(widest, 2) }
      let columns = sotto_columns(scalar.value)
      widest = max(widest, columns < 0 ? 1 : Int(columns))
    }
    return widest
  }

  /// Cuts a line to `columns`, with an ellipsis at its end.
  public static func cut(_ line: String, _ columns: Int) -> String {
    guard width(line) > columns else { return line }
    var result = ""
    var used = 0
    for character in line {
      let next = width(character)
      if used + next > columns - 1 { break }
      used += next
      result.append(character)
    }
    return result + "…"
  }

  /// Cuts a path to `columns` at its beginning, since its end tells more.
  public static func cutPath(_ path: String, _ columns: Int) -> String {
    guard width(path) > columns else { return path }
    var result: [Character] = []
    var used = 0
    for character in path.reversed() {
      let next = width(character)
      if used + next > columns - 1 { break }
      used += next
      result.append(character)
    }
    return "…" + String(result.reversed())
  }
}
