/// A table as its definition describes it.
public struct TableSchema: Sendable {
  /// A column of a table.
  public struct Column: Sendable {
    /// The name as it was written, without quotes.
    public var name: String
    /// The type as it was written, empty where there is none.
    public var declaredType: String
    /// Whether the column is the row number under another name (`INTEGER PRIMARY KEY`).
    public var isRowIDAlias: Bool
    /// What rows have that are older than the column; nil where it has no default or a computed
    /// one.
    public var defaultValue: SQLLiteral?
    /// Whether it is computed on every reading and so stored nowhere.
    public var isVirtual: Bool

    let affinity: ColumnAffinity
    /// Which field of a stored row it is, -1 for none.
    var field = -1
  }

  /// The name as it was written.
  public let name: String
  /// The number of the tree's first page, 0 where there is no tree.
  public let rootPage: UInt32
  /// The columns in the order of the definition; empty where that cannot be understood.
  public let columns: [Column]
  /// Whether the rows are in an index tree under their primary key.
  public let isWithoutRowID: Bool
  /// The columns of the primary key, as indexes into `columns`, in the key's order.
  public let primaryKey: [Int]
  /// Whether a module of the application keeps the rows, in other tables or nowhere.
  public let isVirtual: Bool
  /// The definition as stored.
  public let sql: String

  /// The index of the column named `column`, compared as SQLite compares names.
  public func index(of column: String) -> Int? {
    if let exact = columns.firstIndex(where: { $0.name == column }) { return exact }
    let folded = column.foldedName
    return columns.firstIndex { $0.name.foldedName == folded }
  }

  /// The table all others are listed in.
  public static let schemaTable = TableSchema(
    rootPage: 1,
    definition: TableDefinition(
      sql: Array(
        "CREATE TABLE sqlite_schema(type TEXT,name TEXT,tbl_name TEXT,rootpage INT,sql TEXT)".utf8)
    ) ?? TableDefinition())

  init(rootPage: UInt32, definition: TableDefinition, name: String? = nil, sql: String = "") {
    self.name = name ?? definition.name
    self.rootPage = rootPage
    isWithoutRowID = definition.isWithoutRowID
    isVirtual = definition.isVirtual
    primaryKey = definition.primaryKey
    self.sql = sql
    var columns = definition.columns
    // File format section 2.4, "Representation Of SQL Tables": without row numbers the key's
    // columns come first and the others follow in their order.
    var order = columns.indices.filter { !columns[$0].isVirtual }
    if isWithoutRowID {
      let key = definition.primaryKey.filter { !columns[$0].isVirtual }
      order = key + order.filter { !key.contains($0) }
    }
    for (field, index) in order.enumerated() {
      columns[index].field = field
    }
    self.columns = columns
  }
}
