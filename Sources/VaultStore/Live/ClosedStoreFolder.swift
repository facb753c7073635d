internal import Glibc
internal import SystemPackage

/// The folder of a locked store, held by a descriptor of its own, so that it can be closed again when
/// something is mounted over it.
final class ClosedStoreFolder: Sendable {
  private let folder: FolderHandle

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

  /// Makes sure that nothing can be put into it.
  func close() throws(VaultError) {
    try StoreFolder.close(folder)
  }
}
