import Applications
import Conversations
public import Inventory
import SystemPackage

/// The inventory for people.
public enum InventoryTable {
  /// The lines of the table, the sums and what could not be read.
  /// - Parameters:
  ///   - width: Columns of the terminal; nil for a pipe.
  ///   - home: A path that is shown as `~`.
  ///   - names: The applications' names for people, by id.
  public static func lines(
    _ inventory: StoreInventory, width: Int?, home: String, names: [String: String]
  ) -> [String] {
    var lines: [String] = []
    if inventory.stores.isEmpty {
      lines.append("no store of a known application was found")
    } else {
      var table = Table([
        Table.Column("APPLICATION"), Table.Column("KIND"),
        Table.Column("CHATS", isNumber: true), Table.Column("MESSAGES", isNumber: true),
        Table.Column("SIZE", isNumber: true), Table.Column("PATH", cutting: .beginning),
      ])
      // Settings and caches hold no words of anybody's; they are told in one line.
      for store in inventory.stores where ![.settings, .cache].contains(store.head.kind) {
        let isLocked = store.state == .locked
        let hasMessages =
          !isLocked && [.conversations, .history, .copies].contains(store.head.kind)
        table.add([
          names[store.app.rawValue] ?? store.app.rawValue,
          isLocked ? store.state.rawValue : store.head.kind.rawValue,
          hasMessages && store.head.kind != .history
            ? Figures.count(store.counts.conversations) : "",
          hasMessages ? Figures.count(store.counts.tally.messages) : "",
          Figures.size(store.counts.bytes),
          shortened(TerminalText.line(store.head.path.string), home),
        ])
      }
      lines += table.lines(width: width)
      lines.append("")
      lines += sums(inventory)
    }
    lines += problems(inventory.issues, width: width, home: home)
    return lines
  }

  private static func sums(_ inventory: StoreInventory) -> [String] {
    let totals = Totals(inventory.counted)
    let copies = Totals(inventory.stores.filter { $0.head.kind == .copies })
    let everyone = inventory.counted.filter { $0.readableBy == .everyone }.count
    var lines = [
      "\(Figures.count(totals.conversations)) conversations with "
        + "\(Figures.count(totals.messages)) messages in \(totals.stores) stores, "
        + Figures.size(totals.bytes)
    ]
    if copies.stores > 0 {
      lines.append(
        "not counted: \(Figures.count(copies.conversations)) conversations with "
          + "\(Figures.count(copies.messages)) messages in \(copies.stores) stores of copies")
    }
    let others = inventory.counted.filter { [.settings, .cache].contains($0.head.kind) }
    if !others.isEmpty {
      let bytes = others.reduce(0) { $0 &+ $1.counts.bytes }
      lines.append(
        "not shown: \(others.count) stores of settings and caches, \(Figures.size(bytes))")
    }
    let locked = inventory.stores.count { $0.state == .locked }
    if locked > 0 { lines.append("locked: \(locked) stores, of which nothing is counted") }
    if everyone > 0 { lines.append("\(everyone) stores can be read by every user of this machine") }
    return lines
  }

  private static func problems(_ issues: [Issue], width: Int?, home: String) -> [String] {
    let shown = issues.filter { $0.severity != .info }
    guard !shown.isEmpty else { return [] }
    var lines = ["", "\(shown.count) issues (all of them: --format json)"]
    for issue in shown.prefix(width == nil ? shown.count : 12) {
      let place = issue.offset.map { " at byte \($0)" } ?? ""
      let path = shortened(TerminalText.line(issue.path), home)
      let text = "\(issue.code.rawValue): \(TerminalText.line(issue.text))"
      guard let width else {
        lines.append("  \(text)  \(path)\(place)")
        continue
      }
      lines.append("  " + TerminalText.cut(text, width - 2))
      lines.append("    " + TerminalText.cutPath(path + place, width - 4))
    }
    if width != nil, shown.count > 12 { lines.append("  … and \(shown.count - 12) more") }
    return lines
  }

  /// A path for people: what is below `home` begins with `~`.
  public static func shortened(_ path: String, _ home: String) -> String {
    guard !home.isEmpty, home != "/", path == home || path.hasPrefix(home + "/") else {
      return path
    }
    return "~" + path.dropFirst(home.count)
  }
}
