internal import VaultFormat

/// What a vault holds when its log has been taken up.
extension LogIndex {
  /// An entry of a folder: a row of the manifest that stays, or a name that was changed.
  private enum Child {
    case row(UInt32)
    case name(LogKey)
  }

  /// The manifest that the log follows, changed as it says.
  /// - Throws: `VaultError`; `damaged` where the two do not fit together.
  func table(after sealed: ManifestTable) throws(VaultError) -> ManifestTable {
    var children: [ObjectID: [Child]] = [:]
    var changed: [ObjectID: Set<[UInt8]>] = [:]
    for (key, name) in names {
      changed[key.folder, default: []].insert(name.name)
      if name.last != nil { children[key.folder, default: []].append(.name(key)) }
    }
    for number in sealed.rows.indices.dropFirst() {
      let number = UInt32(number)
      let folder = sealed.folderID(number)
      if let names = changed[folder], names.contains(Array(sealed.name(number))) { continue }
      children[folder, default: []].append(.row(number))
    }
    guard let root = sealed.rows.first?.id else { throw damaged("follows an empty manifest") }
    var left = children.values.reduce(0) { $0 + $1.count }
    var table = ManifestTable()
    try add(root, in: .none, [], sealed, to: &table)
    var folders = [root]
    var entered: Set<ObjectID> = [root]
    while let folder = folders.popLast() {
      for child in children[folder] ?? [] {
        let (id, name) = self.entry(child, sealed)
        let kind = try add(id, in: folder, name, sealed, to: &table)
        left -= 1
        guard kind == .folder else { continue }
        guard entered.insert(id).inserted else { throw damaged("gives a folder two names") }
        folders.append(id)
      }
    }
    guard left == 0 else { throw damaged("leaves names in a folder that is in no other") }
    table.index()
    return table
  }

  private func entry(_ child: Child, _ sealed: ManifestTable) -> (ObjectID, [UInt8]) {
    switch child {
    case .row(let number): (sealed.rows[Int(number)].id, Array(sealed.name(number)))
    case .name(let key): (names[key]?.last ?? .none, names[key]?.name ?? [])
    }
  }

  @discardableResult
  private func add(
    _ id: ObjectID, in folder: ObjectID, _ name: [UInt8], _ sealed: ManifestTable,
    to table: inout ManifestTable
  ) throws(VaultError) -> ObjectKind {
    let entry: ManifestEntry
    if let head = objects[id]?.head {
      guard head.kind.isOfTheStore else { throw damaged("gives a name to what has none") }
      entry = ManifestEntry(
        kind: head.kind, epoch: head.epoch, folder: folder, id: id, generation: head.generation,
        size: head.size, head: head.digest, name: name)
    } else if let number = sealed.rows(of: id).first {
      let row = sealed.rows[Int(number)]
      entry = ManifestEntry(
        kind: row.kind, epoch: row.epoch, folder: folder, id: id, generation: row.generation,
        size: row.size, head: row.head, name: name)
    } else {
      throw damaged("gives a name to an object that is nowhere")
    }
    do throws(VaultFormatError) {
      try table.add(entry)
    } catch {
      throw VaultError(error, path)
    }
    return entry.kind
  }
}
