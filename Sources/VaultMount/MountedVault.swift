internal import CLinux
internal import Glibc
internal import Synchronization
public import SystemPackage
public import VaultStore

/// A vault that is open, as a file system in the store's place.
///
/// ```
/// let mounted = try MountedVault.mount(vault, at: store, MountOptions())
/// try mounted.serve(threads: 4)      // returns when it is unmounted, here or elsewhere
/// try vault.seal()
/// ```
public final class MountedVault: Sendable {
  /// The folder it is mounted on.
  public let mountPoint: FilePath
  private let served: ServedVault
  private let connection: Connection
  private let isServing = Atomic<Bool>(false)
  /// Known once it is served.
  private let device = Mutex<BackingDevice?>(nil)

  private init(_ served: ServedVault, _ connection: Connection, _ mountPoint: FilePath) {
    self.served = served
    self.connection = connection
    self.mountPoint = mountPoint
  }

  /// Mounts a vault on a folder, which until `serve` makes everybody wait who looks at it.
  /// - Throws: `MountError`; `unavailable` where there is no FUSE.
  public static func mount(
    _ vault: LiveVault, at mountPoint: FilePath, _ options: MountOptions
  ) throws(MountError) -> MountedVault {
    let served = ServedVault(vault, options.observer)
    let place = try resolved(mountPoint)
    return MountedVault(served, try Connection(served, at: place, options), place)
  }

  /// Answers until it is unmounted, by `end`, by `abort` or by somebody else.
  /// - Throws: `MountError` where the system ends it otherwise.
  public func serve(threads: Int) throws(MountError) {
    isServing.store(true, ordering: .sequentiallyConsistent)
    defer {
      isServing.store(false, ordering: .sequentiallyConsistent)
      connection.close()
    }
    do throws(Errno) {
      try ServingThreads(connection).run(threads) {
        let found = BackingDevice(of: mountPoint)
        found?.raiseLimits()
        device.withLock { $0 = found }
      }
    } catch {
      throw MountError(error, mountPoint, "serve what is mounted")
    }
  }

  // MARK: - Ending

  /// Unmounts in good order: everything is written first, then `serve` returns.
  /// - Throws: `MountError`; `inUse` where somebody has something open, and it goes on being served.
  public func end() throws(MountError) {
    try Unmounting.end(mountPoint)
  }

  /// Lets no file be opened any more.
  ///
  /// What is open stays so.
  public func refuseOpens() {
    served.refusesOpens.store(true, ordering: .relaxed)
  }

  /// Has the kernel hand over everything that programs have written so far.
  public func flush() throws(MountError) {
    let folder = unsafe Glibc.open(mountPoint.string, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    defer { if folder >= 0 { close(folder) } }
    guard folder >= 0, sotto_syncfs(folder) == 0 else {
      throw MountError(Errno(rawValue: errno), mountPoint, "write what is not written yet")
    }
  }

  /// Cuts the line to the kernel, whoever has files open: every call on them fails from then on.
  ///
  /// `serve` returns. What programs wrote after the last `flush` is lost. The mount stays in sight, dead, until
  /// `detach`.
  /// - Throws: `MountError`; `inUse` where the mount has been taken out of sight before and the kernel keeps it for
  ///   whoever has something open: then it ends with their next calls.
  public func abort() throws(MountError) {
    connection.leave()
    guard let device = device.withLock({ $0 }) else { return }
    if device.endConnection() { return }
    // Each thread waits for a request: ask, until the last question fails because none is left to answer.
    var statistics = statfs()
    while isServing.load(ordering: .sequentiallyConsistent) {
      guard unsafe statfs(mountPoint.string, &statistics) == 0 else { return }
      guard statistics.f_type == Self.kind else {
        throw MountError(.inUse, mountPoint, "is out of sight, and somebody has something open")
      }
    }
  }

  /// `FUSE_SUPER_MAGIC` of the kernel.
  private static let kind = 0x6573_5546

  /// Takes the dead mount out of sight.
  ///
  /// Not to be called while the vault's keys live.
  public func detach() throws(MountError) {
    try Unmounting.detach(mountPoint)
  }

  // MARK: - Use

  /// How many bytes programs may have written that have not reached the vault yet, at most.
  ///
  /// The kernel has taken them, so room must be kept for them. Less where this user is not root.
  public static var mostUnwritten: UInt64 { BackingDevice.mostUnwritten }

  /// How many files and folders programs have open.
  public var openHandles: Int { served.openHandles.load(ordering: .relaxed) }

  /// Whether nobody has anything open.
  ///
  /// Somebody may still work in one of its folders; `end` finds out.
  public var isIdle: Bool { openHandles == 0 }

  /// The path without links, so that it means the same folder whatever becomes of them.
  private static func resolved(_ mountPoint: FilePath) throws(MountError) -> FilePath {
    guard let text = unsafe realpath(mountPoint.string, nil) else {
      throw MountError(Errno(rawValue: errno), mountPoint, "mount there")
    }
    defer { unsafe free(text) }
    let place = unsafe FilePath(platformString: text)
    var status = stat()
    guard unsafe stat(place.string, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
      throw MountError(.unsuitable, mountPoint, "is no folder, so nothing can be mounted there")
    }
    return place
  }
}
