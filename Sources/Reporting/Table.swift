/// Columns of text for a terminal or a pipe.
public struct Table {
  /// A column: its head, and how its cells stand.
  public struct Column {
    /// The head.
    public var title: String
    /// Whether cells are numbers, set to the right.
    public var isNumber: Bool
    /// How a cell too wide is cut.
    public var cutting: Cutting

    /// Makes a column.
    public init(_ title: String, isNumber: Bool = false, cutting: Cutting = .none) {
      self.title = title
      self.isNumber = isNumber
      self.cutting = cutting
    }
  }

  /// How a cell too wide for its column is cut.
  public enum Cutting {
    /// It is not cut.
    case none
    /// Its end goes: titles.
    case end
    /// Its beginning goes: paths.
    case beginning
  }

  private let columns: [Column]
  private var rows: [[String]] = []

  /// Makes a table without rows.
  public init(_ columns: [Column]) {
    self.columns = columns
  }

  /// Adds a row, one cell a column.
  public mutating func add(_ cells: [String]) {
    rows.append(cells)
  }

  /// The table's lines, none wider than `width` where a column can be cut; nil means no limit.
  public func lines(width limit: Int?) -> [String] {
    var widths = columns.indices.map { index in
      max(
        TerminalText.width(columns[index].title),
        rows.map { TerminalText.width($0[index]) }.max() ?? 0)
    }
    if let limit {
      var excess = widths.reduce(0, +) + 2 * (columns.count - 1) - limit
      for index in columns.indices.reversed() where excess > 0 && columns[index].cutting != .none {
        let smallest = max(8, TerminalText.width(columns[index].title))
        let taken = min(excess, max(0, widths[index] - smallest))
        widths[index] -= taken
        excess -= taken
      }
    }
    let head = columns.map { $0.title }
    return ([head] + rows).map { cells in
      var line = ""
      for index in columns.indices {
        let cell = cut(cells[index], columns[index].cutting, widths[index])
        let padding = String(
          repeating: " ", count: max(0, widths[index] - TerminalText.width(cell)))
        if index > 0 { line += "  " }
        line += columns[index].isNumber ? padding + cell : cell + padding
      }
      while line.last == " " { line.removeLast() }
      return line
    }
  }

  private func cut(_ cell: String, _ cutting: Cutting, _ width: Int) -> String {
    switch cutting {
    case .none: cell
    case .end: TerminalText.cut(cell, width)
    case .beginning: TerminalText.cutPath(cell, width)
    }
  }
}

/// Numbers for people.
public enum Figures {
  /// A count with its thousands parted: `12,345`.
  public static func count(_ number: UInt64) -> String {
    let digits = Array(String(number))
    var result = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { result.append(",") }
      result.append(digit)
    }
    return result
  }

  /// A size in bytes with a decimal unit: `1.9 GB`.
  public static func size(_ bytes: UInt64) -> String {
    if bytes < 1000 { return "\(bytes) B" }
    var tenths = bytes / 100
    for unit in ["kB", "MB", "GB", "TB", "PB"] {
      if tenths < 100 { return "\(tenths / 10).\(tenths % 10) \(unit)" }
      if tenths < 10000 { return "\((tenths + 5) / 10) \(unit)" }
      tenths /= 1000
    }
    return "\(tenths / 10) EB"
  }
}
