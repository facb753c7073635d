internal import Glibc
internal import Synchronization
internal import SystemPackage
internal import VaultStore

/// A pipe by which threads and signals wake the one that waits in poll(2).
final class Wakening: Sendable {
  /// Readable once somebody has called.
  let descriptor: Int32
  private let writing: Int32

  /// Where the handler of signals writes; -1 before there is one.
  private static let ofSignals = Atomic<Int32>(-1)
  private static let wasSignalled = Atomic<Bool>(false)

  init(_ path: FilePath) throws(VaultError) {
    var ends: [Int32] = [-1, -1]
    guard unsafe pipe(&ends) == 0 else {
      throw VaultError(Errno(rawValue: errno), path, "make a pipe to serve")
    }
    for end in ends {
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
    }
    (descriptor, writing) = (ends[0], ends[1])
  }

  deinit {
    _ = Self.ofSignals.compareExchange(
      expected: writing, desired: -1, ordering: .sequentiallyConsistent)
    close(descriptor)
    close(writing)
  }

  /// Wakes who waits.
  func call() {
    Self.write(to: writing)
  }

  /// Takes back all calls.
  func clear() {
    var buffer = [UInt8](repeating: 0, count: 64)
    while unsafe read(descriptor, &buffer, buffer.count) > 0 {}
  }

  /// Lets signals that ask a process to end wake who waits, and end nothing by themselves.
  func watchSignals() {
    // Made before the first signal may come: a handler must not initialise anything.
    _ = isSignalled
    Self.ofSignals.store(writing, ordering: .sequentiallyConsistent)
    for signal in [SIGINT, SIGTERM] {
      var action = sigaction()
      unsafe action.__sigaction_handler.sa_handler = { _ in
        let reason = errno
        Wakening.wasSignalled.store(true, ordering: .sequentiallyConsistent)
        Wakening.write(to: Wakening.ofSignals.load(ordering: .sequentiallyConsistent))
        errno = reason
      }
      unsafe sigaction(signal, &action, nil)
    }
  }

  /// Whether a signal has asked the process to end.
  var isSignalled: Bool { Self.wasSignalled.load(ordering: .sequentiallyConsistent) }

  private static func write(to descriptor: Int32) {
    guard descriptor >= 0 else { return }
    var byte: UInt8 = 1
    // Where the pipe is full, whoever waits is awake.
    _ = unsafe Glibc.write(descriptor, &byte, 1)
  }
}
