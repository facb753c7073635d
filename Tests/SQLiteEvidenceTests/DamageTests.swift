import ByteReading
import SQLiteEvidence
import SystemPackage
import Testing

@Suite struct DamageTests {
  /// Reads all there is; the only failure allowed is that there is no database at all.
  @discardableResult
  private func readAll(_ scratch: Scratch, _ name: String) throws -> [String: Rows] {
    let snapshot: DatabaseSnapshot
    do throws(DatabaseError) {
      snapshot = try DatabaseSnapshot(scratch.path(name))
    } catch {
      return [:]
    }
    var result: [String: Rows] = [:]
    for (name, table) in DatabaseSchema(snapshot).tables {
      result[name] = read(snapshot, table).rows
      for shard in TableReader.shards(snapshot, table, count: 3) {
        _ = read(snapshot, table, shard: shard)
      }
      var reader = TableReader(snapshot, table)
      for key in [Int64.min, 0, 7, .max] where reader.seek(key) {
        for column in table.columns.indices {
          _ = try? drain(reader.source(column), bufferSize: 700)
        }
      }
    }
    return result
  }

  private func small(_ scratch: Scratch, encoding: String = "UTF-8", rows: Int = 40) throws {
    let real = try RealDatabase(scratch.path("a.db"))
    try real.run(
      "PRAGMA page_size=512; PRAGMA encoding='\(encoding)'; CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT, b)"
    )
    try real.run("CREATE TABLE w(k TEXT PRIMARY KEY, v) WITHOUT ROWID")
    try real.run("BEGIN")
    for number in 0..<rows {
      let text = Value.text(String(repeating: "é\(number)", count: number * number % 400))
      try real.run("INSERT INTO t(a, b) VALUES(?, ?)", [text, .integer(Int64(number))])
      try real.run("INSERT INTO w VALUES(?, ?)", [.text("k\(number)"), text])
    }
    try real.run("COMMIT")
  }

  @Test func everyByteFlipped() throws {
    let scratch = try Scratch()
    try small(scratch, rows: 14)
    let sound = scratch.bytes("a.db")
    var changed = sound
    for place in sound.indices {
      changed[place] ^= 0xFF
      scratch.write(changed, "b.db")
      try readAll(scratch, "b.db")
      changed[place] = sound[place]
    }
  }

  @Test(arguments: 1...24)
  func randomDamage(seed: Int) throws {
    let scratch = try Scratch()
    var random = Seeded(UInt64(seed))
    try small(scratch, encoding: seed % 2 == 0 ? "UTF-8" : "UTF-16le")
    let sound = scratch.bytes("a.db")
    for _ in 0..<15 {
      var changed = sound
      for _ in 0..<Int.random(in: 1...30, using: &random) {
        let place = Int.random(in: (seed % 3 == 0 ? 0 : 100)..<changed.count, using: &random)
        switch Int.random(in: 0...3, using: &random) {
        case 0: changed[place] = UInt8.random(in: 0...255, using: &random)
        case 1: changed[place] = 0xFF
        case 2:
          // A page is put in another's place: circles, and pages of the wrong kind.
          let from = place / 512 * 512
          let to = Int.random(in: 1..<(changed.count / 512), using: &random) * 512
          changed.replaceSubrange(to..<(to + 512), with: Array(changed[from..<(from + 512)]))
        default:
          for index in place..<min(place + 64, changed.count) { changed[index] = 0 }
        }
      }
      if seed % 5 == 0 { changed.removeLast(Int.random(in: 1..<changed.count, using: &random)) }
      scratch.write(changed, "b.db")
      try readAll(scratch, "b.db")
    }
  }

  @Test func truncatedAtEveryPage() throws {
    let scratch = try Scratch()
    do {
      let real = try RealDatabase(scratch.path("a.db"))
      try real.run("PRAGMA page_size=512; CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT)")
      try real.run(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<300) INSERT INTO t SELECT i, printf('%050d', i) FROM n"
      )
    }
    let sound = scratch.bytes("a.db")
    // Which row is on which page, and which of the pages are inner ones, is SQLite's to say.
    let real = try RealDatabase(scratch.path("a.db"))
    let inner = try real.rows(
      "SELECT pageno FROM dbstat WHERE name = 't' AND pagetype = 'internal'")
    #expect(inner == [[.integer(2)]], "a root and leaves were meant")
    let leaves = try real.rows(
      "SELECT pageno, ncell FROM dbstat WHERE name = 't' AND pagetype = 'leaf' ORDER BY path")
    var pageOfRow: [Int64] = []
    for case .integer(let page) in leaves.map({ $0[0] }) {
      guard case .integer(let cells)? = leaves.first(where: { $0[0] == .integer(page) })?[1] else {
        continue
      }
      pageOfRow += Array(repeating: page, count: Int(cells))
    }
    #expect(pageOfRow.count == 300)
    for pages in 0...(sound.count / 512) {
      for extra in [0, 1, 200] where pages * 512 + extra <= sound.count {
        scratch.write(Array(sound[..<(pages * 512 + extra)]), "b.db")
        guard pages > 0 else {
          #expect(throws: DatabaseError.self) {
            let snapshot = try DatabaseSnapshot(scratch.path("b.db"))
            if extra == 200 { throw DatabaseError(.malformed, snapshot.path, "opened") }
          }
          continue
        }
        let snapshot = try DatabaseSnapshot(scratch.path("b.db"))
        let isWhole = pages == sound.count / 512
        #expect(snapshot.findings.contains { $0.code == .truncated } == !isWhole)
        let table = try #require(DatabaseSchema(snapshot).table("t"))
        let result = read(snapshot, table)
        let expected = pageOfRow.indices.filter { pageOfRow[$0] <= pages && pages >= 2 }
        #expect(result.rows.map(\.[0]) == expected.map { .integer(Int64($0 + 1)) })
        #expect(result.damage.isEmpty == isWhole)
        #expect(
          result.damage.allSatisfy {
            $0.path == scratch.path("b.db") && $0.offset >= UInt64(pages * 512)
          })
      }
    }
  }

  @Test func aBrokenChainGivesWhatComesBefore() throws {
    let scratch = try Scratch()
    let value = Seeded.value(20_000)
    do {
      let real = try RealDatabase(scratch.path("a.db"))
      try real.run("PRAGMA page_size=512; CREATE TABLE t(a, b, c)")
      try real.run(
        "INSERT INTO t VALUES(1, ?, 'behind'); INSERT INTO t VALUES(2, 'next', 'row')",
        [.blob(value)])
    }
    let sound = scratch.bytes("a.db")
    // Links of overflow pages: to nowhere, to the end, to an earlier page of the chain, to itself.
    let page = 20
    for link in [0, 9999, 15, 20, 0xFFFF_FFFF] as [UInt32] {
      var changed = sound
      for index in 0..<4 {
        changed[(page - 1) * 512 + index] = UInt8(
          truncatingIfNeeded: link >> UInt32(24 - 8 * index))
      }
      scratch.write(changed, "b.db")
      let snapshot = try DatabaseSnapshot(scratch.path("b.db"))
      let table = try #require(DatabaseSchema(snapshot).table("t"))
      var reader = TableReader(snapshot, table)
      let first = reader.next()
      #expect(first)
      let source = reader.source(1)
      var got: [UInt8] = []
      var failure: ReadingError?
      var buffer = [UInt8](repeating: 0, count: 3000)
      while failure == nil, got.count <= value.count {
        do {
          let offset = UInt64(got.count)
          let count = try buffer.withUnsafeMutableBytes { try source.read(at: offset, into: $0) }
          if count == 0 { break }
          got += buffer[..<count]
        } catch let error as ReadingError {
          failure = error
        }
      }
      #expect(failure?.code == .unreadable)
      // Up to the changed link all is there, and nothing twice.
      let count = got.count
      #expect(count < value.count && count > 512 * 10, "link \(link)")
      let isSame = got == Array(value[..<min(got.count, value.count)])
      #expect(isSame)
      let behind = reader.text(2)
      #expect(behind != "behind")
      let damage = reader.damage
      #expect(damage.contains { $0.code == .damagedOverflow && $0.path == scratch.path("b.db") })
      let second = reader.next()
      #expect(second)
      let next = reader.text(1)
      #expect(next == "next")
      let third = reader.next()
      #expect(!third)
    }
  }

  @Test func pagesInACircleEnd() throws {
    let scratch = try Scratch()
    do {
      let real = try RealDatabase(scratch.path("a.db"))
      try real.run("PRAGMA page_size=512; CREATE TABLE t(a)")
      try real.run(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<5000) INSERT INTO t SELECT i FROM n"
      )
    }
    var bytes = scratch.bytes("a.db")
    // The right-most child of the root, page 2, becomes the root (file format section 1.6: bytes 8
    // to 11 of an inner page).
    #expect(bytes[512] == 5)
    bytes.replaceSubrange(520..<524, with: [0, 0, 0, 2])
    scratch.write(bytes, "b.db")
    let snapshot = try DatabaseSnapshot(scratch.path("b.db"))
    let table = try #require(DatabaseSchema(snapshot).table("t"))
    let result = read(snapshot, table)
    #expect(result.rows.count > 1000 && result.rows.count < 5000)
    #expect(result.damage.map(\.code) == [.linkedTwice])
    #expect(result.damage.first?.offset == 512)
  }

  @Test func whatIsNoDatabase() throws {
    let scratch = try Scratch()
    func code(_ name: String) -> DatabaseError.Code? {
      do throws(DatabaseError) {
        _ = try DatabaseSnapshot(scratch.path(name))
        return nil
      } catch {
        #expect(error.path == scratch.path(name))
        return error.code
      }
    }
    var random = Seeded(1)
    scratch.write([], "empty")
    scratch.write(Array("hello, world\n".utf8), "text")
    scratch.write(Array(repeating: UInt8(ascii: "x"), count: 4096), "long text")
    scratch.write(random.bytes(8192), "encrypted")
    scratch.write(random.bytes(8191), "noise")
    scratch.write(Array("SQLite format 3\0".utf8), "begun")
    scratch.write(Array("SQLite format 3\0".utf8) + Array(repeating: 7, count: 4080), "odd sizes")
    #expect(code("empty") == .empty)
    #expect(code("text") == .notADatabase)
    #expect(code("long text") == .notADatabase)
    #expect(code("encrypted") == .encryptedOrUnknown)
    #expect(code("noise") == .notADatabase)
    #expect(code("begun") == .malformed)
    #expect(code("odd sizes") == .malformed)
    #expect(code("absent") == .unreadable)
    #expect(code(".") == .unreadable)
  }

  @Test func aLogThatIsAFolderIsNamed() throws {
    let scratch = try Scratch()
    try small(scratch)
    try scratch.makeFolder("a.db-wal")
    let snapshot = try DatabaseSnapshot(scratch.path("a.db"))
    #expect(snapshot.findings.map(\.code) == [.companionUnreadable])
    #expect(try readAll(scratch, "a.db")["t"]?.count == 40)
  }
}

extension Seeded {
  fileprivate static func value(_ count: Int) -> [UInt8] {
    var random = Seeded(99)
    return random.bytes(count)
  }
}
