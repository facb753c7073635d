internal import Glibc
internal import SystemPackage
internal import VaultFormat

/// Folders come first: their heads hold times that change as soon as something leaves the folder, and
/// the names in them depend on their ids.
extension LockInPlace {
  /// A folder of the tree that is not in its place yet.
  private struct NewFolder {
    let pair: FolderPair
    /// Where it goes: the folder above, and its name there; nil for the whole tree.
    let above: FolderPair?
    let name: TreeName?
    /// Its name in `new`.
    let newName: FileName
    let written: WrittenObject
    let attributes: [UInt8]
    let writtenAttributes: WrittenObject?
  }

  private static let mostAtOnce = 256

  /// Makes sure that every folder of the store has its counterpart in the tree.
  func lockFolders(_ tools: ActTools, _ journal: JournalFile) throws(VaultError) {
    var walk = PlainWalk(tree)
    var above: [FolderPair] = []
    var new: [NewFolder] = []
    while let step = try walk.next() {
      switch step {
      case .folder(let folder):
        switch try find(folder, in: above.last, tools) {
        case .there(let pair, let head) where truths?[head.id] == .object:
          try allowLeaving(folder)
          above.append(pair)
        case .there(let pair, let head):
          // Placed but not recorded: the folder in the store is still the truth, the id stays.
          try sealAgain(pair, head, tools)
          try journal.record(.object, [pair.id])
          try allowLeaving(folder)
          above.append(pair)
        case .absent:
          let made = try make(folder, in: above.last, tools)
          new.append(made)
          above.append(made.pair)
          if new.count == Self.mostAtOnce {
            try place(new, tools, journal)
            new = []
          }
        case .taken:
          walk.leave()
        }
      case .end: above.removeLast()
      case .entry, .bulk, .refused: continue
      }
    }
    try place(new, tools, journal)
  }

  // MARK: - What is there already

  /// What the tree has at a folder's name.
  enum Counterpart {
    case absent
    case there(FolderPair, ObjectHead)
    /// Something that is no folder and is the truth.
    case taken
  }

  /// Looks for a folder's counterpart.
  func find(
    _ folder: PlainFolder, in above: FolderPair?, _ tools: ActTools
  ) throws(VaultError) -> Counterpart {
    let parent: FolderHandle
    let name: FileName
    if let above, let plainName = folder.name {
      parent = above.sealed
      name = try above.diskName(of: plainName, tools.cipher).object
    } else {
      parent = tools.folders.vault
      name = VaultNames.tree(header.keys.last.number)
    }
    guard let facts = try parent.facts(of: name) else { return .absent }
    guard facts.kind == .folder else {
      let object = try tools.workspaces[0].open(try parent.file(name))
      if truths?[object.head.id] == .object { return .taken }
      // A file that was sealed before the folder took its name, and not recorded.
      try parent.remove(name)
      return .absent
    }
    let sealed = try parent.folder(name)
    let object = try tools.workspaces[0].open(try sealed.file(VaultNames.folderHead))
    return .there(FolderPair(folder, sealed, object.head.id), object.head)
  }

  /// Seals the head of a folder that is in its place anew, from what the store has now.
  private func sealAgain(
    _ pair: FolderPair, _ old: ObjectHead, _ tools: ActTools
  ) throws(VaultError) {
    let attributes = try readAttributes(of: pair.plain)
    var head = ObjectHead(.folder, id: pair.id, epoch: 0, pair.plain.status)
    head.generation = old.generation.addingReportingOverflow(1).partialValue
    let name = VaultNames.folderHead
    try tools.folders.new.removeIfThere(name)
    let (written, long) = try tools.write(
      head, attributes: attributes, .bytes([]), in: tools.folders.new, as: name,
      tools.workspaces[0])
    try tools.sync()
    try tools.readBack(attributes: long, attributes, tools.workspaces[0])
    _ = try tools.readBack(written, in: tools.folders.new, as: name, tools.workspaces[0])
    try tools.place(attributes: long)
    try tools.folders.new.rename(name, to: pair.sealed, as: name)
    try tools.sync()
  }

  // MARK: - What is new

  /// Makes a folder with its head in `new`, so that it appears in the tree with it.
  private func make(
    _ folder: PlainFolder, in above: FolderPair?, _ tools: ActTools
  ) throws(VaultError) -> NewFolder {
    let id = ObjectID.random()
    guard let newName = FileName(id.hex) else {
      throw VaultError(.damaged, folder.handle.path, "an id that is no name")
    }
    let handle = try tools.folders.new.folder(makingIfMissing: newName)
    let attributes = try readAttributes(of: folder)
    let head = ObjectHead(.folder, id: id, epoch: 0, folder.status)
    let (written, long) = try tools.write(
      head, attributes: attributes, .bytes([]), in: handle, as: VaultNames.folderHead,
      tools.workspaces[0])
    var name: TreeName?
    if let above, let plainName = folder.name {
      name = try above.diskName(of: plainName, tools.cipher)
    }
    return NewFolder(
      pair: FolderPair(folder, handle, id), above: above, name: name, newName: newName,
      written: written, attributes: attributes, writtenAttributes: long)
  }

  /// Brings new folders to their places and records them.
  private func place(
    _ new: [NewFolder], _ tools: ActTools, _ journal: JournalFile
  ) throws(VaultError) {
    if new.isEmpty { return }
    try tools.sync()
    let workspace = tools.workspaces[0]
    for folder in new {
      try tools.readBack(attributes: folder.writtenAttributes, folder.attributes, workspace)
      _ = try tools.readBack(
        folder.written, in: folder.pair.sealed, as: VaultNames.folderHead, workspace)
    }
    for folder in new {
      try tools.place(attributes: folder.writtenAttributes)
      if let above = folder.above, let name = folder.name {
        try tools.place(rest: name, in: above.sealed)
        try tools.folders.new.rename(folder.newName, to: above.sealed, as: name.object)
      } else {
        let tree = VaultNames.tree(header.keys.last.number)
        try tools.folders.new.rename(folder.newName, to: tools.folders.vault, as: tree)
      }
    }
    try tools.sync()
    try journal.record(.object, new.map(\.pair.id))
    for folder in new { try allowLeaving(folder.pair.plain) }
  }

  /// Lets files leave a folder whose owner has forbidden that to themselves; its head has the mode.
  private func allowLeaving(_ folder: PlainFolder) throws(VaultError) {
    let mode = folder.status.facts.mode
    if geteuid() != 0, mode & 0o300 != 0o300 { try folder.handle.setMode(mode | 0o700) }
  }

  /// A folder's attributes as bytes.
  private func readAttributes(of folder: PlainFolder) throws(VaultError) -> [UInt8] {
    let handle = folder.handle
    let found = try PlainAttributes.of(handle.descriptor, handle.path)
    return try encode(found, handle.path)
  }

  /// Attributes as bytes; what could not be read goes into the report.
  func encode(_ found: PlainAttributes, _ path: FilePath) throws(VaultError) -> [UInt8] {
    if !found.unreadable.isEmpty {
      let names = found.unreadable.joined(separator: ", ")
      report.attributesNotRead.append(
        NotTaken(path: path, why: "the system does not give the value of \(names)"))
    }
    do throws(VaultFormatError) {
      return try ExtendedAttributes.encode(found.attributes.map { ($0.name, $0.value) })
    } catch {
      throw VaultError(error, path)
    }
  }
}
