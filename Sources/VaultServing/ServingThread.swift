internal import Glibc
internal import Synchronization
internal import SystemPackage
internal import VaultMount
internal import VaultStore

/// The thread that answers the kernel until the vault is unmounted; it takes more to itself as it needs
/// them.
final class ServingThread: Sendable {
  private enum State {
    case running
    case ended(MountError?)
  }

  private let mounted: MountedVault
  private let wakening: Wakening
  private let state = Mutex(State.running)

  /// Starts it.
  /// - Parameter wakening: Is called at its end.
  /// - Throws: `VaultError` where the system gives no thread.
  init(_ mounted: MountedVault, _ path: FilePath, _ wakening: Wakening) throws(VaultError) {
    self.mounted = mounted
    self.wakening = wakening
    var thread = pthread_t()
    let itself = unsafe Unmanaged.passRetained(self)
    let result = unsafe pthread_create(
      &thread, nil,
      { argument in
        guard let argument = unsafe argument else { return nil }
        unsafe Unmanaged<ServingThread>.fromOpaque(argument).takeRetainedValue().serve()
        return nil
      }, itself.toOpaque())
    guard result == 0 else {
      unsafe itself.release()
      throw VaultError(Errno(rawValue: result), path, "start a thread to serve")
    }
    pthread_detach(thread)
  }

  private func serve() {
    var failure: MountError?
    do throws(MountError) {
      try mounted.serve(threads: Workers.suitable)
    } catch {
      failure = error
    }
    state.withLock { $0 = .ended(failure) }
    wakening.call()
  }

  /// Whether nobody answers the kernel any more.
  var hasEnded: Bool {
    state.withLock { if case .ended = $0 { true } else { false } }
  }

  /// Why it ended before anybody asked for it; nil while it runs, and where there is no reason to be told.
  var failure: MountError? {
    state.withLock { if case .ended(let failure) = $0 { failure } else { nil } }
  }

  /// Waits for its end, so long.
  /// - Returns: Whether it has ended.
  func wait(seconds: Int) -> Bool {
    for _ in 0..<seconds * 10 where !hasEnded {
      var waiting = pollfd(fd: wakening.descriptor, events: Int16(POLLIN), revents: 0)
      _ = unsafe poll(&waiting, 1, 100)
      wakening.clear()
    }
    return hasEnded
  }
}
