internal import CLinux
internal import Glibc

/// What a process that holds keys asks of the system: no core dump, and no other process of the
/// same user that reads its memory.
///
/// Linux's part; another system gets a file of its own.
public enum ProcessSecrecy {
  /// Forbids dumps and tracing, for this process until it ends or runs another program.
  ///
  /// From here on `/proc/self` belongs to root, so an ordinary user's process cannot open what lies
  /// there of its own. As much memory may be locked as the system allows at most.
  ///
  /// - Throws: `dumpable` where the system refuses.
  public static func begin() throws(SecretsError) {
    var none = rlimit(rlim_cur: 0, rlim_max: 0)
    guard sotto_forbid_dumps() == 0,
      unsafe setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none) == 0
    else { throw .dumpable }
    let locked = __rlimit_resource_t(__RLIMIT_MEMLOCK.rawValue)
    var limit = rlimit()
    if unsafe getrlimit(locked, &limit) == 0 {
      limit.rlim_cur = limit.rlim_max
      // Where that is refused, keys that find no room say so when they are made.
      _ = unsafe setrlimit(locked, &limit)
    }
  }
}
