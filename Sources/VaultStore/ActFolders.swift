internal import SystemPackage

/// The folders of a vault that an act in place works in.
struct ActFolders: Sendable {
  /// The vault itself.
  let vault: FolderHandle
  /// What is being written and not yet part of the vault or the store.
  let new: FolderHandle
  /// Plaintext that is no longer the truth.
  let erasing: FolderHandle
  /// Objects with long extended attributes.
  let attributes: FolderHandle

  /// Opens the folders, made first where they are missing.
  init(_ vault: FolderHandle) throws(VaultError) {
    self.vault = vault
    new = try vault.folder(makingIfMissing: VaultNames.new)
    erasing = try vault.folder(makingIfMissing: VaultNames.erasing)
    attributes = try vault.folder(makingIfMissing: VaultNames.attributes)
  }

  /// Removes what an act that was cut off left in `new`.
  func clearNew() throws(VaultError) {
    try new.removeEverything()
  }

  /// Removes those of the folders in which nothing is.
  func removeEmpty() throws(VaultError) {
    for name in [VaultNames.new, VaultNames.erasing, VaultNames.attributes] {
      try vault.removeFolderIfEmpty(name)
    }
  }
}

extension FolderHandle {
  /// Removes a name that is no folder's, where it is there.
  func removeIfThere(_ name: FileName) throws(VaultError) {
    do {
      try remove(name)
    } catch  where error.code == .system(.noSuchFileOrDirectory) {
    }
  }

  /// Removes a folder in which nothing is, where it is there.
  /// - Returns: Whether there is no folder of that name now.
  @discardableResult
  func removeFolderIfEmpty(_ name: FileName) throws(VaultError) -> Bool {
    do {
      try removeFolder(name)
      return true
    } catch {
      switch error.code {
      case .system(.noSuchFileOrDirectory): return true
      case .system(.directoryNotEmpty), .system(.fileExists), .system(.resourceBusy): return false
      default: throw error
      }
    }
  }

  /// Removes everything in the folder; links are removed and not followed.
  func removeEverything() throws(VaultError) {
    for name in try names() {
      if try facts(of: name)?.kind == .folder {
        try folder(name).removeEverything()
        try removeFolder(name)
      } else {
        try removeIfThere(name)
      }
    }
  }
}
