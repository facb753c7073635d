internal import Glibc
internal import SystemPackage
internal import VaultFormat
internal import VaultStore

/// Where control sockets lie: a folder of the user's alone, one socket for each vault that is open, its
/// name the vault's id.
enum ControlFolder {
  private static let name: FilePath.Component = "sotto"

  /// The folder for sockets of this process, made where it is missing.
  /// - Throws: `VaultError`; `refused` where the folder is somebody else's.
  static func make() throws(VaultError) -> FilePath {
    let path =
      if let runtime = runtimeFolder, (try? facts(of: runtime))?.owner == geteuid() {
        runtime.appending(name)
      } else {
        inStateFolder
      }
    let folder = try FolderHandle.open(making: path)
    let facts = try folder.facts()
    guard facts.owner == geteuid() else {
      throw VaultError(.refused, path, "belongs to somebody else", hint: "remove it")
    }
    if facts.mode & 0o077 != 0 { try folder.setMode(0o700) }
    return path
  }

  /// The paths at which the socket of a vault may be.
  /// - Parameter owner: The account that has mounted the vault, where that is known.
  static func sockets(of vaultID: ObjectID, owner: UInt32?) -> [FilePath] {
    var folders: [FilePath] = []
    if let runtimeFolder { folders.append(runtimeFolder.appending(name)) }
    folders.append(inStateFolder)
    for account in Set([geteuid(), owner].compactMap(\.self)) {
      // What the other process has in its environment is not known here, but where it mostly is.
      folders.append(FilePath("/run/user/\(account)").appending(name))
      if let home = home(of: account) {
        folders.append(home.appending(".local/state/sotto/run"))
      }
    }
    return folders.map { $0.appending(vaultID.hex) }
  }

  private static var inStateFolder: FilePath { SealRecords.stateFolder.appending("run") }

  private static var runtimeFolder: FilePath? {
    guard let value = unsafe getenv("XDG_RUNTIME_DIR") else { return nil }
    let path = unsafe FilePath(platformString: value)
    return path.isAbsolute ? path : nil
  }

  private static func facts(of folder: FilePath) throws(VaultError) -> FileFacts {
    try FolderHandle.open(folder, followingLink: true).facts()
  }

  private static func home(of account: UInt32) -> FilePath? {
    guard let entry = unsafe getpwuid(account), let folder = unsafe entry.pointee.pw_dir else {
      return nil
    }
    return unsafe FilePath(platformString: folder)
  }
}
