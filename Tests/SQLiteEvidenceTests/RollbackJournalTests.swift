import SQLiteEvidence
import SystemPackage
import Testing

@Suite struct RollbackJournalTests {
  /// Begins a transaction so large that it spills into the database, and copies the files then.
  private func spilled(
    _ scratch: Scratch, pageSize: Int, synchronous: String, mode: String = "DELETE"
  ) throws {
    let real = try RealDatabase(scratch.path("live.db"))
    try real.run("PRAGMA page_size=\(pageSize); PRAGMA synchronous=\(synchronous)")
    try real.run("PRAGMA journal_mode=\(mode); PRAGMA cache_size=5")
    try real.run("CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT); CREATE TABLE u(b)")
    try real.run("BEGIN")
    for number in 0..<60 {
      try real.run(
        "INSERT INTO t(a) VALUES(?)", [.text(String(repeating: "a\(number)", count: 10 * number))])
    }
    try real.run("COMMIT; BEGIN")
    try real.run("UPDATE t SET a = 'never committed ' || id || a WHERE id % 2 = 0")
    try real.run("DELETE FROM t WHERE id % 5 = 0")
    for _ in 0..<60 { try real.run("INSERT INTO u VALUES(zeroblob(\(pageSize)))") }
    scratch.copy("live.db", to: "a.db")
    try real.run("ROLLBACK")
    scratch.copy("live.db", to: "rolled.db")
  }

  @Test(arguments: TableWalkTests.pageSizes, ["OFF", "NORMAL", "FULL"])
  func hotJournalIsRolledBack(pageSize: Int, synchronous: String) throws {
    let scratch = try Scratch()
    try spilled(scratch, pageSize: pageSize, synchronous: synchronous)
    #expect(scratch.bytes("a.db") != scratch.bytes("rolled.db"), "nothing had spilled")
    #expect(try expectSame(scratch, "a.db") == 60)
    let snapshot = try DatabaseSnapshot(scratch.path("a.db"))
    #expect(snapshot.findings.map(\.code) == [.journalApplied])
  }

  @Test func journalIsCutAnywhere() throws {
    let scratch = try Scratch()
    try spilled(scratch, pageSize: 512, synchronous: "FULL")
    let journal = scratch.bytes("a.db-journal")
    for length in Array(stride(from: 0, to: journal.count, by: 331)) + [1, 27, 28, 511, 512, 513] {
      scratch.write(Array(journal[..<length]), "a.db-journal")
      try expectSamePages(scratch, "journal of \(length) bytes")
    }
  }

  /// The journal's own count of the database's pages, bytes 16 to 19, has no checksum: SQLite would
  /// make the file as long as it says, up to two terabytes.
  @Test(arguments: (1...70).filter { !(17...20).contains($0) })
  func aChangedByteEndsTheRollbackWhereSQLiteEndsIt(seed: Int) throws {
    let scratch = try Scratch()
    var random = Seeded(UInt64(seed))
    try spilled(scratch, pageSize: 512, synchronous: seed % 2 == 0 ? "FULL" : "OFF")
    var journal = scratch.bytes("a.db-journal")
    let place = seed <= 28 ? seed - 1 : Int.random(in: 28..<journal.count, using: &random)
    journal[place] ^= 1 << UInt8.random(in: 0...7, using: &random)
    scratch.write(journal, "a.db-journal")
    try expectSamePages(scratch, "byte \(place)")
  }

  /// Half a rollback leaves a broken database, so not rows but pages are compared: with those of
  /// the file that SQLite has rolled back.
  private func expectSamePages(_ scratch: Scratch, _ note: String) throws {
    scratch.copy("a.db", to: "copy.db")
    let snapshot: DatabaseSnapshot
    do {
      snapshot = try DatabaseSnapshot(scratch.path("a.db"))
    } catch {
      Issue.record("\(note): \(error)")
      return
    }
    do {
      let real = try RealDatabase(scratch.path("copy.db"))
      _ = try? real.rows("SELECT count(*) FROM sqlite_master")
    }
    let expected = scratch.bytes("copy.db")
    guard expected.count >= snapshot.pageSize else {
      Issue.record("\(note): SQLite left no page")
      return
    }
    var page = [UInt8](repeating: 0, count: snapshot.pageSize)
    var pages = 0
    for number in 1...(expected.count / snapshot.pageSize) {
      let start = (number - 1) * snapshot.pageSize
      let wasRead: Void? = page.withUnsafeMutableBytes {
        try? snapshot.readPage(UInt32(number), into: $0)
      }
      guard wasRead != nil else { continue }
      pages += 1
      if page[...] != expected[start..<(start + page.count)] {
        Issue.record("\(note): page \(number) differs")
        return
      }
    }
    #expect(pages == expected.count / snapshot.pageSize, "\(note)")
  }

  @Test(arguments: 16..<20)
  func anImpossiblePageCountIsNoTrap(place: Int) throws {
    let scratch = try Scratch()
    try spilled(scratch, pageSize: 512, synchronous: "FULL")
    var journal = scratch.bytes("a.db-journal")
    for bit in 0..<8 {
      journal[place] ^= 1 << UInt8(bit)
      scratch.write(journal, "a.db-journal")
      let snapshot = try DatabaseSnapshot(scratch.path("a.db"))
      for table in DatabaseSchema(snapshot).tables.values {
        #expect(read(snapshot, table).rows.count <= 120)
      }
    }
  }

  @Test(arguments: ["PERSIST", "TRUNCATE"])
  func aFinishedJournalIsNotHot(mode: String) throws {
    let scratch = try Scratch()
    try spilled(scratch, pageSize: 1024, synchronous: "FULL", mode: mode)
    #expect(try expectSame(scratch, "a.db", "hot") == 60)
    #expect(scratch.exists("rolled.db-journal"))
    #expect(try expectSame(scratch, "rolled.db", "finished") == 60)
    #expect(try DatabaseSnapshot(scratch.path("rolled.db")).findings.isEmpty)
  }

  @Test func anotherDatabasesTransactionDecides() throws {
    let scratch = try Scratch()
    try spilled(scratch, pageSize: 1024, synchronous: "FULL")
    let journal = scratch.bytes("a.db-journal")
    // A super-journal's name closes a journal: page number of the lock page, name, length,
    // checksum, magic (file format section 3).
    let name = Array(scratch.path("a.db-mj0123").string.utf8)
    func word(_ value: UInt32) -> [UInt8] {
      (0..<4).map { UInt8(truncatingIfNeeded: value >> UInt32(24 - 8 * $0)) }
    }
    let sum = name.reduce(UInt32(0)) { $0 &+ UInt32($1) }
    scratch.write(
      journal + word(1_048_577) + name + word(UInt32(name.count)) + word(sum) + journal[..<8],
      "a.db-journal")
    // Without the super-journal the transaction was completed: the file stays as it is.
    try expectSamePages(scratch, "super-journal gone")
    #expect(
      try DatabaseSnapshot(scratch.path("a.db")).findings.contains { $0.code == .journalIgnored })
    scratch.write([1], "a.db-mj0123")
    #expect(try expectSame(scratch, "a.db", "super-journal there") == 60)
  }

  @Test func aJournalBesideAnEmptyFileIsNothing() throws {
    let scratch = try Scratch()
    try spilled(scratch, pageSize: 1024, synchronous: "FULL")
    scratch.write([], "a.db")
    #expect { try DatabaseSnapshot(scratch.path("a.db")) } throws: {
      ($0 as? DatabaseError)?.code == .empty
    }
  }
}
