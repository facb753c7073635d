import ByteReading
import SQLiteEvidence
import SystemPackage
import Testing

@Suite struct WriteAheadLogTests {
  /// A database in the folder with committed rows in its log, left as a crash leaves it.
  private func crashed(_ scratch: Scratch, pageSize: Int = 1024) throws {
    let real = try RealDatabase(scratch.path("live.db"))
    try real.run(
      "PRAGMA page_size=\(pageSize); PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0")
    try real.run("CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT)")
    for number in 1...20 {
      try real.run(
        "INSERT INTO t(a) VALUES(?)", [.text(String(repeating: "x\(number) ", count: 200))])
    }
    scratch.copy("live.db", to: "a.db")
  }

  private func codes(_ scratch: Scratch, _ name: String = "a.db") throws -> [String] {
    try DatabaseSnapshot(scratch.path(name)).findings.map(\.code.rawValue)
  }

  @Test(arguments: TableWalkTests.pageSizes)
  func committedFramesCount(pageSize: Int) throws {
    let scratch = try Scratch()
    try crashed(scratch, pageSize: pageSize)
    #expect(try expectSame(scratch, "a.db") == 20)
    #expect(try codes(scratch) == [])
    #expect(scratch.names.contains("a.db-shm") == false)
  }

  @Test func logIsCutAnywhere() throws {
    let scratch = try Scratch()
    try crashed(scratch)
    let log = scratch.bytes("a.db-wal")
    let frame = 24 + 1024
    for length in Array(stride(from: 0, to: log.count, by: 523)) + [
      31, 32, 33, 32 + frame, 32 + 3 * frame,
    ] {
      scratch.write(Array(log[..<length]), "a.db-wal")
      try expectSame(scratch, "a.db", "log of \(length) bytes")
    }
  }

  @Test func aChangedByteEndsTheLogWhereSQLiteEndsIt() throws {
    let scratch = try Scratch()
    try crashed(scratch)
    let log = scratch.bytes("a.db-wal")
    var random = Seeded(7)
    let places =
      Array(0..<56) + (0..<60).map { _ in Int.random(in: 56..<log.count, using: &random) }
    for place in places {
      var changed = log
      changed[place] ^= 1 << UInt8.random(in: 0...7, using: &random)
      scratch.write(changed, "a.db-wal")
      // SQLite refuses to open at all where only the version is another; the log is left out here.
      if (4..<8).contains(place) {
        #expect(try codes(scratch) == ["wal-ignored"])
      } else {
        try expectSame(scratch, "a.db", "byte \(place)")
        #expect(try codes(scratch).isEmpty == false)
      }
    }
  }

  @Test func commitsBehindATornFrameAreMissed() throws {
    let scratch = try Scratch()
    try crashed(scratch)
    let log = scratch.bytes("a.db-wal")
    let frames = (log.count - 32) / (24 + 1024)
    for frame in [0, frames / 2, frames - 1] {
      var torn = log
      torn[32 + frame * (24 + 1024) + 500] ^= 1
      scratch.write(torn, "a.db-wal")
      let found = try DatabaseSnapshot(scratch.path("a.db")).findings
      #expect(found.contains { $0.code == .walTorn } == (frame < frames - 1))
      #expect(found.last?.offset == UInt64(32 + frame * (24 + 1024)))
    }
  }

  @Test func bothChecksumOrders() throws {
    let scratch = try Scratch()
    try crashed(scratch)
    // The same log with its checksums over big-endian words (file format section 4.1).
    var log = scratch.bytes("a.db-wal")
    #expect(log[3] == 0x82)
    log[3] = 0x83
    var sum: (UInt32, UInt32) = (0, 0)
    func word(_ at: Int) -> UInt32 { log[at..<(at + 4)].reduce(0) { $0 << 8 | UInt32($1) } }
    func add(_ range: Range<Int>) {
      for at in stride(from: range.lowerBound, to: range.upperBound, by: 8) {
        sum.0 = sum.0 &+ word(at) &+ sum.1
        sum.1 = sum.1 &+ word(at + 4) &+ sum.0
      }
    }
    func put(_ value: UInt32, _ at: Int) {
      for index in 0..<4 {
        log[at + index] = UInt8(truncatingIfNeeded: value >> UInt32(24 - 8 * index))
      }
    }
    add(0..<24)
    put(sum.0, 24)
    put(sum.1, 28)
    for at in stride(from: 32, to: log.count, by: 24 + 1024) {
      add(at..<(at + 8))
      add((at + 24)..<(at + 24 + 1024))
      put(sum.0, at + 16)
      put(sum.1, at + 20)
    }
    scratch.write(log, "a.db-wal")
    #expect(try expectSame(scratch, "a.db") == 20)
    #expect(try codes(scratch) == [])
  }

  @Test func uncommittedAndEarlierFramesAreLeftOut() throws {
    let scratch = try Scratch()
    let real = try RealDatabase(scratch.path("live.db"))
    try real.run(
      "PRAGMA page_size=512; PRAGMA cache_size=5; PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0"
    )
    try real.run("CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT)")
    for round in 0..<5 {
      for number in 0..<10 {
        try real.run(
          "INSERT INTO t(a) VALUES(?)",
          [.text("\(round) \(String(repeating: "y", count: 300 * number))")])
        scratch.copy("live.db", to: "a.db")
        try expectSame(scratch, "a.db", "round \(round)")
      }
      // Five pages of cache: the transaction spills into the log before it commits.
      try real.run("BEGIN")
      for _ in 0..<20 {
        try real.run("INSERT INTO t(a) VALUES(?)", [.text(String(repeating: "no", count: 400))])
      }
      try real.run("UPDATE t SET a = 'changed'")
      scratch.copy("live.db", to: "a.db")
      try expectSame(scratch, "a.db", "spilled, round \(round)")
      #expect(try codes(scratch).contains("wal-uncommitted"))
      try real.run(round % 2 == 0 ? "ROLLBACK" : "COMMIT")
      scratch.copy("live.db", to: "a.db")
      try expectSame(scratch, "a.db", "ended, round \(round)")
      // The next generation overwrites the log from its beginning.
      try real.run("PRAGMA wal_checkpoint(RESTART)")
      try real.run("DELETE FROM t WHERE id % 3 = 0")
      scratch.copy("live.db", to: "a.db")
      try expectSame(scratch, "a.db", "restarted, round \(round)")
      #expect(try codes(scratch).contains("wal-earlier-generation"))
    }
  }

  @Test func aStaleLogCountsAsItDoesForSQLite() throws {
    let scratch = try Scratch()
    try crashed(scratch)
    let log = scratch.bytes("a.db-wal")
    do {
      let real = try RealDatabase(scratch.path("b.db"))
      try real.run("PRAGMA page_size=1024; CREATE TABLE other(x); INSERT INTO other VALUES(1)")
    }
    scratch.write(log, "b.db-wal")
    #expect(try expectSame(scratch, "b.db", "log of another database, same page size") == 20)
  }

  @Test func aLogOfAnotherPageSizeIsNamedAndLeftOut() throws {
    let scratch = try Scratch()
    try crashed(scratch)
    let real = try RealDatabase(scratch.path("b.db"))
    try real.run("PRAGMA page_size=2048; CREATE TABLE other(x); INSERT INTO other VALUES(7)")
    // A log without page 1 among its frames, so that the main file says what the page size is.
    let other = try RealDatabase(scratch.path("live.db"))
    try other.run("PRAGMA wal_checkpoint(TRUNCATE); UPDATE t SET a = 'changed' WHERE id = 20")
    scratch.write(scratch.bytes("live.db-wal"), "b.db-wal")
    let snapshot = try DatabaseSnapshot(scratch.path("b.db"))
    #expect(snapshot.findings.map(\.code) == [.walIgnored])
    #expect(snapshot.isUnchanged())
    let table = try #require(DatabaseSchema(snapshot).table("other"))
    #expect(read(snapshot, table).rows == [[.integer(1), .integer(7)]])
  }

  @Test func aLogAloneIsADatabase() throws {
    let scratch = try Scratch()
    try crashed(scratch)
    scratch.write([], "a.db")
    let snapshot = try DatabaseSnapshot(scratch.path("a.db"))
    #expect(snapshot.findings.map(\.code) == [.walAlone])
    let table = try #require(DatabaseSchema(snapshot).table("t"))
    let real = try RealDatabase(scratch.path("live.db"))
    #expect(read(snapshot, table).rows == (try real.rows("SELECT id, id, a FROM t")))
  }

  @Test func aCheckpointedLogChangesNothing() throws {
    let scratch = try Scratch()
    try crashed(scratch)
    let real = try RealDatabase(scratch.path("live.db"))
    try real.run("PRAGMA wal_autocheckpoint=0; INSERT INTO t(a) VALUES('more')")
    try real.run("PRAGMA wal_checkpoint(PASSIVE)")
    scratch.copy("live.db", to: "a.db")
    #expect(try expectSame(scratch, "a.db") == 21)
    try real.run("PRAGMA wal_checkpoint(TRUNCATE)")
    scratch.copy("live.db", to: "a.db")
    #expect(scratch.bytes("a.db-wal").isEmpty)
    #expect(try expectSame(scratch, "a.db") == 21)
  }
}
