internal import Glibc
internal import Synchronization
internal import SystemPackage

/// The folder of a locked store, held by a descriptor of its own, so that it can be closed again when
/// something is mounted over it.
final class ClosedStoreFolder: Sendable {
  /// The folder itself, whatever is mounted over it.
  let folder: FolderHandle
  /// How many are changing names in it.
  private let changing = Mutex(0)

  /// Opens the folder, made again where somebody has removed it.
  init(_ place: LockPlace) throws(VaultError) {
    let parent = try FolderHandle.open(place.store.removingLastComponent())
    guard let name = place.store.fileName else {
      throw VaultError(.refused, place.store, "is the root of the file system")
    }
    folder = try parent.folder(makingIfMissing: name)
    try close()
  }

  /// Lets something be mounted over it.
  func mounting<Mounted>(
    _ mount: () throws(VaultError) -> Mounted
  ) throws(VaultError) -> Mounted {
    // Who may mount by right needs no way into the folder; fusermount3 asks whether others may write.
    if geteuid() != 0 {
      try StoreFolder.open(folder)
      try folder.setMode(0o700)
    }
    defer { try? close() }
    return try mount()
  }

  /// Changes names in it, for which it is opened; what is mounted over it keeps others out meanwhile.
  func lending<Result>(_ change: () throws(Errno) -> Result) throws(Errno) -> Result {
    try changing.withLock { (count) throws(Errno) in
      if count == 0 { try open() }
      count += 1
    }
    defer {
      changing.withLock { count in
        count -= 1
        // Where it cannot be closed now, it is when the store is locked.
        if count == 0 { try? close() }
      }
    }
    return try change()
  }

  private func open() throws(Errno) {
    do throws(VaultError) {
      try StoreFolder.open(folder)
      if geteuid() != 0 { try folder.setMode(0o700) }
    } catch {
      throw LiveVault.errno(error)
    }
  }

  /// Makes sure that nothing can be put into it.
  func close() throws(VaultError) {
    try StoreFolder.close(folder)
  }
}
