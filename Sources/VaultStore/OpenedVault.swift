public import Secrets
public import SystemPackage
public import VaultFormat

/// A vault whose header a secret has opened.
public final class OpenedVault: Sendable {
  /// The vault's folder.
  public let path: FilePath
  /// The header, with the volume keys.
  public let header: UnlockedHeader
  /// The vault's folder, open.
  let folder: FolderHandle
  /// Both copies of the header, as they were found.
  let headerFiles: VaultHeaderFiles

  init(_ folder: FolderHandle, _ headerFiles: VaultHeaderFiles, _ header: UnlockedHeader) {
    path = folder.path
    self.folder = folder
    self.headerFiles = headerFiles
    self.header = header
  }

  /// The header of the vault in a folder, without a secret: none of it is authenticated.
  /// - Throws: `VaultError`; `notAVault`, `newer` or `damaged`.
  public static func header(at path: FilePath) throws(VaultError) -> VaultHeader {
    try VaultHeaderFiles(readingIn: try folder(at: path)).newest()
  }

  /// Opens the vault in a folder by a secret.
  /// - Throws: `VaultError`; `wrongSecret`, `notAVault`, `newer` or `damaged`.
  public static func open(
    at path: FilePath, _ secret: borrowing SlotSecret
  ) throws(VaultError) -> OpenedVault {
    let folder = try folder(at: path)
    let files = try VaultHeaderFiles(readingIn: folder)
    return OpenedVault(folder, files, try files.unlock(secret))
  }

  /// Opens the vault in a folder by the keys that another process has handed over.
  /// - Throws: `VaultError`; `refused` where the keys are of another header.
  public static func open(
    at path: FilePath, handedOver keys: borrowing SecureBytes
  ) throws(VaultError) -> OpenedVault {
    let folder = try folder(at: path)
    let files = try VaultHeaderFiles(readingIn: folder)
    return OpenedVault(folder, files, try files.unlock(handedOver: keys))
  }

  /// The store's path as it was when it was locked, or what the vault's own path says.
  public var store: FilePath {
    if let path = header.settings.storePath.flatMap({ FilePath(bytes: $0) }) { return path }
    guard let name = path.lastComponent?.string, name.hasSuffix(LockPlace.suffix) else {
      return path
    }
    return path.removingLastComponent().appending(String(name.dropLast(LockPlace.suffix.count)))
  }

  private static func folder(at path: FilePath) throws(VaultError) -> FolderHandle {
    do {
      return try FolderHandle.open(path, followingLink: true)
    } catch  where error.code == .system(.notDirectory) {
      throw VaultError(.notAVault, path, "is no folder, so no vault")
    }
  }
}
