import Glibc
import SQLiteEvidence
import Synchronization
import SystemPackage
import Testing

@Suite struct LiveWriterTests {
  /// A writer moves amounts between two tables; in every committed state they add up to the same,
  /// and both have the same generation.
  @Test(arguments: ["DELETE", "TRUNCATE", "PERSIST", "WAL"], [5, 2000])
  func everyStableResultIsOneCommit(mode: String, cache: Int) throws {
    let scratch = try Scratch()
    let path = scratch.path("a.db")
    let real = try RealDatabase(path)
    try real.run(
      "PRAGMA page_size=512; PRAGMA journal_mode=\(mode); PRAGMA wal_autocheckpoint=20; PRAGMA synchronous=OFF; PRAGMA cache_size=\(cache)"
    )
    try real.run(
      "CREATE TABLE a(n INTEGER, generation INTEGER, filler); CREATE TABLE b(n INTEGER, generation INTEGER, filler); BEGIN"
    )
    for _ in 0..<40 {
      try real.run(
        "INSERT INTO a VALUES(100, 0, zeroblob(700)); INSERT INTO b VALUES(100, 0, zeroblob(700))")
    }
    try real.run("COMMIT")
    let writer = Writer(real)
    writer.start()
    defer { writer.stop() }
    var stableResults = 0
    var generations = Set<Int64>()
    for _ in 0..<60 {
      let (result, stable) = try withStableSnapshot(path) { snapshot in
        let schema = DatabaseSchema(snapshot)
        var sum: Int64 = 0
        var seen = Set<Int64>()
        var damage = 0
        var rows = 0
        for name in ["a", "b"] {
          guard let table = schema.table(name) else { continue }
          var reader = TableReader(snapshot, table)
          while reader.next() {
            rows += 1
            sum += reader.integer(0) ?? 0
            seen.insert(reader.integer(1) ?? -1)
          }
          damage += reader.damage.count
        }
        return (sum: sum, seen: seen, rows: rows, damage: damage)
      }
      guard stable else { continue }
      stableResults += 1
      #expect(result.sum == 8000)
      #expect(result.rows == 80)
      #expect(result.seen.count == 1)
      #expect(result.damage == 0)
      generations.formUnion(result.seen)
    }
    writer.stop()
    #expect(stableResults > 0)
    #expect(generations.count > 1, "nothing was committed meanwhile")
    #expect(writer.failure == nil)
  }

  @Test func aChangeIsNoticed() throws {
    for mode in ["DELETE", "WAL"] {
      let scratch = try Scratch()
      let real = try RealDatabase(scratch.path("a.db"))
      try real.run("PRAGMA journal_mode=\(mode); CREATE TABLE t(a); INSERT INTO t VALUES(1)")
      let snapshot = try DatabaseSnapshot(scratch.path("a.db"))
      #expect(snapshot.isUnchanged())
      try real.run("UPDATE t SET a = 2")
      if mode == "WAL" { try real.run("PRAGMA wal_checkpoint(RESTART); UPDATE t SET a = 3") }
      #expect(!snapshot.isUnchanged())
      var attempts = 0
      let (_, stable) = try withStableSnapshot(scratch.path("a.db")) { _ in
        attempts += 1
        try real.run("UPDATE t SET a = a + 1; PRAGMA wal_checkpoint(RESTART)")
      }
      #expect(!stable && attempts == 5)
    }
  }
}

/// Commits one transaction after the other on a thread of its own.
private final class Writer: @unchecked Sendable {
  private let real: RealDatabase
  private let isStopped = Atomic(false)
  private var thread: pthread_t?
  private(set) var failure: (any Error)?

  init(_ real: RealDatabase) { self.real = real }

  func start() {
    var made = pthread_t()
    pthread_create(
      &made, nil,
      { raw in
        guard let raw else { return nil }
        Unmanaged<Writer>.fromOpaque(raw).takeUnretainedValue().write()
        return nil
      }, Unmanaged.passUnretained(self).toOpaque())
    thread = made
  }

  func stop() {
    isStopped.store(true, ordering: .relaxed)
    if let thread { pthread_join(thread, nil) }
    thread = nil
  }

  private func write() {
    var random = Seeded(1)
    while !isStopped.load(ordering: .relaxed) {
      do {
        try real.run(
          "BEGIN; UPDATE a SET n = n - 1, generation = generation + 1; UPDATE b SET n = n + 1, generation = generation + 1"
        )
        try real.run(random.next() % 4 == 0 ? "ROLLBACK" : "COMMIT")
      } catch {
        failure = error
        return
      }
      usleep(UInt32(random.next() % 3000))
    }
  }
}
