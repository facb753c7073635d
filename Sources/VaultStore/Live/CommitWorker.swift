internal import CLinux
internal import Glibc
internal import Synchronization
internal import SystemPackage

/// The thread that commits without being asked, writes what was promised to its place, and seals the vault
/// when much has gathered or nothing has happened for a while.
final class CommitWorker: Sendable {
  /// Why the thread is woken.
  enum Reason: UInt32 {
    /// Something was promised.
    case now = 1
    /// Something was changed, which may wait a little for more.
    case soon = 2
    /// Much is staged.
    case full = 4
    /// The vault is to be sealed.
    case end = 8
  }

  /// How long a change waits for a commit that nobody asks for, in milliseconds, as on ext4.
  private static let delay: Int64 = 5000
  /// How long nothing must have happened before the vault is sealed, in milliseconds.
  private static let quiet: Int64 = 60_000
  /// Bytes of the log at which the vault is sealed.
  private static let much: UInt64 = 32 << 20

  private let event: Int32
  private let reasons = Atomic<UInt32>(0)
  private let thread = Mutex<pthread_t?>(nil)

  init() {
    event = sotto_eventfd()
  }

  deinit {
    if event >= 0 { close(event) }
  }

  /// Wakes the thread.
  func wake(_ reason: Reason) {
    let before = reasons.bitwiseOr(reason.rawValue, ordering: .acquiringAndReleasing).oldValue
    // It looks at all reasons before it sleeps again.
    if before == 0 { eventfd_write(event, 1) }
  }

  /// Begins.
  func start(_ vault: LiveVault) throws(VaultError) {
    let errand = unsafe Unmanaged.passRetained(vault)
    var made = pthread_t()
    let result = unsafe pthread_create(
      &made, nil,
      { argument in
        guard let argument = unsafe argument else { return nil }
        let vault = unsafe Unmanaged<LiveVault>.fromOpaque(argument).takeRetainedValue()
        vault.worker.run(vault)
        return nil
      }, errand.toOpaque())
    guard result == 0 else {
      unsafe errand.release()
      throw VaultError(Errno(rawValue: result), "thread", "start")
    }
    thread.withLock { $0 = made }
  }

  /// Ends the thread and waits for it.
  func end() {
    wake(.end)
    let running = thread.withLock { thread in
      let running = thread
      thread = nil
      return running
    }
    if let running { pthread_join(running, nil) }
  }

  private static func now() -> Int64 {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
  }

  /// When to try again: room may be made from outside; nothing else that fails gets better.
  private func retry(_ vault: LiveVault, _ now: Int64) -> Int64? {
    vault.isFull.load(ordering: .relaxed) ? now + 1000 : nil
  }

  private func run(_ vault: LiveVault) {
    var due: Int64?
    var lastChange = Self.now()
    while true {
      let time = Self.now()
      let next = min(due ?? .max, lastChange &+ Self.quiet)
      var poll = pollfd(fd: event, events: Int16(POLLIN), revents: 0)
      let wait = max(0, min(next &- time, Self.quiet))
      if reasons.load(ordering: .acquiring) == 0 { unsafe Glibc.poll(&poll, 1, Int32(wait)) }
      var count: eventfd_t = 0
      unsafe eventfd_read(event, &count)
      let reasons = reasons.exchange(0, ordering: .acquiringAndReleasing)
      if reasons & Reason.end.rawValue != 0 { return }
      let woken = Self.now()
      if reasons != 0 { lastChange = woken }
      if reasons & Reason.soon.rawValue != 0, due == nil { due = woken + Self.delay }
      if reasons & Reason.full.rawValue != 0 || due.map({ $0 <= woken }) == true {
        due = nil
        // Whoever syncs next is told; nobody waits here.
        if (try? vault.commit()) == nil { due = retry(vault, woken) }
      }
      guard (try? vault.settle()) != nil else {
        due = retry(vault, woken)
        // What cannot be done now is not tried again at once.
        lastChange = woken
        continue
      }
      if vault.logSize > Self.much || woken - lastChange >= Self.quiet {
        if vault.logSize > 0 { try? vault.checkpoint() }
        lastChange = woken
      }
    }
  }
}
