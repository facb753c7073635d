import ByteReading
import SQLiteEvidence
import SystemPackage
import Testing

@Suite struct TableWalkTests {
  static let pageSizes = [512, 1024, 2048, 4096, 8192, 16384, 32768, 65536]

  @Test(arguments: pageSizes, ["UTF-8", "UTF-16le", "UTF-16be"])
  func everyPageSizeAndEncoding(pageSize: Int, encoding: String) throws {
    let scratch = try Scratch()
    var random = Seeded(UInt64(pageSize))
    do {
      let real = try RealDatabase(scratch.path("a.db"))
      if pageSize % 1024 == 0 { real.reserve(bytes: 32) }
      try real.run("PRAGMA page_size=\(pageSize); PRAGMA encoding='\(encoding)'")
      try real.run("CREATE TABLE t(id INTEGER PRIMARY KEY, a, b TEXT, c REAL)")
      try real.run("CREATE TABLE k(a TEXT, b, c, PRIMARY KEY(b, a)) WITHOUT ROWID")
      try real.run("BEGIN")
      let usable = pageSize - (pageSize % 1024 == 0 ? 32 : 0)
      // Sizes around each limit of what stays in a page (file format section 1.6).
      let limits = [
        usable - 35, (usable - 12) * 64 / 255 - 23, (usable - 12) * 32 / 255 - 23, usable - 4,
        2 * usable, 0,
      ]
      for limit in limits {
        for delta in -24...24 where limit + delta >= 0 {
          let blob = Value.blob(random.bytes(limit + delta))
          try real.run(
            "INSERT INTO t(a, b, c) VALUES(?, ?, ?)",
            [blob, .text(random.text(20)), .real(Double(delta).bitPattern)])
          try real.run(
            "INSERT INTO k VALUES(?, ?, ?)",
            [.text(random.text(3)), blob, .integer(Int64(delta))])
        }
      }
      try real.run("COMMIT")
    }
    #expect(try expectSame(scratch, "a.db") == 2 * 6 * 49 - 2 * 24)
  }

  @Test(arguments: 1...20)
  func randomTables(seed: Int) throws {
    let scratch = try Scratch()
    var random = Seeded(UInt64(seed))
    do {
      let real = try RealDatabase(scratch.path("a.db"))
      let pageSize = Self.pageSizes.prefix(5).randomElement(using: &random) ?? 512
      let encoding = ["UTF-8", "UTF-16le", "UTF-16be"].randomElement(using: &random) ?? ""
      try real.run("PRAGMA page_size=\(pageSize); PRAGMA encoding='\(encoding)'")
      if seed % 3 == 0 { try real.run("PRAGMA auto_vacuum=1") }
      if seed % 2 == 0 { try real.run("PRAGMA journal_mode=WAL") }
      for number in 0..<3 { try fill(real, "Table \(number)", pageSize, &random) }
      if seed % 2 == 0 { scratch.copy("a.db", to: "b.db") }
    }
    try expectSame(scratch, "a.db")
    if seed % 2 == 0 { try expectSame(scratch, "b.db", "with its log") }
  }

  private func fill(
    _ real: RealDatabase, _ name: String, _ pageSize: Int, _ random: inout Seeded
  ) throws {
    let types = ["", "INTEGER", "INT", "TEXT", "REAL", "BLOB", "NUMERIC", "VARCHAR(20)", "DOUBLE"]
    var count = Int.random(in: 1...6, using: &random)
    let hasKey = Bool.random(using: &random)
    let withoutRowID = Bool.random(using: &random)
    var columns = (0..<count).map { "c\($0) \(types.randomElement(using: &random) ?? "")" }
    if withoutRowID {
      columns.append(
        "PRIMARY KEY(\((0..<count).shuffled(using: &random).prefix(2).map { "c\($0)" }.joined(separator: ",")))"
      )
    } else if hasKey {
      columns.insert("id INTEGER PRIMARY KEY", at: 0)
    }
    try real.run(
      "CREATE TABLE \(quoted(name))(\(columns.joined(separator: ",")))"
        + (withoutRowID ? " WITHOUT ROWID" : ""))
    for round in 0..<3 {
      try real.run("BEGIN")
      let names = (0..<count).map { "c\($0)" }.joined(separator: ",")
      let marks = Array(repeating: "?", count: count).joined(separator: ",")
      for _ in 0..<Int.random(in: 0...120, using: &random) {
        let values = (0..<count).map { _ in value(pageSize, &random) }
        try real.run("INSERT OR IGNORE INTO \(quoted(name))(\(names)) VALUES(\(marks))", values)
      }
      try real.run("COMMIT")
      if !withoutRowID {
        try real.run("DELETE FROM \(quoted(name)) WHERE rowid % 7 = \(round)")
        let constants = [
          "5", "-1.5", "'it''s'", "NULL", "x'00ff'", "TRUE", "\"d\"", "'12'", "1e3", "+7",
        ]
        let type = types.randomElement(using: &random) ?? ""
        let constant = constants.randomElement(using: &random) ?? ""
        try real.run("ALTER TABLE \(quoted(name)) ADD COLUMN c\(count) \(type) DEFAULT \(constant)")
        count += 1
      }
    }
  }

  private func value(_ pageSize: Int, _ random: inout Seeded) -> Value {
    switch Int.random(in: 0...7, using: &random) {
    case 0: return .null
    case 1:
      return .integer(
        Int64(truncatingIfNeeded: random.next()) >> Int64.random(in: 0...63, using: &random))
    case 2: return .integer(Int64.random(in: -2...2, using: &random))
    case 3: return .real(Double.random(in: -1e9...1e9, using: &random).bitPattern)
    case 4: return .real(Double(Int.random(in: -300...300, using: &random)).bitPattern)
    case 5: return .text(random.text(Int.random(in: 0...40, using: &random)))
    case 6: return .text(random.text(Int.random(in: 0...(3 * pageSize), using: &random)))
    default: return .blob(random.bytes(Int.random(in: 0...pageSize, using: &random)))
    }
  }

  @Test func deepTree() throws {
    let scratch = try Scratch()
    do {
      let real = try RealDatabase(scratch.path("a.db"))
      try real.run(
        "PRAGMA page_size=512; CREATE TABLE t(a); CREATE TABLE w(a PRIMARY KEY, b) WITHOUT ROWID")
      try real.run(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<30000) INSERT INTO t SELECT printf('row %d', i) FROM n"
      )
      try real.run("INSERT INTO w SELECT a, rowid FROM t")
    }
    #expect(try expectSame(scratch, "a.db") == 60000)
  }

  @Test func shardsTogetherAreTheTable() throws {
    let scratch = try Scratch()
    do {
      let real = try RealDatabase(scratch.path("a.db"))
      try real.run("PRAGMA page_size=1024; CREATE TABLE t(a); CREATE TABLE empty(a)")
      try real.run(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<9000) INSERT INTO t SELECT randomblob(i % 200) FROM n"
      )
    }
    let snapshot = try DatabaseSnapshot(scratch.path("a.db"))
    let schema = DatabaseSchema(snapshot)
    let table = try #require(schema.table("T"))
    let whole = read(snapshot, table).rows
    #expect(whole.count == 9000)
    for count in [1, 2, 7, 64, 100_000] {
      let shards = TableReader.shards(snapshot, table, count: count)
      let parts = shards.map { read(snapshot, table, shard: $0).rows }
      #expect(parts.flatMap(\.self) == whole)
      if count == 7 {
        #expect(parts.count == 7)
        #expect(parts.allSatisfy { $0.count > 9000 / 14 && $0.count < 9000 / 4 })
      }
    }
    let empty = try #require(schema.table("empty"))
    #expect(
      TableReader.shards(snapshot, empty, count: 4).flatMap {
        read(snapshot, empty, shard: $0).rows
      }.isEmpty)
  }

  @Test func seekFindsEachRowAndGoesOn() throws {
    let scratch = try Scratch()
    do {
      let real = try RealDatabase(scratch.path("a.db"))
      try real.run("PRAGMA page_size=512; CREATE TABLE t(id INTEGER PRIMARY KEY, a)")
      try real.run(
        "WITH RECURSIVE n(i) AS (SELECT -2000 UNION ALL SELECT i+1 FROM n WHERE i<2000) INSERT INTO t SELECT i * 3, 'v' || i FROM n"
      )
    }
    let snapshot = try DatabaseSnapshot(scratch.path("a.db"))
    let table = try #require(DatabaseSchema(snapshot).table("t"))
    var reader = TableReader(snapshot, table)
    for key in stride(from: Int64(-6001), through: 6001, by: 1) {
      let found = reader.seek(key)
      #expect(found == (key % 3 == 0 && abs(key) <= 6000))
      let text = found ? reader.text(1) : nil
      if found { #expect(text == StoredText("v\(key / 3)")) }
      if key % 101 == 0 {
        let next = reader.next()
        let expected = (key >= 0 ? key / 3 : (key - 2) / 3) * 3 + 3
        #expect(next == (key < 6000))
        let rowID = reader.rowID
        if next { #expect(rowID == max(-6000, expected)) }
      }
    }
    let damage = reader.damage
    #expect(damage.isEmpty)
  }
}
