import ByteReading
import CSQLite
import SQLiteEvidence
import SystemPackage
import Testing

/// Rows of a table; the first value is the row's number where it has one.
typealias Rows = [[Value]]

extension TableReader {
  func value(_ column: Int) -> Value {
    switch type(column) {
    case .null: .null
    case .integer: .integer(integer(column) ?? 0)
    case .real: .real((real(column) ?? 0).bitPattern)
    case .text: .text(text(column)?.bytes ?? [])
    case .blob: .blob(blob(column) ?? [])
    }
  }
}

/// What this module reads of a table, and what it says of damage.
func read(
  _ snapshot: DatabaseSnapshot, _ table: TableSchema, shard: TableShard? = nil
) -> (rows: Rows, damage: [DatabaseFinding]) {
  var reader = TableReader(snapshot, table, shard: shard)
  var rows: Rows = []
  while reader.next() {
    var row = table.isWithoutRowID ? [] : [Value.integer(reader.rowID)]
    row += table.columns.indices.filter { !table.columns[$0].isVirtual }.map { reader.value($0) }
    rows.append(row)
  }
  return (rows, reader.damage)
}

/// Reads a whole value through its source with a buffer of `size` bytes.
func drain(_ source: any ByteSource, bufferSize size: Int) throws -> [UInt8] {
  var result: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: size)
  while true {
    let offset = UInt64(result.count)
    let count = try buffer.withUnsafeMutableBytes { try source.read(at: offset, into: $0) }
    if count == 0 { return result }
    result += buffer[..<count]
  }
}

func quoted(_ name: String) -> String {
  "\"" + name.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
    + "\""
}

/// Compares all tables of the database at `path`, read where it is, with what SQLite reads of a
/// copy.
///
/// - Returns: the number of rows compared.
@discardableResult
func expectSame(
  _ scratch: Scratch, _ name: String, _ note: String = "",
  sourceLocation: SourceLocation = #_sourceLocation
) throws -> Int {
  scratch.copy(name, to: "copy.db")
  let before = scratch.state()
  let snapshot = try DatabaseSnapshot(scratch.path(name))
  let schema = DatabaseSchema(snapshot)
  #expect(schema.damage.isEmpty, "\(note)", sourceLocation: sourceLocation)
  var found: [String: Rows] = [:]
  for (name, table) in schema.tables where !table.isVirtual {
    let result = read(snapshot, table)
    #expect(result.damage.isEmpty, "\(note) \(name)", sourceLocation: sourceLocation)
    found[name] = result.rows
  }
  #expect(snapshot.isUnchanged(), sourceLocation: sourceLocation)
  #expect(scratch.state() == before, "reading changed something", sourceLocation: sourceLocation)

  let real = try RealDatabase(scratch.path("copy.db"))
  let list = try real.rows("SELECT name, sql FROM sqlite_master WHERE type = 'table'")
  #expect(schema.tables.count == list.count, sourceLocation: sourceLocation)
  var total = 0
  for row in list {
    guard case .text(let bytes) = row[0], case .text(let sql) = row[1] else { continue }
    let name = String(decoding: bytes, as: UTF8.self)
    let table = try #require(schema.table(name), sourceLocation: sourceLocation)
    if sql.starts(with: Array("CREATE VIRTUAL".utf8)) {
      #expect(table.isVirtual, sourceLocation: sourceLocation)
      continue
    }
    let info = try real.rows("PRAGMA table_xinfo(\(quoted(name)))").filter { $0[6] != .integer(1) }
    #expect(
      table.columns.map { Value.text($0.name) } == info.map { $0[1] }, "\(note) \(name)",
      sourceLocation: sourceLocation)
    #expect(
      table.columns.map(\.isVirtual) == info.map { $0[6] == .integer(2) }, "\(note) \(name)",
      sourceLocation: sourceLocation)
    var columns = table.columns.filter { !$0.isVirtual }.map { quoted($0.name) }
    if !table.isWithoutRowID { columns.insert("rowid", at: 0) }
    let order = table.isWithoutRowID ? "" : " ORDER BY rowid"
    let rows = try real.rows(
      "SELECT \(columns.joined(separator: ",")) FROM \(quoted(name))" + order)
    total += rows.count
    let ours = found[name.lowercased()] ?? []
    #expect(ours.count == rows.count, "\(note) \(name)", sourceLocation: sourceLocation)
    for (mine, theirs) in zip(ours, rows) where mine != theirs {
      Issue.record(
        "\(note) \(name): \(mine) is \(theirs) to SQLite", sourceLocation: sourceLocation)
      break
    }
  }
  #expect(
    try real.rows("PRAGMA page_count") == [[.integer(Int64(snapshot.pageCount))]],
    sourceLocation: sourceLocation)
  #expect(
    try real.rows("PRAGMA page_size") == [[.integer(Int64(snapshot.pageSize))]],
    sourceLocation: sourceLocation)
  return total
}
