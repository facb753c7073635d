internal import SystemPackage
internal import VaultFormat

/// When everything is back: the vault is removed, its headers last.
extension RestoreInPlace {
  /// Removes the vault.
  func finish(_ tree: PlainTree, _ tools: ActTools) throws(VaultError) {
    let folders = tools.folders
    try removeTree(tree, tools)
    try folders.attributes.removeEverything()
    try folders.clearNew()
    for counter in try ManifestFile.counters(in: folders.vault) {
      try folders.vault.remove(VaultNames.manifest(counter))
    }
    try folders.vault.sync()
    try removeShell()
  }

  /// Removes the folders of the tree with their heads, those inside first, since the names inside
  /// cannot be read without them.
  ///
  /// Each leaves the tree in one step: one without its head could not be told from a damaged one.
  private func removeTree(_ tree: PlainTree, _ tools: ActTools) throws(VaultError) {
    guard var walk = try walk(tree, tools) else { return }
    let new = tools.folders.new
    while let step = try walk.next() {
      try monitor.check(place.vault)
      // Else the headers would go and the tree stay.
      if case .damaged(let path, let text) = step {
        throw VaultError(.damaged, place.vault.appending(path), text)
      }
      guard case .end(let folder) = step, let newName = FileName(folder.head.id.hex) else {
        continue
      }
      if let (above, name) = folder.place {
        try above.rename(name, to: new, as: newName)
        if DiskName.needsRest(name.bytes), let rest = FileName(name.text + DiskName.restSuffix) {
          try above.removeIfThere(rest)
        }
      } else {
        let name = VaultNames.tree(header.keys.last.number)
        try tools.folders.vault.rename(name, to: new, as: newName)
      }
      try folder.sealed.removeEverything()
      try new.removeFolder(newName)
    }
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
