internal import Glibc
public import SystemPackage

/// Runs `body` on a snapshot of the database at `path`, and again on a new one while writers change
/// the files meanwhile, at most five times.
///
/// Between two attempts it waits for 1, 4, 16 and 64 milliseconds, the time of a commit or two.
/// - Returns: what `body` returned last, and whether all it read belongs to one commit.
/// - Throws: `DatabaseError`, or what `body` threw on files that did not change or the last time.
public func withStableSnapshot<Result>(
  _ path: FilePath, _ body: (DatabaseSnapshot) throws -> Result
) throws -> (value: Result, stable: Bool) {
  var pause: UInt32 = 1000
  var attempt = 0
  while true {
    attempt += 1
    let before = SnapshotState.Marks(path)
    let snapshot: DatabaseSnapshot
    do throws(DatabaseError) {
      snapshot = try DatabaseSnapshot(path)
    } catch {
      guard attempt < 5, before.mayBeBetweenWrites(path) else { throw error }
      usleep(pause)
      pause *= 4
      continue
    }
    do {
      let value = try body(snapshot)
      let stable = snapshot.isUnchanged()
      if stable || attempt == 5 { return (value, stable) }
    } catch {
      if attempt == 5 || snapshot.isUnchanged() { throw error }
    }
    usleep(pause)
    pause *= 4
  }
}
