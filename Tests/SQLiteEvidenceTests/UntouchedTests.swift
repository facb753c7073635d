import ByteReading
import Glibc
import SQLiteEvidence
import SystemPackage
import Testing

@Suite struct UntouchedTests {
  /// SQLite itself cannot read this without writing: a log, no `-shm`, and no permission to make
  /// one.
  @Test func readOnlyFileInAReadOnlyFolder() throws {
    let scratch = try Scratch()
    do {
      let real = try RealDatabase(scratch.path("live.db"))
      try real.run(
        "PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0; CREATE TABLE t(a); INSERT INTO t VALUES('in the log')"
      )
      scratch.copy("live.db", to: "a.db")
    }
    for name in scratch.names { chmod(scratch.path(name).string, 0o444) }
    chmod(scratch.folder.string, 0o555)
    defer { chmod(scratch.folder.string, 0o755) }
    let before = scratch.state()
    let read: () -> Int32 = {
      guard let snapshot = try? DatabaseSnapshot(scratch.path("a.db")),
        let table = DatabaseSchema(snapshot).table("t")
      else { return 2 }
      var reader = TableReader(snapshot, table)
      return reader.next() && reader.text(0) == "in the log" && snapshot.isUnchanged() ? 0 : 3
    }
    if getuid() == 0 {
      // Root may write anywhere; so one thread becomes an ordinary user.
      #expect(try asNobody(read) == 0)
    } else {
      #expect(read() == 0)
    }
    // The access time is root's to keep only: the ordinary user may have set it.
    var after = scratch.state()
    for name in after.keys { after[name]?.numbers.removeLast(2) }
    var expected = before
    for name in expected.keys { expected[name]?.numbers.removeLast(2) }
    #expect(after == expected)
  }

  private func asNobody(_ body: @escaping () -> Int32) throws -> Int32 {
    final class Work {
      let body: () -> Int32
      var result: Int32 = -1
      init(_ body: @escaping () -> Int32) { self.body = body }
    }
    let work = Work(body)
    var thread = pthread_t()
    pthread_create(
      &thread, nil,
      { raw in
        guard let raw else { return nil }
        let work = Unmanaged<Work>.fromOpaque(raw).takeUnretainedValue()
        // setfsuid(2) changes whose permissions this thread opens files with, and drops root's own
        // for files; the header that declares it is not among those Swift sees.
        typealias Change = @convention(c) (uid_t) -> Int32
        guard let symbol = dlsym(nil, "setfsuid") else { return nil }
        let change = unsafeBitCast(symbol, to: Change.self)
        _ = change(65534)
        work.result = work.body()
        _ = change(0)
        return nil
      }, Unmanaged.passUnretained(work).toOpaque())
    pthread_join(thread, nil)
    return work.result
  }
}
