internal import Glibc
internal import Synchronization

/// Work done side by side: one thread a worker, the caller's own among them.
///
/// Plain threads, because what runs here blocks in the system for long.
public final class Workers: Sendable {
  private let failure = Mutex<VaultError?>(nil)
  private let isStopping = Atomic(false)
  private let body: @Sendable (Int, Workers) throws(VaultError) -> Void

  /// How many workers this machine keeps busy: one for each processor, 16 at most.
  public static let suitable = max(1, min(sysconf(Int32(_SC_NPROCESSORS_ONLN)), 16))

  private init(_ body: @escaping @Sendable (Int, Workers) throws(VaultError) -> Void) {
    self.body = body
  }

  /// Whether another worker has failed, so that going on is of no use.
  public var isStopped: Bool { isStopping.load(ordering: .relaxed) }

  /// Calls `body` with the numbers from 0 to `count` - 1, side by side, and waits for all.
  ///
  /// Where the system gives fewer threads, `body` is called for fewer numbers, but always for 0: a
  /// worker takes from what is left to do and has no share of its own.
  /// - Throws: The first error of any; the others see `isStopped`.
  public static func run(
    _ count: Int, _ body: @escaping @Sendable (Int, Workers) throws(VaultError) -> Void
  ) throws(VaultError) {
    let workers = Workers(body)
    var threads: [pthread_t] = []
    for number in 1..<max(count, 1) {
      guard let thread = workers.start(number) else { break }
      threads.append(thread)
    }
    workers.work(0)
    for thread in threads { pthread_join(thread, nil) }
    if let failure = workers.failure.withLock({ $0 }) { throw failure }
  }

  private func work(_ number: Int) {
    do {
      try body(number, self)
    } catch {
      failure.withLock { $0 = $0 ?? error }
      isStopping.store(true, ordering: .relaxed)
    }
  }

  /// What a thread is given.
  private final class Errand {
    let workers: Workers
    let number: Int

    init(_ workers: Workers, _ number: Int) {
      self.workers = workers
      self.number = number
    }
  }

  private func start(_ number: Int) -> pthread_t? {
    var thread = pthread_t()
    let errand = unsafe Unmanaged.passRetained(Errand(self, number))
    let result = unsafe pthread_create(
      &thread, nil,
      { argument in
        guard let argument = unsafe argument else { return nil }
        let errand = unsafe Unmanaged<Errand>.fromOpaque(argument).takeRetainedValue()
        errand.workers.work(errand.number)
        return nil
      }, errand.toOpaque())
    guard result == 0 else {
      unsafe errand.release()
      return nil
    }
    return thread
  }
}
