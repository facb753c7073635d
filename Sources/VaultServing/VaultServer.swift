internal import CLinux
internal import Glibc
internal import SystemPackage
internal import VaultMount
public import VaultStore

/// Serves an open vault at its store's place until somebody wants it locked: by the control socket, by a
/// signal, by unmounting it, or because nothing was open in it for long.
public final class VaultServer {
  private enum Locking {
    case locked
    case busy
  }

  private let store: OpenStore
  private let mounted: MountedVault
  private let thread: ServingThread
  private let wakening: Wakening
  private let listener: ControlListener
  private let since: Int64

  /// Mounts the vault and begins to serve it; the store is open when this returns.
  /// - Throws: `VaultError`; the vault is sealed again then.
  public init(_ store: OpenStore) throws(VaultError) {
    self.store = store
    since = Self.now()
    do {
      wakening = try Wakening(store.place.vault)
      listener = try ControlListener(store.vaultID, of: store.place.vault)
      mounted = try Self.mount(store)
    } catch {
      try? store.seal()
      store.letGo()
      throw error
    }
    do {
      thread = try ServingThread(mounted, store.place.store, wakening)
      try Self.checkServes(store)
    } catch {
      try? mounted.abort()
      try? store.seal()
      store.letGo()
      try? mounted.detach()
      throw error
    }
    wakening.watchSignals()
  }

  private static func mount(_ store: OpenStore) throws(VaultError) -> MountedVault {
    try store.mounting { () throws(VaultError) in
      var options = MountOptions(sourceName: store.place.vault.string)
      options.isReadOnly = store.isReadOnly
      // What root mounts is for the store's owner; for others than who mounts, the kernel asks modes.
      options.allowsOthers = geteuid() == 0
      do throws(MountError) {
        return try MountedVault.mount(store.live, at: store.place.store, options)
      } catch {
        throw VaultError(error)
      }
    }
  }

  /// Asks the mount something, so that who waits for it finds it ready.
  private static func checkServes(_ store: OpenStore) throws(VaultError) {
    _ = try FolderHandle.open(store.place.store).facts()
  }

  private static func now() -> Int64 {
    var time = timespec()
    unsafe clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
  }

  // MARK: - Serving

  /// Serves until the vault is locked.
  /// - Parameters:
  ///   - idle: After how many seconds without an open file the vault is locked; nil for never.
  ///   - isStopping: Whether the process was asked to end before this was called.
  /// - Throws: `VaultError` where the vault could not be sealed; what was promised is on the medium, and
  ///   the next unlock seals it.
  public func run(idle: Int64?, isStopping: Bool) throws(VaultError) {
    var watch = idle.map { IdleWatch(limit: $0) }
    while true {
      if isStopping || wakening.isSignalled {
        _ = try lock(isForced: true)
        return
      }
      if thread.hasEnded { return try finish() }
      if watch?.isOver(openHandles: mounted.openHandles) == true {
        // What has its working folder there is no open file, and counts all the same.
        if try lock(isForced: false) == .locked { return }
        watch?.begin()
      }
      guard let (request, socket) = listener.next(wakening, limit: watch?.pause) else { continue }
      switch request {
      case .status: socket.send(line: ControlAnswer.status(status).line)
      case .lock(let isForced):
        if try lock(isForced: isForced, socket) == .locked { return }
      }
    }
  }

  private var status: ServingStatus {
    ServingStatus(
      process: getpid(), since: since, openFiles: mounted.openHandles, sealed: store.live.sealed,
      isReadOnly: store.isReadOnly, trouble: store.live.trouble)
  }

  // MARK: - Locking

  private func lock(
    isForced: Bool, _ socket: UnixSocket? = nil
  ) throws(VaultError) -> Locking {
    do {
      socket?.send(line: ControlAnswer.doing("unmounting").line)
      if try !unmount() {
        guard isForced else {
          socket?.send(line: ControlAnswer.busy(mounted.openHandles).line)
          return .busy
        }
        // What the kernel still holds is written; then nothing is answered any more.
        mounted.refuseOpens()
        try? mounted.flush()
        try store.seal()
      }
      socket?.send(line: ControlAnswer.doing("sealing").line)
      try finish()
      socket?.send(line: ControlAnswer.locked.line)
      return .locked
    } catch {
      socket?.send(line: ControlAnswer.failed("\(error.path.string): \(error.text)").line)
      throw error
    }
  }

  /// Unmounts, which has everything written first.
  /// - Returns: Whether nothing was in use.
  private func unmount() throws(VaultError) -> Bool {
    do throws(MountError) {
      try mounted.end()
    } catch {
      if error.code == .inUse { return false }
      throw VaultError(error)
    }
    // Another name space may hold a copy of the mount: what is open there is in use.
    return thread.wait(seconds: 10)
  }

  /// Seals the vault; only when its keys are gone a mount that is still there is taken out of sight.
  private func finish() throws(VaultError) {
    defer {
      if !thread.hasEnded { try? mounted.abort() }
      store.letGo()
      try? mounted.detach()
    }
    try store.seal()
  }
}

extension VaultError {
  /// What went wrong with a mount.
  fileprivate init(_ error: MountError) {
    let code: VaultError.Code =
      switch error.code {
      case .inUse: .inUse
      case .system(let errno): .system(errno)
      case .unavailable, .unsuitable, .refused: .refused
      }
    self.init(code, error.path, error.text, hint: error.hint)
  }
}

/// Since when nothing is open, by a clock that goes on while the machine is suspended.
private struct IdleWatch {
  private let limit: Int64
  private var last: Int64

  init(limit: Int64) {
    self.limit = limit
    last = IdleWatch.now()
  }

  mutating func begin() {
    last = IdleWatch.now()
  }

  /// Whether nothing was open for long enough.
  mutating func isOver(openHandles: Int) -> Bool {
    if openHandles > 0 { begin() }
    return IdleWatch.now() - last >= limit
  }

  /// How long to wait before looking again, in milliseconds.
  var pause: Int32 {
    let left = max(0, limit - (IdleWatch.now() - last))
    return Int32(clamping: min(left, max(1, min(limit / 4, 30))) * 1000)
  }

  private static func now() -> Int64 {
    var time = timespec()
    unsafe clock_gettime(CLOCK_BOOTTIME, &time)
    return Int64(time.tv_sec)
  }
}
