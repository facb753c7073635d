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
      if store.wasOpen {
        lines += wrapped("locked \(path)", 0, width)
      } else if !store.wasLocked {
        lines += wrapped(
          "locked \(path): \(sum(store.locked)) in \(shown(store.vault, home))", 0, width)
        lines += wrapped("overwritten on the medium: \(sum(store.overwritten))", 2, width)
      }
      if let bulk = store.bulk, bulk.files > 0 {
        lines += wrapped("left in the clear by rule: \(sum(bulk))", 2, width)
      }
      lines += exceptions(store.notOverwritten, "not overwritten", width, home)
      lines += exceptions(store.refused, "left where it is", width, home)
    }
    if lines.isEmpty, stores.isEmpty { lines = ["there is nothing to lock"] }
    return lines + remnants(stores.flatMap(\.notCovered), width, home)
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

  /// What is not covered, each reason once with the places it holds for.
  private static func remnants(
    _ remnants: [Remnant], _ width: Int?, _ home: String
  ) -> [String] {
    guard !remnants.isEmpty else { return [] }
    var reasons: [(remnant: Remnant, places: [String])] = []
    for remnant in remnants {
      let place = InventoryTable.shortened(TerminalText.line(remnant.place), home)
      let known = reasons.firstIndex {
        $0.remnant.what == remnant.what && $0.remnant.why == remnant.why
      }
      if let known {
        if !reasons[known].places.contains(place) { reasons[known].places.append(place) }
      } else {
        reasons.append((remnant, [place]))
      }
    }
    var lines = ["", "not covered: what may still hold words or names of before"]
    for (remnant, places) in reasons {
      let shown = places.count > 3 ? "\(places.count) places" : places.joined(separator: ", ")
      lines += wrapped("\(remnant.what) (\(shown)): \(remnant.why)", 2, width)
    }
    return lines
  }

  static func sum(_ sum: FileSum) -> String {
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
