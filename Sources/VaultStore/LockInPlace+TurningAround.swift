internal import SystemPackage
internal import VaultFormat

/// Locking a store whose restore was cut off.
extension LockInPlace {
  /// Removes the objects whose plaintext is the truth by now; those that are left are, and the journal
  /// of the lock says so from its beginning.
  func turnRestoreAround(
    _ folders: ActFolders, _ journal: JournalFile
  ) throws(VaultError) -> JournalFile {
    let restored = try journal.truths(header.keys)
    let tools = try ActTools(folders, header.keys, header.keys.last, monitor)
    try folders.clearNew()
    var left: [ObjectID] = []
    let workspace = tools.workspaces[0]
    let walk = try VaultTreeWalk(of: header.keys.last, in: folders.vault, workspace)
    if var walk {
      while let step = walk.next() {
        switch step {
        case .folder(_, .success(let object), _):
          if restored[object.head.id] != .plaintext { left.append(object.head.id) }
        case .folder(_, .failure(let fault), _): throw fault.error(place.vault)
        case .object(let place, let folder, let disk):
          let object = try workspace.open(try folder.handle.file(disk))
          if restored[object.head.id] == .plaintext, try isThere(place.path ?? []) {
            try folder.handle.removeIfThere(disk)
          } else {
            left.append(object.head.id)
          }
        case .end, .stray: continue
        }
      }
    }
    try tools.sync()
    truths = Dictionary(left.map { ($0, .object) }, uniquingKeysWith: { first, _ in first })
    return try JournalFile.begin(
      .locking, header.header.vaultID, header.keys.last, in: folders,
      with: left.map { (.object, $0) })
  }

  /// Whether the store has something at a path; of two copies of one object only one may be back.
  private func isThere(_ path: [UInt8]) throws(VaultError) -> Bool {
    let steps = path.split(separator: UInt8(ascii: "/")).compactMap { FileName($0) }
    guard let name = steps.last else { return false }
    var folder = tree.top.handle
    for step in steps.dropLast() {
      guard try folder.facts(of: step)?.kind == .folder else { return false }
      folder = try folder.folder(step)
    }
    return try folder.facts(of: name) != nil
  }
}
