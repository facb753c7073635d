internal import Glibc
internal import Synchronization
internal import SystemPackage
internal import VaultFormat

/// The folders of the view, in which names of the vault and of what is in the clear stand side by side.
///
/// What has a name in the vault is the vault's. Any other name that the rule matches is in the clear, and so
/// is everything in a folder that is.
extension LiveVault {
  // MARK: - Which side

  /// Gives a folder of the vault, and those in it, their places in the rule.
  ///
  /// The tree is locked, or not yet shared.
  static func setPlace(_ place: BulkPlace?, of node: LiveNode) {
    guard let folder = node.folder, place != nil || folder.place != nil else { return }
    folder.place = place
    for (name, child) in folder.children where child.folder != nil {
      setPlace(place?.below(name), of: child)
    }
  }

  private func place(of folder: LiveNode) -> BulkPlace? {
    guard let holder = folder.folder else { return nil }
    return tree.withLock { _ in holder.place }
  }

  /// Whether a name is, or would be, in the clear.
  func isClear(_ name: [UInt8], in folder: LiveNode) -> Bool {
    if folder.bulk != nil { return true }
    guard bulk != nil, let holder = folder.folder else { return false }
    return tree.withLock { _ in holder.isClear(name) }
  }

  /// What lies in the clear of a folder of the view; nil where there is nothing.
  private func clearFolder(of folder: LiveNode) throws(Errno) -> BulkFolder? {
    guard let bulk else { return nil }
    if let node = folder.bulk {
      guard node.kind == .folder else { throw .notDirectory }
      return BulkFolder(bulk, try node.anchor(), .inside(folder))
    }
    guard let place = place(of: folder) else { return nil }
    return try bulk.folder(at: place)
  }

  /// The same, made where there is nothing yet.
  private func clearFolder(making folder: LiveNode) throws(Errno) -> BulkFolder {
    if let bulk, folder.bulk == nil, let place = place(of: folder) {
      return try bulk.folder(makingAt: place)
    }
    guard let clear = try clearFolder(of: folder) else { throw .noSuchFileOrDirectory }
    return clear
  }

  // MARK: - Looking

  /// What has a name that is not in the vault.
  func lookUpClear(_ name: [UInt8], in folder: LiveNode) throws(Errno) -> LiveNode {
    guard isClear(name, in: folder), let clear = try clearFolder(of: folder) else {
      throw .noSuchFileOrDirectory
    }
    return try clear.node(BulkFolder.step(name), in: folder)
  }

  /// The names in the clear of a folder that the vault does not have.
  func clearEntries(of folder: LiveNode) throws(Errno) -> [FolderEntry] {
    guard let clear = try clearFolder(of: folder) else { return [] }
    let names = try clear.names()
    let isAllClear = folder.bulk != nil
    return tree.withLock { _ in
      names.compactMap { name, inode, kind in
        guard isAllClear || folder.folder?.isClear(name) == true else { return nil }
        return FolderEntry(name: name, inode: inode, kind: kind)
      }
    }
  }

  /// Waits until what is in the clear of a folder is on the medium.
  func syncClear(_ folder: LiveNode) throws(Errno) {
    try clearFolder(of: folder)?.sync()
  }

  // MARK: - Changing

  /// Makes something in the clear.
  func makeClear(
    _ kind: NodeKind, _ name: [UInt8], in folder: LiveNode, _ rights: BulkFolder.Rights,
    target: [UInt8]
  ) throws(Errno) -> LiveNode {
    let clear = try clearFolder(making: folder)
    let above = try attributes(of: folder)
    var rights = rights
    if above.mode & UInt16(S_ISGID) != 0 {
      rights.group = above.group
      if kind == .folder { rights.mode |= UInt16(S_ISGID) }
    }
    let made = try clear.make(kind, BulkFolder.step(name), in: folder, rights, target: target)
    try touchFolder(folder)
    return made
  }

  /// Gives a node another name where that or the node is in the clear.
  /// - Returns: Whether it was; everything else is the vault's.
  func linkClear(
    _ node: LiveNode, _ name: [UInt8], in folder: LiveNode
  ) throws(Errno) -> Bool {
    let isClear = isClear(name, in: folder)
    guard let linked = node.bulk else {
      if isClear { throw .improperLink }
      return false
    }
    guard isClear else { throw .improperLink }
    guard linked.kind != .folder else { throw .notPermitted }
    try clearFolder(making: folder).link(linked, BulkFolder.step(name))
    try touchFolder(folder)
    return true
  }

  /// Takes a name in the clear away.
  func removeClear(
    _ name: [UInt8], from folder: LiveNode, isFolder: Bool
  ) throws(Errno) {
    guard let clear = try clearFolder(of: folder) else { throw .noSuchFileOrDirectory }
    try clear.remove(BulkFolder.step(name), isFolder: isFolder)
    try touchFolder(folder)
  }

  /// Renames where the name or the new one is in the clear.
  /// - Returns: Whether one was.
  /// - Throws: `EXDEV` where only one is, and where a folder of the vault would take along what is in the clear.
  func renameClear(
    _ name: [UInt8], in folder: LiveNode, to newName: [UInt8], in newFolder: LiveNode,
    _ mode: RenameMode
  ) throws(Errno) -> Bool {
    let isClear = isClear(name, in: folder)
    guard isClear == self.isClear(newName, in: newFolder) else {
      // Nothing crosses the line, but what is not there cannot be renamed at all.
      _ = try lookup(name, in: folder)
      throw .improperLink
    }
    guard isClear else {
      try expectNothingCrosses(name, in: folder, newName, in: newFolder)
      return false
    }
    guard let clear = try clearFolder(of: folder) else { throw .noSuchFileOrDirectory }
    let moved = try clear.node(BulkFolder.step(name), in: folder)
    let newClear = try clearFolder(making: newFolder)
    let other = mode == .exchange ? try lookup(newName, in: newFolder) : nil
    try clear.rename(BulkFolder.step(name), to: newClear, BulkFolder.step(newName), mode)
    newClear.found(moved, try BulkFolder.step(newName), in: newFolder)
    if let other { clear.found(other, try BulkFolder.step(name), in: folder) }
    try touchFolder(folder)
    if newFolder !== folder { try touchFolder(newFolder) }
    return true
  }

  /// A folder of the vault moves only where all of it stays on its side of the line.
  private func expectNothingCrosses(
    _ name: [UInt8], in folder: LiveNode, _ newName: [UInt8], in newFolder: LiveNode
  ) throws(Errno) {
    guard let holder = folder.folder, let newHolder = newFolder.folder else { return }
    let places = try withTree { (_) throws(Errno) -> [BulkPlace] in
      let ends = [
        (holder.children[name], newHolder.place?.below(newName)),
        (newHolder.children[newName], holder.place?.below(name)),
      ]
      var places: [BulkPlace] = []
      for (node, newPlace) in ends {
        guard let inside = node?.folder else { continue }
        if let newPlace, Self.holdsMatch(inside, newPlace) { throw .improperLink }
        if let place = inside.place { places.append(place) }
      }
      return places
    }
    for place in places where try bulk?.holdsBulk(place) == true { throw .improperLink }
  }

  /// Whether anything of the vault would be bulk if a folder had a place.
  ///
  /// The tree is locked.
  private static func holdsMatch(_ folder: LiveFolder, _ place: BulkPlace) -> Bool {
    folder.children.contains { name, node in
      if place.matches(name) { return true }
      guard let inside = node.folder, let below = place.below(name) else { return false }
      return holdsMatch(inside, below)
    }
  }

  /// A folder of the vault that is removed must hold nothing in the clear.
  /// - Returns: Its place, from which the way to it may be removed afterwards.
  func expectNoBulk(_ name: [UInt8], in folder: LiveNode) throws(Errno) -> BulkPlace? {
    guard let holder = folder.folder,
      let place = tree.withLock({ _ in holder.children[name]?.folder?.place })
    else { return nil }
    if try bulk?.holdsBulk(place) == true { throw .directoryNotEmpty }
    return place
  }

  /// Removes what a folder of the vault that has another name now has left in the clear: nothing but folders.
  func removeWay(_ name: [UInt8], in folder: LiveNode) {
    if let way = place(of: folder)?.below(name) { bulk?.removeIfEmpty(way) }
  }

  /// Notes that the names of a folder have changed; on disk the file system does.
  private func touchFolder(_ folder: LiveNode) throws(Errno) {
    guard folder.bulk == nil else { return }
    try loadFacts(folder)
    touch(folder, modified: true, at: Self.now())
  }

  // MARK: - Beginning

  /// Makes the folders of the vault that are missing on the way to what is in the clear: it came there while
  /// the vault was locked, or the power went before they were promised.
  func makeWaysToBulk() throws(Errno) {
    guard let bulk, let top = bulk.top, !isReadOnly else { return }
    var folders = [(node: root, place: top)]
    while let (node, place) = folders.popLast() {
      guard let clear = try bulk.folder(at: place) else { continue }
      for (name, _, kind) in try clear.names() where kind == .folder {
        guard let below = place.below(name), !isClear(name, in: node) else { continue }
        let found = tree.withLock { _ in node.folder?.children[name] }
        if let found {
          if found.folder != nil { folders.append((found, below)) }
        } else if try bulk.holdsBulk(below), let step = below.steps.last {
          let status = FileFacts(try bulk.open(step, in: clear.descriptor).status())
          let made = try make(
            .folder, name, in: node, mode: status.mode, owner: status.owner, group: status.group)
          folders.append((made, below))
        }
      }
    }
  }
}
