internal import Glibc
internal import SystemPackage
internal import VaultFormat

/// When every file is in the vault: the store's folders are removed and the vault is sealed.
extension LockInPlace {
  /// Seals the vault and closes the store's folder.
  func finish(_ tools: ActTools) throws(VaultError) {
    monitor.begin(.finishing)
    try removeFolders()
    let vault = tools.folders.vault
    if truths != nil { try VaultSweep.run(tools, header.keys.last) }
    try StoreFolder.close(tree.top.handle)
    try tools.sync()
    let sealing = VaultSealing(vault: vault, header: header, store: place.store, records: records)
    report.locked = try sealing.sealTree(with: tools.workspaces)
    // A vault that was here before and is gone would make this one look like a stranger.
    for other in try records.all()
    where other.vault == place.vault && other.vaultID != header.header.vaultID {
      try records.remove(other.vaultID)
    }
    try handOver(vault)
    try monitor.check(place.store)
    // The journal last: without it nothing would come back for these.
    try tools.folders.removeEmpty()
    try vault.sync()
    try vault.removeIfThere(VaultNames.journal)
    try vault.sync()
  }

  /// Removes the store's folders, but for those that hold what stays.
  private func removeFolders() throws(VaultError) {
    var walk = PlainWalk(tree)
    while let step = try walk.next() {
      guard case .end(let folder) = step, let parent = folder.parent, let name = folder.name else {
        continue
      }
      try parent.handle.removeFolderIfEmpty(name)
    }
  }

  /// What root made in somebody's store is that person's.
  private func handOver(_ vault: FolderHandle) throws(VaultError) {
    let facts = tree.top.status.facts
    guard geteuid() == 0, facts.owner != 0 else { return }
    try vault.setOwnerOfEverything(facts.owner, group: facts.group)
  }
}

extension FolderHandle {
  /// Gives the folder and everything in it to somebody; links are not followed.
  fileprivate func setOwnerOfEverything(
    _ owner: UInt32, group: UInt32
  ) throws(VaultError) {
    for name in try names() {
      if try facts(of: name)?.kind == .folder {
        try folder(name).setOwnerOfEverything(owner, group: group)
      } else {
        try setOwner(owner, group: group, of: name)
      }
    }
    guard fchown(descriptor.rawValue, owner, group) == 0 else {
      throw VaultError(Errno(rawValue: errno), path, "set the owner of")
    }
  }

  /// Sets owner and group of an entry, of a link itself.
  func setOwner(_ owner: UInt32, group: UInt32, of name: FileName) throws(VaultError) {
    let result = unsafe name.withCString {
      unsafe fchownat(descriptor.rawValue, $0, owner, group, AT_SYMLINK_NOFOLLOW)
    }
    guard result == 0 else {
      throw VaultError(Errno(rawValue: errno), path.appending(name), "set the owner of")
    }
  }
}
