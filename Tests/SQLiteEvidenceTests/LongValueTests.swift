import ByteReading
import SQLiteEvidence
import SystemPackage
import Testing

@Suite struct LongValueTests {
  @Test(arguments: [512, 4096, 65536], ["UTF-8", "UTF-16le", "UTF-16be"])
  func sourcesGiveTheValue(pageSize: Int, encoding: String) throws {
    let scratch = try Scratch()
    var random = Seeded(5)
    let text = random.text(150_000)
    let blob = random.bytes(300_001)
    let real = try RealDatabase(scratch.path("a.db"))
    try real.run(
      "PRAGMA page_size=\(pageSize); PRAGMA encoding='\(encoding)'; PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0"
    )
    try real.run("CREATE TABLE t(a, b)")
    // Rows of several sizes, deleted by turns, leave holes that scatter the chains of the next.
    for number in 0..<60 {
      try real.run("INSERT INTO t VALUES(zeroblob(?), 1)", [.integer(Int64(number * 700))])
    }
    try real.run("DELETE FROM t WHERE rowid % 2 = 0")
    for _ in 0..<2 { try real.run("INSERT INTO t VALUES(?, ?)", [.text(text), .blob(blob)]) }
    try real.run("DELETE FROM t WHERE rowid < 60")
    for name in ["log", "main"] {
      if name == "main" { try real.run("PRAGMA wal_checkpoint(TRUNCATE)") }
      let snapshot = try DatabaseSnapshot(scratch.path("a.db"))
      let table = try #require(DatabaseSchema(snapshot).table("t"))
      var reader = TableReader(snapshot, table)
      var rows = 0
      var kept: [any ByteSource] = []
      while reader.next() {
        rows += 1
        for size in [1000, 4093, 131_072, 1 << 20] {
          let drained0 = try drain(reader.source(0), bufferSize: size)
          #expect(drained0 == Array(text.utf8), "\(name)")
          let drained1 = try drain(reader.source(1), bufferSize: size)
          #expect(drained1 == blob, "\(name)")
        }
        kept.append(reader.source(0))
        kept.append(reader.source(1))
        // Forward in jumps: single bytes far apart.
        for column in 0...1 {
          let expected = column == 0 ? Array(text.utf8) : blob
          let source = reader.source(column)
          var at = 0
          while at < expected.count {
            var byte: UInt8 = 0
            let count = try withUnsafeMutableBytes(of: &byte) {
              try source.read(at: UInt64(at), into: $0)
            }
            #expect(count == 1 && byte == expected[at])
            at += Int.random(in: 1...40_000, using: &random)
          }
        }
        let count0 = reader.withText(0) { $0.count }
        #expect(count0 == text.utf8.count)
        let count1 = reader.withText(1) { $0.count }
        #expect(count1 == nil)
        let beginning = reader.text(0, limit: 10)
        #expect(beginning?.bytes.count ?? 99 <= 15)
        let damage = reader.damage
        #expect(damage.last?.code == .overlongValue)
      }
      #expect(rows == 2)
      // Sources outlive the reader's row.
      for (index, source) in kept.enumerated() {
        #expect(try drain(source, bufferSize: 65536) == (index % 2 == 0 ? Array(text.utf8) : blob))
      }
    }
  }

  @Test func halfSurrogatePairsAreKept() throws {
    let scratch = try Scratch()
    do {
      let real = try RealDatabase(scratch.path("a.db"))
      try real.run("PRAGMA encoding='UTF-16le'; CREATE TABLE t(a)")
      // A blob cast to text is taken as UTF-16 as it is: a, a high half, b, a low half, a high
      // half.
      try real.run(
        "INSERT INTO t VALUES(CAST(x'6100' || x'3dd8' || x'6200' || x'00de' || x'3dd8' AS TEXT))")
    }
    let snapshot = try DatabaseSnapshot(scratch.path("a.db"))
    let table = try #require(DatabaseSchema(snapshot).table("t"))
    var reader = TableReader(snapshot, table)
    let found = reader.next()
    #expect(found)
    let expected: [UInt8] = [0x61, 0xED, 0xA0, 0xBD, 0x62, 0xED, 0xB8, 0x80, 0xED, 0xA0, 0xBD]
    let text = reader.text(0)
    #expect(text?.bytes == expected)
    let drained0 = try drain(reader.source(0), bufferSize: 4)
    #expect(drained0 == expected)
  }
}
