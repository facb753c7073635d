internal import SystemPackage
internal import VaultFormat

/// What has to be known and put in order before the first object is restored.
extension RestoreInPlace {
  /// The folder of the store for a name in another, where there is one.
  func look(_ above: PlainFolder, _ name: FileName) throws(VaultError) -> PlainFolder? {
    guard let status = try above.handle.status(of: name), status.facts.kind == .folder,
      !status.isMounted
    else { return nil }
    return PlainFolder(try above.handle.folder(name), in: above, name, status)
  }

  /// A walk through tree and store that makes nothing.
  func walk(_ tree: PlainTree, _ tools: ActTools) throws(VaultError) -> RestoreWalk? {
    try RestoreWalk(
      header.keys.last, tools.folders, tools.workspaces[0], beside: tree.top,
      { (above, name) throws(VaultError) in try self.look(above, name) })
  }

  // MARK: - What there is

  /// Adds up what is to be restored, finds the objects with several names, and makes sure that there
  /// is room.
  func survey(_ tree: PlainTree, _ tools: ActTools) throws(VaultError) {
    groups = [:]
    isSurveyWhole = true
    var total = FileCount()
    var longest: UInt64 = 0
    guard var walk = try walk(tree, tools) else { return }
    while let step = try walk.next() {
      try monitor.check(place.vault)
      if case .damaged = step { isSurveyWhole = false }
      guard case .object(let folder, let disk, let name) = step,
        let facts = try folder.sealed.facts(of: disk)
      else { continue }
      total.add(facts.size)
      longest = max(longest, facts.size)
      if let id = sealedLinks[folder.head.id, name] {
        groups[id, default: []].append(folder.steps(to: disk, name))
      } else if facts.names > 1 {
        do throws(VaultError) {
          let object = try tools.workspaces[0].open(try folder.sealed.file(disk))
          groups[object.head.id, default: []].append(folder.steps(to: disk, name))
        } catch  where error.isOfVault(tools.folders) || error.code == .newer {
          isSurveyWhole = false
        }
      }
    }
    let space = try FreeSpace(
      in: tools.folders.vault, growth: 0, longest: longest, files: min(total.files, 1024))
    batchBytes = min(batchBytes, space.spare)
    monitor.begin(.restoring, bytes: total.bytes, files: total.files)
  }

  // MARK: - What is not of the vault

  /// Moves aside what lies in the folder of a store whose vault is sealed, bulk apart, and that the vault
  /// has nothing for.
  func sweep(_ tree: PlainTree, _ tools: ActTools) throws(VaultError) {
    guard let root = try sealedRoot(tools) else { return }
    var walk = PlainWalk(tree)
    // Beside each folder of the store the tree's, as far as there is one.
    var sealed: [(handle: FolderHandle, id: ObjectID)?] = []
    while let step = try walk.next() {
      switch step {
      case .folder(let folder):
        guard let name = folder.name else {
          sealed.append(root)
          continue
        }
        if let above = sealed.last ?? nil {
          sealed.append(try sealedFolder(name, in: above, tools))
        } else {
          sealed.append(nil)
        }
      case .end: sealed.removeLast()
      case .entry(let entry):
        if let above = sealed.last ?? nil {
          let disk = try diskName(entry.name, in: above.id, tools)
          if try above.handle.facts(of: disk) != nil { continue }
        }
        try aside.take(
          entry.name, at: entry.folder.steps, of: entry.folder.handle,
          because: "was put into the store's folder while the vault was locked")
      case .bulk, .refused: continue
      }
    }
    try aside.sync()
  }

  private func sealedRoot(
    _ tools: ActTools
  ) throws(VaultError) -> (handle: FolderHandle, id: ObjectID)? {
    let name = VaultNames.tree(header.keys.last.number)
    guard try tools.folders.vault.facts(of: name) != nil else { return nil }
    let handle = try tools.folders.vault.folder(name)
    let object = try tools.workspaces[0].open(try handle.file(VaultNames.folderHead))
    return (handle, object.head.id)
  }

  private func sealedFolder(
    _ name: FileName, in above: (handle: FolderHandle, id: ObjectID), _ tools: ActTools
  ) throws(VaultError) -> (handle: FolderHandle, id: ObjectID)? {
    let disk = try diskName(name, in: above.id, tools)
    guard try above.handle.facts(of: disk)?.kind == .folder else { return nil }
    let handle = try above.handle.folder(disk)
    let object = try tools.workspaces[0].open(try handle.file(VaultNames.folderHead))
    return (handle, object.head.id)
  }

  private func diskName(
    _ name: FileName, in folder: ObjectID, _ tools: ActTools
  ) throws(VaultError) -> FileName {
    do throws(VaultFormatError) {
      return try TreeName(tools.cipher.encode(name: Array(name.bytes), in: folder)).object
    } catch {
      throw VaultError(error, place.store)
    }
  }

  // MARK: - A lock that was cut off

  /// Removes the objects of a lock that do not count yet, whose plaintext is where it was, and notes
  /// the folders of which the store still has the truth.
  func undoUnrecorded(_ tree: PlainTree, _ tools: ActTools) throws(VaultError) {
    guard var walk = try walk(tree, tools) else { return }
    while let step = try walk.next() {
      try monitor.check(place.vault)
      switch step {
      case .folder(let folder):
        if folder.plain != nil, truths[folder.head.id] != .object {
          untouched.insert(folder.head.id)
        }
      case .object(let folder, let disk, let name):
        guard let plain = folder.plain, try plain.handle.facts(of: name) != nil else { continue }
        let object = try tools.workspaces[0].open(try folder.sealed.file(disk))
        if truths[object.head.id] == .object { continue }
        let place = RestoreItem.Place(
          sealed: folder.sealed, disk: disk, folder: plain, name: name)
        try RestoreBatch.removeObject([place], object.head, tools)
      case .damaged, .end: continue
      }
    }
    try tools.sync()
  }
}
