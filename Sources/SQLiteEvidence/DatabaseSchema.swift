internal import ByteReading

/// The tables of a database, read from `sqlite_schema` by this module's own walker.
public struct DatabaseSchema: Sendable {
  /// The tables by name, A to Z made small.
  public let tables: [String: TableSchema]
  /// What is damaged in the list of tables.
  public let damage: [DatabaseFinding]

  /// Reads the list of tables of `snapshot`; what cannot be read is in `damage`.
  public init(_ snapshot: DatabaseSnapshot) {
    var tables: [String: TableSchema] = [:]
    var reader = TableReader(snapshot, .schemaTable)
    while reader.next() {
      guard reader.text(0) == "table", let name = reader.text(1)?.string else { continue }
      let sql = reader.text(4, limit: 1 << 20)
      let root = UInt32(exactly: reader.integer(3) ?? 0)
      let definition = sql.flatMap { TableDefinition(sql: $0.bytes) }
      if definition == nil {
        reader.note(.damagedSchema, "the definition of \(name) cannot be understood")
      }
      let table = TableSchema(
        rootPage: root ?? 0, definition: definition ?? TableDefinition(), name: name,
        sql: sql?.string ?? "")
      if tables.updateValue(table, forKey: name.foldedName) != nil {
        reader.note(.damagedSchema, "\(name) is listed twice")
      }
    }
    self.tables = tables
    damage = reader.damage
  }

  /// The table named `name`, compared as SQLite compares names.
  public func table(_ name: String) -> TableSchema? {
    tables[name.foldedName]
  }
}
