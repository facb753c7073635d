internal import SystemPackage
internal import VaultFormat

/// Bringing names to their final state: what is under a wrong one leaves it first, for `new`.
extension LogRecovery {
  /// Refuses a tree that is not what the log's writer can have left; nothing has been changed yet.
  static func check(
    _ index: LogIndex, _ tree: RecoveredTree, _ vault: OpenedVault
  ) throws(VaultError) {
    for (key, name) in index.names {
      if case .object(let id)? = tree.occupants[key],
        id != name.sealed, !name.occupants.contains(id)
      {
        throw VaultError(
          .damaged, vault.path, "\(shown(name.name)) holds an object that never had this name",
          hint: "`sotto verify` names everything; `--accept` restores what there is")
      }
      guard name.last != nil else { continue }
      let isNew = index.objects[key.folder].map { !$0.isSealed } ?? false
      guard tree.folders[key.folder] != nil || isNew else {
        throw VaultError(
          .damaged, vault.path, "the folder of \(shown(name.name)) is missing",
          hint: "`sotto verify` names everything; `--accept` restores what there is")
      }
    }
  }

  private static func shown(_ name: [UInt8]) -> String { String(decoding: name, as: UTF8.self) }

  /// Empties the names that have something else than they should in the end.
  func moveAway() throws(VaultError) {
    for (key, name) in index.names {
      try monitor.check(vault.path)
      guard let occupant = tree.occupants[key], occupant != name.last.map({ .object($0) }) else {
        continue
      }
      guard let folder = try tree.folder(key.folder) else { continue }
      switch occupant {
      case .object(let id): try moveAway(id, from: key, in: folder)
      case .file, .folder:
        // Nobody's by now; it goes with all else in `new`.
        let name = try RecoveredTree.newName(.random(), folders.new)
        try folder.renameWithoutReplacing(key.disk, to: folders.new, as: name)
      }
      tree.occupants[key] = nil
    }
    for (key, name) in index.names where name.last == nil {
      guard let rest = name.disk.rest, let folder = try tree.folder(key.folder) else { continue }
      try folder.removeIfThere(rest.name)
    }
  }

  private func moveAway(
    _ id: ObjectID, from key: LogKey, in folder: FolderHandle
  ) throws(VaultError) {
    let others = (tree.places[id] ?? []).subtracting([.tree(key)])
    let isElsewhere = others.contains { place in
      guard case .tree(let other) = place else { return place == .new }
      return index.names[other].map { $0.last == id } ?? true
    }
    if isElsewhere, tree.folders[id] == nil {
      try folder.remove(key.disk)
      tree.places[id] = others
    } else {
      let name = try RecoveredTree.newName(id, folders.new)
      try folder.renameWithoutReplacing(key.disk, to: folders.new, as: name)
      tree.places[id] = others.union([.new])
      if tree.folders[id] != nil { tree.folders[id] = .new }
    }
  }

  /// Gives every name that was changed what it has in the end.
  func moveIn() throws(VaultError) {
    for (id, object) in index.objects where isWanted(id) && !object.isSealed {
      if object.head?.kind == .folder, tree.folders[id] == nil { try make(id) }
    }
    for (key, name) in index.names {
      guard let id = name.last, let folder = try tree.folder(key.folder) else { continue }
      try monitor.check(vault.path)
      try place(rest: name.disk, in: folder)
      if tree.occupants[key] == .object(id) { continue }
      if tree.places[id] == nil {
        // One that was sealed is missing, and will be found to be.
        if index.objects[id]?.isSealed ?? true { continue }
        if !made.contains(id) { try make(id) }
        // Its pages come first.
        if made.contains(id) { continue }
      }
      try moveIn(id, to: key, in: folder)
      tree.occupants[key] = .object(id)
    }
  }

  /// Gives what was made from the log alone its names, when it is whole.
  func moveInMade() throws(VaultError) {
    for (key, name) in index.names {
      guard let id = name.last, made.contains(id), let folder = try tree.folder(key.folder) else {
        continue
      }
      try monitor.check(vault.path)
      if tree.places[id] == nil {
        try folders.new.renameWithoutReplacing(
          try madeName(id), to: folder, as: key.disk)
        tree.places[id] = [.tree(key)]
      } else {
        try moveIn(id, to: key, in: folder)
      }
    }
  }

  /// The name in `new` of a file that is made from the log alone: another attempt makes it again.
  func madeName(_ id: ObjectID) throws(VaultError) -> FileName {
    guard let name = FileName("\(id.hex).made") else {
      throw VaultError(.damaged, folders.new.path, "an id that is no name")
    }
    return name
  }

  /// Whether an object has a name in the end.
  func isWanted(_ id: ObjectID) -> Bool { !table.rows(of: id).isEmpty }

  private func moveIn(
    _ id: ObjectID, to key: LogKey, in folder: FolderHandle
  ) throws(VaultError) {
    var places = tree.places[id] ?? []
    if places.contains(.new) {
      let name = try RecoveredTree.newName(id, folders.new)
      try folders.new.renameWithoutReplacing(name, to: folder, as: key.disk)
      places.remove(.new)
      if tree.folders[id] != nil { tree.folders[id] = .tree(key) }
    } else if case .tree(let other)? = places.first, let above = try tree.folder(other.folder) {
      try above.addName(other.disk, in: folder, as: key.disk)
    }
    tree.places[id] = places.union([.tree(key)])
  }

  /// Makes an object in `new` of which there is nothing but what the log has.
  private func make(_ id: ObjectID) throws(VaultError) {
    guard let head = index.objects[id]?.head else { return }
    guard head.kind == .folder else {
      try folders.new.removeIfThere(try madeName(id))
      _ = try folders.new.create(try madeName(id))
      made.insert(id)
      return
    }
    let page = unsafe workspace.other.part(0, ObjectLayout.pageSize)
    try unsafe log.page(at: head.place, into: page)
    let name = try RecoveredTree.newName(id, folders.new)
    try folders.new.makeFolder(name)
    let file = try folders.new.folder(name).create(VaultNames.folderHead)
    try unsafe file.write(at: 0, UnsafeRawBufferPointer(page))
    tree.folders[id] = .new
    tree.places[id] = [.new]
  }

  /// Writes the rest of a long name, where it is not there as it should be.
  private func place(rest name: TreeName, in folder: FolderHandle) throws(VaultError) {
    guard let rest = name.rest else { return }
    let found = try? folder.file(rest.name).readAll(limit: ObjectLayout.pageSize)
    if found == rest.bytes { return }
    try folders.new.removeIfThere(rest.name)
    try folders.new.create(rest.name).write(at: 0, rest.bytes)
    try folders.new.rename(rest.name, to: folder, as: rest.name)
  }
}
