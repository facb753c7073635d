internal import CLinux
internal import Glibc
internal import SystemPackage

/// The store's own folder while the vault is locked: it cannot be written to, so that an application
/// that is started too early fails instead of writing plaintext beside the vault.
///
/// Root may set the immutable flag besides, which also stops programs that run as root.
enum StoreFolder {
  /// The permission bits while locked: it may be listed, nothing may be added.
  static let lockedMode: UInt16 = 0o500

  /// Whether the folder is closed.
  static func isClosed(_ folder: FolderHandle) throws(VaultError) -> Bool {
    try folder.facts().mode == lockedMode
  }

  /// Closes the folder.
  static func close(_ folder: FolderHandle) throws(VaultError) {
    if try !isClosed(folder) {
      try open(folder)
      try folder.setMode(lockedMode)
    }
    // What this file system or this container does not know or allow is not missed: the mode is set.
    guard geteuid() == 0, let flags = flags(of: folder), flags & sotto_FS_IMMUTABLE == 0 else {
      return
    }
    _ = sotto_set_flags(folder.descriptor.rawValue, flags | sotto_FS_IMMUTABLE)
  }

  /// Takes the immutable flag away.
  /// - Throws: `VaultError`; `refused` where only root may.
  static func open(_ folder: FolderHandle) throws(VaultError) {
    guard let flags = flags(of: folder), flags & sotto_FS_IMMUTABLE != 0 else { return }
    guard sotto_set_flags(folder.descriptor.rawValue, flags & ~sotto_FS_IMMUTABLE) == 0 else {
      let reason = Errno(rawValue: errno)
      if reason == .notPermitted {
        throw VaultError(
          .refused, folder.path, "was made immutable by root", hint: "run this as root")
      }
      throw VaultError(reason, folder.path, "take the immutable flag from")
    }
  }

  private static func flags(of folder: FolderHandle) -> UInt32? {
    var flags: UInt32 = 0
    let result = unsafe sotto_get_flags(folder.descriptor.rawValue, &flags)
    return result == 0 ? flags : nil
  }
}
