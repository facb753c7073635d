internal import SystemPackage

/// What is found at the place of a vault.
enum VaultRemains: Equatable {
  /// Nothing.
  case none
  /// The beginnings of a vault in which nothing is yet, or the end of one from which all was taken.
  case shell
  /// A vault with something in it.
  case vault

  private static let folders = [VaultNames.new, VaultNames.erasing, VaultNames.attributes]
  private static let shellNames = Set(
    VaultNames.headers + folders + [VaultNames.newHeader, VaultNames.journal])

  /// Looks at a place.
  /// - Throws: `VaultError`; `notAVault` where something else is there.
  static func of(_ path: FilePath) throws(VaultError) -> VaultRemains {
    let folder: FolderHandle
    do {
      folder = try FolderHandle.open(path)
    } catch  where error.code == .system(.noSuchFileOrDirectory) {
      return .none
    } catch  where error.code == .system(.notDirectory) {
      throw VaultError(.notAVault, path, "is something else than a vault")
    }
    var hasContents = false
    var hasHeader = false
    var stranger: FileName?
    for name in try folder.names() {
      if isOfContents(name) {
        hasContents = true
      } else if !shellNames.contains(name) {
        stranger = name
      }
      if VaultNames.headers.contains(name) { hasHeader = true }
    }
    // Something else in a vault makes it no less a vault: what does not belong is found and named.
    if let stranger, !hasContents || !hasHeader {
      throw VaultError(
        .notAVault, path, "is there already, and \(stranger.text) in it is of no vault")
    }
    if hasContents { return .vault }
    // Plaintext on its way out: whatever it belongs to, it is not ours to clear away.
    for name in [VaultNames.erasing, VaultNames.attributes] {
      if try folder.facts(of: name) != nil, try !folder.folder(name).names().isEmpty {
        return .vault
      }
    }
    return .shell
  }

  /// What lies directly in a vault's folder and has no place there.
  static func strangers(in vault: FolderHandle) throws(VaultError) -> [FileName] {
    try vault.names().filter { !isOfContents($0) && !shellNames.contains($0) }
  }

  private static func isOfContents(_ name: FileName) -> Bool {
    VaultNames.epoch(ofTree: name) != nil || VaultNames.counter(ofManifest: name) != nil
      || name == VaultNames.log
  }

  /// Removes a shell's files, headers last; the folder stays.
  static func clear(_ vault: FolderHandle) throws(VaultError) {
    try vault.removeIfThere(VaultNames.journal)
    if try vault.facts(of: VaultNames.new) != nil {
      try vault.folder(VaultNames.new).removeEverything()
    }
    for name in folders { try vault.removeFolderIfEmpty(name) }
    try VaultHeaderFiles.eraseNew(in: vault)
    for name in VaultNames.headers.reversed() { try vault.removeIfThere(name) }
  }
}
