internal import CLinux
internal import Glibc
public import SystemPackage

/// The store as it lies in the clear, and the one door through which anything in it is opened.
///
/// Every step is a single name relative to an open folder; links are never followed and mounts never
/// entered, however the tree changes meanwhile (`openat2` where the kernel has it).
public final class PlainTree: Sendable {
  /// The store's own folder.
  public let top: PlainFolder
  /// What is left in the clear where it is.
  public let bulk: BulkRule
  private let isConfined: Bool

  /// Opens the store.
  /// - Throws: `VaultError`; `refused` where `path` is a link or no folder.
  public convenience init(_ path: FilePath, bulk: BulkRule = .none) throws(VaultError) {
    let handle: FolderHandle
    do {
      handle = try FolderHandle.open(path)
    } catch {
      switch error.code {
      case .system(.notDirectory), .system(.tooManySymbolicLinkLevels):
        throw VaultError(.refused, path, "is not a folder")
      default: throw error
      }
    }
    try self.init(handle, bulk: bulk)
  }

  /// Looks at a store whose folder is open already.
  init(_ handle: FolderHandle, bulk: BulkRule) throws(VaultError) {
    top = PlainFolder(handle, in: nil, nil, try handle.status())
    self.bulk = bulk
    // Kernels before 5.6 lack the call, and some containers forbid what they do not know.
    let probe = unsafe sotto_openat2(
      handle.descriptor.rawValue, ".", UInt64(sotto_O_PATH | O_CLOEXEC), Self.rules)
    isConfined = probe >= 0
    if probe >= 0 { close(probe) }
  }

  private static let rules = UInt64(
    RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV)

  /// Opens a folder of the store.
  func open(folder entry: PlainEntry) throws(VaultError) -> PlainFolder {
    let flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC
    let opened: Int32
    do {
      // Listing it would be its last access else, and is not what its owner did.
      opened = try open(entry.folder.handle, entry.name, flags | sotto_O_NOATIME)
    } catch  where error.code == .system(.notPermitted) {
      opened = try open(entry.folder.handle, entry.name, flags)
    }
    let handle = FolderHandle(owning: opened, entry.path)
    let status = try handle.status()
    try confine(status, entry)
    return PlainFolder(handle, in: entry.folder, entry.name, status)
  }

  /// Opens a file of the store for reading and overwriting; nothing is waited for.
  ///
  /// Its owner may have forbidden both to themselves; the bits are lent for the one call and given
  /// back.
  func open(file entry: PlainEntry) throws(VaultError) -> FileHandle {
    let flags = O_RDWR | O_CLOEXEC | O_NONBLOCK | O_NOCTTY
    let folder = entry.folder.handle
    let opened: Int32
    do {
      // A lock that is cut off leaves the time of the last access as it was.
      opened = try open(folder, entry.name, flags | sotto_O_NOATIME)
    } catch  where error.code == .system(.notPermitted) {
      opened = try open(folder, entry.name, flags)
    } catch  where error.code == .system(.permissionDenied) {
      guard entry.status.facts.owner == geteuid() else { throw error }
      opened = try openLendingPermission(entry, flags)
    }
    let file = FileHandle(owning: opened, in: folder.path, entry.name)
    try confine(try file.status(), entry)
    return file
  }

  private func openLendingPermission(
    _ entry: PlainEntry, _ flags: Int32
  ) throws(VaultError) -> Int32 {
    // Without the right to read, the file can only be named; the link below /proc leads to what was
    // named, whatever stands in its place by now.
    let named = try open(entry.folder.handle, entry.name, sotto_O_PATH | O_CLOEXEC)
    defer { close(named) }
    let place = "/proc/self/fd/\(named)"
    let mode = mode_t(entry.status.facts.mode)
    guard unsafe chmod(place, mode | 0o600) == 0 else {
      throw VaultError(Errno(rawValue: errno), entry.path, "open")
    }
    let opened = unsafe Glibc.open(place, flags | sotto_O_NOATIME)
    let reason = Errno(rawValue: errno)
    guard unsafe chmod(place, mode) == 0, opened >= 0 else {
      if opened >= 0 { close(opened) }
      throw VaultError(reason, entry.path, "open")
    }
    return opened
  }

  private func open(
    _ folder: FolderHandle, _ name: FileName, _ flags: Int32
  ) throws(VaultError) -> Int32 {
    do throws(Errno) {
      return try step(folder.descriptor.rawValue, name, flags)
    } catch {
      throw VaultError(error, folder.path.appending(name), "open")
    }
  }

  /// One step from a folder, wherever the caller has it from; kernels without `openat2` let it lead to what
  /// is mounted there.
  private func step(
    _ folder: Int32, _ name: FileName, _ flags: Int32
  ) throws(Errno) -> Int32 {
    while true {
      let opened = unsafe name.withCString { name in
        isConfined
          ? unsafe sotto_openat2(folder, name, UInt64(flags | O_NOFOLLOW), Self.rules)
          : unsafe openat(folder, name, flags | O_NOFOLLOW)
      }
      if opened >= 0 { return opened }
      // EAGAIN: something was renamed on the way, and the kernel cannot say that it stayed beneath.
      if errno != EINTR && errno != EAGAIN { throw Errno(rawValue: errno) }
    }
  }

  /// Names an entry without opening it, a link itself and not what it points to, by a descriptor that the
  /// caller closes.
  /// - Throws: `EXDEV` where something is mounted.
  func anchor(_ name: FileName, in folder: Int32, _ flags: Int32 = 0) throws(Errno) -> Int32 {
    let opened = try step(folder, name, sotto_O_PATH | O_CLOEXEC | flags)
    if isConfined { return opened }
    var raw = statx()
    let mask = UInt32(STATX_BASIC_STATS)
    let result = unsafe sotto_statx(opened, "", sotto_AT_EMPTY_PATH, mask, &raw)
    guard result == 0, !PlainStatus(raw).isMounted,
      FileFacts(raw).device == top.status.facts.device
    else {
      close(opened)
      throw .improperLink
    }
    return opened
  }

  /// Makes sure that what was opened is what was looked at, on the store's own file system.
  private func confine(_ status: PlainStatus, _ entry: PlainEntry) throws(VaultError) {
    guard status.facts.device == top.status.facts.device, !status.isMounted else {
      throw VaultError(.improperLink, entry.path, "open")
    }
    guard status.facts.isSameFile(as: entry.status.facts) else {
      throw VaultError(.staleNFSFileHandle, entry.path, "open")
    }
  }
}
