internal import SystemPackage

/// What is found at the place of a vault.
enum VaultRemains: Equatable {
  /// Nothing.
  case none
  /// The beginnings of a vault in which nothing is yet, or the end of one from which all was taken.
  case shell
  /// A vault with something in it.
  case vault

  private static let shellNames: Set<FileName> = [
    "header.1", "header.2", "header.new", "journal", "new", "erasing", "attributes",
  ]

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
    var result = VaultRemains.shell
    for name in try folder.names() {
      if name.text.hasPrefix("tree.") || name.text.hasPrefix("manifest.") {
        result = .vault
      } else if !shellNames.contains(name) {
        throw VaultError(
          .notAVault, path, "is there already, and \(name.text) in it is of no vault")
      }
    }
    guard result == .shell else { return .vault }
    // Plaintext on its way out: whatever it belongs to, it is not ours to clear away.
    for name: FileName in ["erasing", "attributes"] {
      if try folder.facts(of: name) != nil, try !folder.folder(name).names().isEmpty {
        return .vault
      }
    }
    return .shell
  }

  /// Removes a shell's files, headers last; the folder stays.
  static func clear(_ vault: FolderHandle) throws(VaultError) {
    try vault.removeIfThere("journal")
    if try vault.facts(of: "new") != nil { try vault.folder("new").removeEverything() }
    for name: FileName in ["new", "erasing", "attributes"] { try vault.removeFolderIfEmpty(name) }
    for name: FileName in ["header.new", "header.2", "header.1"] { try vault.removeIfThere(name) }
  }
}
