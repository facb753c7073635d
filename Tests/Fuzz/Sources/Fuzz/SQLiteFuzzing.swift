import ByteReading
import EvidenceFiles
import SQLiteEvidence
import SystemPackage

/// Reads any bytes as a database with its log and its journal, every value of every row.
enum SQLiteFuzzing {
  /// How much of all values together is read; a page can name its one long value a thousand times.
  private static let mostBytes = 4 << 20

  /// An input is the main file, the log, the journal, the length of each of the latter two, and a byte:
  /// 1 for a log whose checksums are made to fit.
  static func run(_ input: FuzzInput) -> Int32 {
    var input = input
    let choice = input.takeByte()
    let journalLength = input.takeNumber()
    let logLength = input.takeNumber()
    let journal = input.takeBytes(journalLength)
    var log = input.takeBytes(logLength)
    if choice & 1 == 1 { LogChecksums.repair(&log) }
    ScratchFolder.write(input.bytes, "a.db")
    for (bytes, name) in [(log, "a.db-wal"), (journal, "a.db-journal")] {
      if bytes.isEmpty { ScratchFolder.remove(name) } else { ScratchFolder.write(bytes, name) }
    }
    guard let snapshot = try? DatabaseSnapshot(ScratchFolder.path.appending("a.db")) else {
      return 0
    }
    var budget = mostBytes
    let schema = DatabaseSchema(snapshot)
    for name in schema.tables.keys.sorted() {
      guard let table = schema.table(name), budget > 0 else { continue }
      walk(snapshot, table, &budget)
    }
    walk(snapshot, .schemaTable, &budget)
    require(snapshot.isUnchanged(), "nobody wrote, yet the database changed")
    return 0
  }

  private static func walk(_ snapshot: DatabaseSnapshot, _ table: TableSchema, _ budget: inout Int)
  {
    var reader = TableReader(snapshot, table)
    var rows = 0
    var first: Int64?
    while reader.next() {
      rows += 1
      if first == nil { first = reader.rowID }
      budget -= 16
      if budget > 0 {
        for column in table.columns.indices { read(reader, column, &budget) }
        // Beyond the last column too: records may have more fields than a definition.
        _ = reader.type(table.columns.count)
      }
    }
    let sharded = TableReader.shards(snapshot, table, count: 3).reduce(into: 0) { count, shard in
      var part = TableReader(snapshot, table, columns: [], shard: shard)
      while part.next() { count += 1 }
    }
    if reader.damage.isEmpty {
      require(sharded == rows, "\(rows) rows in one walk, \(sharded) in parts")
    }
    for key in [first ?? 0, .min, .max, 1] where reader.seek(key) {
      require(reader.rowID == key, "sought \(key), found \(reader.rowID)")
      _ = reader.next()
    }
  }

  private static func read(_ reader: borrowing TableReader, _ column: Int, _ budget: inout Int) {
    let count = reader.byteCount(column)
    require(count >= 0, "a value of \(count) bytes")
    budget -= 1 + 4 * min(count, 1 << 16)
    switch reader.type(column) {
    case .null, .integer, .real:
      _ = reader.integer(column)
      _ = reader.real(column)
    case .text:
      let text = reader.text(column, limit: 1 << 16)
      let length = reader.withText(column, limit: 1 << 16) { $0.count }
      require(count > 1 << 16 || length == text?.bytes.count, "a text has two lengths")
      drain(reader.source(column), expected: count > 1 << 16 ? nil : text?.bytes)
    case .blob:
      let blob = reader.blob(column, limit: 1 << 16)
      drain(reader.source(column), expected: count > 1 << 16 ? nil : blob)
    }
  }

  /// Reads a value's stream in small pieces; it must give what the value in memory is, or the
  /// beginning of it where a chain of pages breaks off.
  private static func drain(_ source: any ByteSource, expected: [UInt8]?) {
    var buffer = [UInt8](repeating: 0, count: 777)
    var found: [UInt8] = []
    var isBroken = false
    while found.count < 1 << 16 {
      let offset = UInt64(found.count)
      do {
        let count = try buffer.withUnsafeMutableBytes { try source.read(at: offset, into: $0) }
        if count == 0 { break }
        require(count <= buffer.count, "a source gave more than was asked for")
        found += buffer[..<count]
      } catch {
        isBroken = true
        break
      }
    }
    if let expected, expected.count < 1 << 16 {
      require(
        isBroken ? expected.starts(with: found) : found == expected,
        "a stream of \(found.count) bytes, \(expected.count) in memory")
    }
  }
}
