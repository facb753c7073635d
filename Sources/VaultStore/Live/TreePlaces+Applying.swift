internal import Synchronization
internal import SystemPackage
internal import VaultFormat

/// Giving and taking names on disk, after the log has promised them.
extension TreePlaces {
  /// What the names of a commit do to one node.
  private struct Plan {
    /// Changes that give a node a name, by the node's id.
    var gains: [ObjectID: [Int]] = [:]
    var isDone: [Bool]
    var dead: [LiveNode] = []
  }

  /// Gives and takes names on disk, after the log has promised them.
  ///
  /// What was done before it was cut off is passed over.
  /// - Throws: `VaultError`; what is left is done again when the vault is opened next.
  func apply(_ changes: [NameChange]) throws(VaultError) {
    guard !changes.isEmpty else { return }
    var plan = Plan(isDone: Array(repeating: false, count: changes.count))
    for (index, change) in changes.enumerated() {
      if let now = change.now { plan.gains[now.id, default: []].append(index) }
    }
    for change in changes {
      guard let before = change.before else { continue }
      try folders.withLock { (folders) throws(VaultError) -> Void in
        try evict(
          before, from: NodePlace(folder: change.folder, name: change.name), changes, &plan,
          &folders)
      }
    }
    for index in changes.indices { try place(index, of: changes, &plan) }
    for node in plan.dead {
      try folders.withLock { (folders) throws(VaultError) -> Void in
        let folder = try folder(node, &folders)
        try folder.removeEverything()
        folders.open[node.id] = nil
        try new().removeFolder(Self.newName(node))
        node.isInNew = false
      }
    }
  }

  /// Carries out the change with an index, that of its folder first.
  private func place(
    _ index: Int, of changes: [NameChange], _ plan: inout Plan
  ) throws(VaultError) {
    let change = changes[index]
    guard let now = change.now, !plan.isDone[index] else { return }
    plan.isDone[index] = true
    if !withLock({ isOnDisk(change.folder) }), let above = plan.gains[change.folder.id]?.first {
      try place(above, of: changes, &plan)
    }
    try folders.withLock { (folders) throws(VaultError) -> Void in
      try place(now, NodePlace(folder: change.folder, name: change.name), &folders)
    }
  }

  private func isOnDisk(_ node: LiveNode) -> Bool {
    node === root || node.isInNew || !node.places.isEmpty
  }

  private func evict(
    _ node: LiveNode, from place: NodePlace, _ changes: [NameChange], _ plan: inout Plan,
    _ folders: inout Folders
  ) throws(VaultError) {
    // Replaced in one step with its successor's move.
    guard let index = node.places.firstIndex(where: { $0.isSame(as: place) }) else { return }
    let gains = plan.gains[node.id] ?? []
    let (name, rest) = try diskName(place)
    let folder = try folder(place.folder, &folders)
    let isMoving = !gains.isEmpty && node.places.count == 1
    if node.kind != .folder, isMoving, gains.count == 1,
      try move(
        node, name, from: folder, to: changes[gains[0]],
        replacing: changes[gains[0]].before.map { plan.gains[$0.id] == nil } ?? true, &folders)
    {
      plan.isDone[gains[0]] = true
    } else if node.kind == .folder || isMoving {
      try folder.rename(name, to: try new(), as: Self.newName(node))
      node.isInNew = true
      folders.isNewUnsynced = true
      node.places.remove(at: index)
      if gains.isEmpty { plan.dead.append(node) }
    } else {
      try folder.remove(name)
      node.places.remove(at: index)
    }
    if let (restName, _) = rest { try folder.removeIfThere(restName) }
  }

  /// Moves a file to its new name in one step, where nothing else is in the way.
  /// - Returns: Whether it could be done.
  private func move(
    _ node: LiveNode, _ name: FileName, from folder: FolderHandle, to change: NameChange,
    replacing isLast: Bool, _ folders: inout Folders
  ) throws(VaultError) -> Bool {
    let place = NodePlace(folder: change.folder, name: change.name)
    if let other = change.before {
      guard other.kind != .folder, other !== node else { return false }
      // It would have to go to `new` first if it is to be somewhere else.
      guard isLast || other.places.count > 1 else { return false }
    }
    guard isOnDisk(change.folder) else { return false }
    try makeFindable(change.folder, &folders)
    let target = try self.folder(change.folder, &folders)
    let (newName, rest) = try diskName(place)
    if let rest { try write(rest, in: target) }
    try folder.rename(name, to: target, as: newName)
    if let other = change.before {
      other.places.removeAll { $0.isSame(as: place) }
    }
    node.places = [place]
    folders.unsynced[place.folder.id, default: []].insert(node.id)
    return true
  }

  /// Gives a node a name on disk.
  private func place(
    _ node: LiveNode, _ place: NodePlace, _ folders: inout Folders
  ) throws(VaultError) {
    if node.places.contains(where: { $0.isSame(as: place) }) { return }
    let folder = try folder(place.folder, &folders)
    let (name, rest) = try diskName(place)
    if let rest { try write(rest, in: folder) }
    if node.isInNew {
      try makeFindable(place.folder, &folders)
      try new().rename(Self.newName(node), to: folder, as: name)
      node.isInNew = false
    } else if let other = node.places.first {
      let (otherName, _) = try diskName(other)
      try self.folder(other.folder, &folders).addName(otherName, in: folder, as: name)
    } else if node.kind == .folder {
      let inside = try folder.folder(makingIfMissing: name)
      try inside.make(VaultNames.folderHead)
    } else {
      try folder.make(name)
    }
    node.places.append(place)
    folders.unsynced[place.folder.id, default: []].insert(node.id)
  }

  private func write(
    _ rest: (name: FileName, bytes: [UInt8]), in folder: FolderHandle
  ) throws(VaultError) {
    try folder.removeIfThere(rest.name)
    try folder.create(rest.name).write(at: 0, rest.bytes)
  }
}

extension FolderHandle {
  /// Makes a file where there is none; one that is there was made when this was cut off.
  fileprivate func make(_ name: FileName) throws(VaultError) {
    do throws(VaultError) {
      _ = try create(name)
    } catch  where error.code == .system(.fileExists) {
    }
  }
}
