internal import Secrets
internal import SystemPackage
internal import VaultFormat

/// Goes through the tree of an old epoch and writes what is in it into that of the new one.
final class RotationWalk {
  let vault: OpenedVault
  private let table: ManifestTable
  let tools: ActTools
  private let epoch: EpochKeys
  private var walk: VaultTreeWalk
  /// The folders of the new tree on the way down, with their paths below the vault's.
  private var folders: [(folder: FolderHandle, file: String)] = []
  var items: [RotationItem] = []
  var itemBytes: UInt64 = 0
  /// Where the new tree has the objects that have several names.
  private(set) var places: [ObjectID: String] = [:]

  /// So much is written before all of it is synced; what is old and new at the same time is as much.
  private static let batchBytes: UInt64 = 64 << 20
  private static let batchItems = 512

  /// Begins; nil where the vault has no tree of the old epoch.
  init?(
    _ vault: OpenedVault, _ table: ManifestTable, _ tools: ActTools, from old: EpochKeys,
    to epoch: EpochKeys
  ) throws(VaultError) {
    guard let walk = try VaultTreeWalk(of: old, in: vault.folder, tools.workspaces[0]) else {
      return nil
    }
    self.vault = vault
    self.table = table
    self.tools = tools
    self.epoch = epoch
    self.walk = walk
  }

  /// Goes through all of it.
  func run() throws(VaultError) {
    try findPlaces()
    while let step = walk.next() {
      try tools.monitor.check(vault.path)
      switch step {
      case .folder(_, .failure(let fault), _) where folders.isEmpty: throw fault.error(vault.path)
      case .folder(let place, .failure(let fault), _):
        throw fault.error(vault.path.appending(place.file))
      case .folder(let place, .success(let object), let folder):
        try enter(place, object, folder)
      case .object(let place, let folder, let disk):
        try take(place, folder.handle, disk)
      case .end: folders.removeLast()
      case .stray(let file, let text):
        // The rest of a name whose object has been written anew, and which goes with its tree.
        if file.hasSuffix(DiskName.restSuffix) { continue }
        throw VaultError(
          .damaged, vault.path.appending(file), text,
          hint: "move it away first; `sotto verify` names all that does not belong")
      }
      if items.count >= Self.batchItems || itemBytes >= Self.batchBytes { try flush() }
    }
    try flush()
  }

  // MARK: - What is there

  private func enter(
    _ place: VaultTreePlace, _ object: ObjectFile, _ folder: VaultTreeFolder?
  ) throws(VaultError) {
    guard let folder else { return }
    let row = try row(object.head.id, place)
    var new: (folder: FolderHandle, file: String)
    if let above = folders.last {
      let name = try diskName(place)
      // Without it nobody can tell whose folder it is.
      if let rest = name.rest {
        try write(rest).sync()
        try self.place(rest, in: above.folder)
        try above.folder.sync()
      }
      new = (
        try above.folder.folder(makingIfMissing: name.object),
        "\(above.file)/\(name.object.text)"
      )
    } else {
      let name = VaultNames.tree(epoch.number)
      new = (try vault.folder.folder(makingIfMissing: name), name.text)
    }
    folders.append(new)
    let head = TreeName(object: VaultNames.folderHead)
    let isThere = try isWritten(object.head.id, in: new.folder, head)
    if isThere { return }
    items.append(
      RotationItem(
        old: (folder.handle, VaultNames.folderHead), new: (new.folder, new.file, head), row, .write
      ))
  }

  private func take(
    _ place: VaultTreePlace, _ old: FolderHandle, _ disk: FileName
  ) throws(VaultError) {
    guard let new = folders.last else { return }
    let name = try diskName(place)
    let id = try tools.workspaces[0].open(try old.file(disk)).head.id
    let row = try row(id, place)
    var act = RotationItem.Act.write
    if try isWritten(id, in: new.folder, name) {
      act = .remove
    } else if table.rows(of: id).count > 1, places[id] != nil {
      act = .link
    }
    if table.rows(of: id).count > 1, places[id] == nil {
      places[id] = "\(new.file)/\(name.object.text)"
    }
    if act == .write { itemBytes += row.size }
    items.append(RotationItem(old: (old, disk), new: (new.folder, new.file, name), row, act))
  }

  /// What the manifest says of an object in a place.
  private func row(
    _ id: ObjectID, _ place: VaultTreePlace
  ) throws(VaultError) -> ManifestTable.Row {
    let number = table.rows(of: id).first { number in
      guard let name = place.name else { return false }
      return table.folderID(number) == place.folderID && table.name(number).elementsEqual(name)
    }
    guard let number else {
      throw VaultError(
        .damaged, vault.path.appending(place.file), "is not what the manifest has in its place",
        hint: "`sotto verify` says what of the vault is not as it was sealed")
    }
    return table.rows[Int(number)]
  }

  private func diskName(_ place: VaultTreePlace) throws(VaultError) -> TreeName {
    let path = vault.path.appending(place.file)
    guard let name = place.name else {
      throw VaultError(.damaged, path, place.nameFault ?? "has no name")
    }
    do throws(VaultFormatError) {
      return try TreeName(try tools.cipher.encode(name: name, in: place.folderID))
    } catch {
      throw VaultError(error, path)
    }
  }

  /// Whether the new tree has the object already: only what was read back has got its name there.
  private func isWritten(
    _ id: ObjectID, in folder: FolderHandle, _ name: TreeName
  ) throws(VaultError) -> Bool {
    guard try folder.facts(of: name.object)?.kind == .file else { return false }
    let object = try? tools.workspaces[0].open(try folder.file(name.object))
    return object?.head.id == id && object?.head.epoch == epoch.number
  }

  /// Finds where the new tree has objects with several names, after a rotation that was cut off.
  private func findPlaces() throws(VaultError) {
    let hasLinks = table.rows.contains { table.rows(of: $0.id).count > 1 }
    guard hasLinks,
      var walk = try VaultTreeWalk(of: epoch, in: vault.folder, tools.workspaces[0])
    else { return }
    while let step = walk.next() {
      guard case .object(let place, let folder, let disk) = step,
        let head = try? tools.workspaces[0].open(try folder.handle.file(disk)).head,
        table.rows(of: head.id).count > 1
      else { continue }
      places[head.id] = place.file
    }
  }
}
