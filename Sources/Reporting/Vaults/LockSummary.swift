import SystemPackage

/// What a lock or a restore did, for people: the sums, and every exception by name.
public enum LockSummary {
  /// The lines about stores that were locked.
  /// - Parameters:
  ///   - width: Columns of the terminal; nil for a pipe.
  ///   - home: A path that is shown as `~`.
  public static func lines(_ stores: [LockedStore], width: Int?, home: String) -> [String] {
    var lines: [String] = []
    for store in stores where store.error == nil {
      let path = shown(store.path, home)
      lines += wrapped(
        "locked \(path): \(sum(store.locked)) in \(shown(store.vault, home))", 0, width)
      lines += wrapped("overwritten on the medium: \(sum(store.overwritten))", 2, width)
      if let bulk = store.bulk, bulk.files > 0 {
        lines += wrapped("left in the clear by rule: \(sum(bulk))", 2, width)
      }
      lines += exceptions(store.notOverwritten, "not overwritten", width, home)
      lines += exceptions(store.refused, "left where it is", width, home)
    }
    let remnants = distinct(stores.flatMap(\.notCovered))
    if !remnants.isEmpty {
      lines += ["", "not covered: what may still hold words or names of before"]
      for remnant in remnants {
        lines += wrapped("\(remnant.what) (\(remnant.place)): \(remnant.why)", 2, width)
      }
    }
    return lines
  }

  /// The lines about stores that were restored.
  public static func lines(_ stores: [RestoredStore], width: Int?, home: String) -> [String] {
    var lines: [String] = []
    for store in stores where store.error == nil {
      lines += wrapped("restored \(shown(store.path, home)): \(sum(store.restored))", 0, width)
      lines += exceptions(store.kept, "kept as found", width, home)
    }
    return lines
  }

  /// The most exceptions that are named on a terminal; a pipe gets all.
  private static let most = 12

  private static func exceptions(
    _ exceptions: [Exception], _ what: String, _ width: Int?, _ home: String
  ) -> [String] {
    var lines: [String] = []
    for exception in exceptions.prefix(width == nil ? exceptions.count : most) {
      lines += wrapped("\(what): \(shown(exception.path, home)): \(exception.why)", 2, width)
    }
    if width != nil, exceptions.count > most {
      lines.append("  … and \(exceptions.count - most) more (--format json names all)")
    }
    return lines
  }

  private static func distinct(_ remnants: [Remnant]) -> [Remnant] {
    var seen: [Remnant] = []
    for remnant in remnants where !seen.contains(remnant) { seen.append(remnant) }
    return seen
  }

  private static func sum(_ sum: FileSum) -> String {
    "\(Figures.count(sum.files)) \(sum.files == 1 ? "file" : "files"), \(Figures.size(sum.bytes))"
  }

  private static func shown(_ path: FilePath, _ home: String) -> String {
    InventoryTable.shortened(TerminalText.line(path.string), home)
  }

  /// Lines of at most `width` columns, broken between words; a longer word keeps a line of its own.
  static func wrapped(_ text: String, _ indent: Int, _ width: Int?) -> [String] {
    let margin = String(repeating: " ", count: indent)
    guard let width else { return [margin + text] }
    var lines: [String] = []
    var line = margin
    for word in text.split(separator: " ") {
      let isEmpty = line.allSatisfy { $0 == " " }
      if !isEmpty, TerminalText.width(line) + 1 + TerminalText.width(String(word)) > width {
        lines.append(line)
        line = margin + "  "
      } else if !isEmpty {
        line += " "
      }
      line += TerminalText.cutPath(String(word), width - indent - 2)
    }
    return lines + [line]
  }
}
