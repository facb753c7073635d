internal import SystemPackage
internal import VaultFormat

/// When everything is back: the vault is removed, its headers last.
extension RestoreInPlace {
  /// Removes the vault.
  func finish(_ tools: ActTools) throws(VaultError) {
    let folders = tools.folders
    for stranger in try VaultRemains.strangers(in: folders.vault) {
      try aside.take(
        stranger, at: [], of: folders.vault, because: "was in the vault and not of it")
    }
    try aside.sync()
    report.kept = aside.kept
    try removeTree(tools)
    try folders.attributes.removeEverything()
    for counter in try ManifestFile.counters(in: folders.vault) {
      try folders.vault.remove(VaultNames.manifest(counter))
    }
    try folders.vault.sync()
    try removeShell()
  }

  /// Removes the tree, which has nothing but folders and the rests of names by now.
  ///
  /// It leaves its place first, and in one step: if the power went while it is taken apart, a folder
  /// without its head could not be told from a damaged one.
  private func removeTree(_ tools: ActTools) throws(VaultError) {
    let folders = tools.folders
    let name = VaultNames.tree(header.keys.last.number)
    guard try folders.vault.facts(of: name) != nil else { return }
    try folders.vault.rename(name, to: folders.new, as: name)
    try tools.sync()
    try folders.clearNew()
  }

  /// Removes a vault in which nothing is left, and this machine's record of it.
  func removeShell() throws(VaultError) {
    let vault = try FolderHandle.open(place.vault)
    try VaultRemains.clear(vault)
    try vault.sync()
    let parent = try FolderHandle.open(place.vault.removingLastComponent())
    if let name = place.vault.fileName {
      try parent.removeFolder(name)
      try parent.sync()
    }
    try records.remove(header.header.vaultID)
  }
}
