internal import CLinux
internal import Glibc
internal import Synchronization
internal import SystemPackage

/// The threads that answer requests.
///
/// Of our own making rather than the library's: as many as were asked for from the beginning to the end,
/// none cancelled, and what passed through their memory overwritten.
final class ServingThreads: Sendable {
  private let connection: Connection
  private let refusal = Mutex<Errno?>(nil)

  init(_ connection: Connection) {
    self.connection = connection
  }

  /// Serves with so many threads, or as many as the system gives, and waits for all.
  /// - Returns: The first refusal of the system, where that is why it ended.
  func run(_ count: Int, whenStarted: () -> Void) throws(Errno) {
    let threads = try start(max(count, 1))
    whenStarted()
    for thread in threads { pthread_join(thread, nil) }
    if let refusal = refusal.withLock({ $0 }) { throw refusal }
  }

  private func start(_ count: Int) throws(Errno) -> [pthread_t] {
    // Signals are for the caller's threads; these inherit that none is.
    var (all, before) = (sigset_t(), sigset_t())
    unsafe sigfillset(&all)
    unsafe pthread_sigmask(SIG_BLOCK, &all, &before)
    defer { unsafe pthread_sigmask(SIG_SETMASK, &before, nil) }
    var threads: [pthread_t] = []
    for _ in 0..<count {
      var thread = pthread_t()
      let owner = unsafe Unmanaged.passRetained(self)
      let result = unsafe pthread_create(
        &thread, nil,
        { owner in
          guard let owner = unsafe owner else { return nil }
          unsafe Unmanaged<ServingThreads>.fromOpaque(owner).takeRetainedValue().work()
          return nil
        }, owner.toOpaque())
      guard result == 0 else {
        unsafe owner.release()
        if threads.isEmpty { throw Errno(rawValue: result) }
        break
      }
      threads.append(thread)
    }
    return threads
  }

  private func work() {
    // Where we may not, the kernel keeps what is unwritten so little that it does not come to waiting.
    _ = sotto_become_flusher()
    guard let errno = connection.serve() else { return }
    refusal.withLock { $0 = $0 ?? errno }
  }
}
