import EvidenceFiles
import SQLiteEvidence
import SystemPackage
import Testing

@Suite struct SchemaTests {
  @Test func definitionsAsSQLiteUnderstandsThem() throws {
    let definitions = [
      #"CREATE TABLE "a ""b"""("x y" TEXT, [z)w] INT, `q``r` REAL, 'lit' BLOB)"#,
      "CREATE TABLE t1(id INTEGER PRIMARY KEY, a)",
      "CREATE TABLE t2(id integer primary key autoincrement not null, a)",
      "CREATE TABLE t3(id INTEGER PRIMARY KEY DESC, a)",
      "CREATE TABLE t4(id INTEGER PRIMARY KEY ASC, a)",
      "CREATE TABLE t5(a, id INTEGER, PRIMARY KEY(id))",
      "CREATE TABLE t6(a, id INTEGER, PRIMARY KEY(id DESC))",
      "CREATE TABLE t7(a, id INT, PRIMARY KEY(id))",
      "CREATE TABLE t8(a, id INTEGER, CONSTRAINT \"pk\" PRIMARY KEY(\"ID\") UNIQUE(a) CHECK(a > (1)))",
      "CREATE TABLE t9(id INT PRIMARY KEY, a)",
      "CREATE TABLE t10(id \"INTEGER\" PRIMARY KEY, a)",
      "CREATE TABLE t11(id INTEGER /* , x */ PRIMARY KEY, -- y, z\n a VARCHAR ( 10 , 2 ) DEFAULT ',' NOT NULL, b)",
      "CREATE TABLE t12(a INT, b AS (a + 1), c TEXT GENERATED ALWAYS AS (a || ',') STORED, d INT GENERATED ALWAYS AS (a*2) VIRTUAL, e)",
      "CREATE TABLE t13(a, b, c, d, PRIMARY KEY(c, a)) WITHOUT ROWID",
      "CREATE TABLE t14(a TEXT PRIMARY KEY, b INTEGER) STRICT, WITHOUT ROWID",
      "CREATE TABLE t15(a ANY, b REAL, c INTEGER PRIMARY KEY) STRICT",
      "CREATE TABLE t16(a REFERENCES t1(id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED, b COLLATE NOCASE, FOREIGN KEY(a) REFERENCES t1(id))",
      "CREATE TABLE t17(a DOUBLE PRECISION, b LONG INTEGER, c NATIVE CHARACTER(70), d DECIMAL(10,5), e FLOATING POINT)",
      "CREATE TABLE t18(\"primary\" TEXT, \"check\" INT, key, \"order\")",
      "CREATE TABLE t19(a INTEGER, b, PRIMARY KEY(a, b))",
      "CREATE TABLE t20(größe INT, \"字\" TEXT)",
      "CREATE TABLE t21(a INTEGER PRIMARY KEY ON CONFLICT REPLACE, b DEFAULT (1 + 2), c DEFAULT -5 CHECK (c < 3))",
      "CREATE TABLE t22 AS SELECT 1 AS one, 'x' AS \"t w o\"",
      "CREATE TEMP TABLE gone(a)",
      "CREATE TABLE IF NOT EXISTS main.t23(a, b)",
      "CREATE TABLE t24(id INTEGER NOT NULL PRIMARY KEY, a BOOLEAN DEFAULT FALSE)",
      "CREATE TABLE t25(a INTEGER PRIMARY KEY, b) WITHOUT ROWID",
      "CREATE VIRTUAL TABLE v1 USING fts5(body, content='')",
      "CREATE VIRTUAL TABLE v2 USING fts5(body)",
    ]
    let scratch = try Scratch()
    var random = Seeded(3)
    do {
      let real = try RealDatabase(scratch.path("a.db"))
      for definition in definitions { try real.run(definition) }
      try real.run("INSERT INTO v2 VALUES('some words'), ('more words')")
      for row in try real.rows(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'v%'")
      {
        guard case .text(let bytes) = row[0] else { continue }
        let name = quoted(String(decoding: bytes, as: UTF8.self))
        let columns = try real.rows("PRAGMA table_xinfo(\(name))").filter { $0[6] == .integer(0) }
        let marks = columns.map { _ in "?" }.joined(separator: ",")
        let names = columns.map { column -> String in
          guard case .text(let bytes) = column[1] else { return "" }
          return quoted(String(decoding: bytes, as: UTF8.self))
        }
        for _ in 0..<20 {
          let values = columns.map { _ in Value.integer(Int64.random(in: 1...9999, using: &random))
          }
          try real.run(
            "INSERT OR IGNORE INTO \(name)(\(names.joined(separator: ","))) VALUES(\(marks))",
            values)
        }
      }
      try real.run(
        "ALTER TABLE t1 RENAME COLUMN a TO \"new \"\" name\"; ALTER TABLE t9 RENAME TO \"t 9\"; ALTER TABLE t17 DROP COLUMN c"
      )
      try real.run(
        "ALTER TABLE t18 ADD COLUMN \"added, later\" TEXT DEFAULT 'it''s, (so)' NOT NULL")
      try real.run(
        "ALTER TABLE t18 ADD COLUMN computed AS (key || 'x'); ALTER TABLE t18 ADD COLUMN last REAL DEFAULT 3"
      )
    }
    #expect(try expectSame(scratch, "a.db") > 20 * 22)
    let schema = DatabaseSchema(try DatabaseSnapshot(scratch.path("a.db")))
    #expect(schema.table("V1")?.isVirtual == true)
    #expect(schema.table("T18")?.index(of: "ADDED, later") == 4)
    #expect(schema.table("t13")?.primaryKey == [2, 0])
    let aliases = schema.tables.values.filter { $0.columns.contains(where: \.isRowIDAlias) }.map(
      \.name)
    #expect(
      Set(aliases.filter { $0.hasPrefix("t") })
        == ["t1", "t2", "t4", "t5", "t6", "t8", "t10", "t11", "t15", "t21", "t24"])
  }

  @Test func headerFields() throws {
    let scratch = try Scratch()
    do {
      let real = try RealDatabase(scratch.path("a.db"))
      try real.run("PRAGMA user_version=-7; PRAGMA application_id=252006674; CREATE TABLE t(a)")
    }
    let snapshot = try DatabaseSnapshot(scratch.path("a.db"))
    #expect(snapshot.userVersion == -7)
    #expect(snapshot.applicationID == 252_006_674)
    #expect(snapshot.schemaCookie == 1)
    #expect(snapshot.files.map(\.path) == [scratch.path("a.db")])
  }
}
