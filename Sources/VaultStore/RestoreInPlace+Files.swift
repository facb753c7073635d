internal import Glibc
internal import SystemPackage
internal import VaultFormat

/// Objects, gathered into batches.
extension RestoreInPlace {
  private enum Limit {
    static let files = 256
    static let folders = 64
    static let longFile: UInt64 = 32 << 20
  }

  private struct Gathering {
    var items: [RestoreItem] = []
    var ids: Set<ObjectID> = []
    var bytes: UInt64 = 0
    var folders: Set<ObjectID> = []

    func isFull(at limit: UInt64) -> Bool {
      items.count >= Limit.files || bytes >= limit || folders.count >= Limit.folders
    }

    mutating func add(_ item: RestoreItem, from folder: ObjectID) {
      items.append(item)
      ids.insert(item.head.id)
      bytes += item.head.size
      folders.insert(folder)
    }
  }

  /// Restores every object that can be opened, then what the heads of folders say of them.
  func restore(
    _ tree: PlainTree, _ tools: ActTools, _ journal: JournalFile
  ) throws(VaultError) {
    try allowWriting(tree.top)
    let walk = try RestoreWalk(
      header.keys.last, tools.folders, tools.workspaces[0], beside: tree.top,
      { (above, name) throws(VaultError) in try self.makeFolder(above, name) })
    guard var walk else { return }
    var gathering = Gathering()
    while let step = try walk.next() {
      switch step {
      case .folder, .end: continue
      case .damaged(let path, let text):
        report.damaged.append(NotTaken(path: FilePath(path), why: text))
      case .object(let folder, let disk, let name):
        guard var item = try item(folder, disk, name, tree, tools) else { continue }
        if gathering.ids.contains(item.head.id) {
          // A further name, which goes with the first, or a copy, which comes after it.
          try carryOut(&gathering, tools, journal)
          guard let again = try self.item(folder, disk, name, tree, tools) else { continue }
          item = again
        }
        let isLong = item.head.size >= Limit.longFile
        if isLong { try carryOut(&gathering, tools, journal) }
        gathering.add(item, from: folder.head.id)
        if isLong || gathering.isFull(at: batchBytes) { try carryOut(&gathering, tools, journal) }
      }
    }
    try carryOut(&gathering, tools, journal)
    try finishFolders(tree, tools)
  }

  private func carryOut(
    _ gathering: inout Gathering, _ tools: ActTools, _ journal: JournalFile
  ) throws(VaultError) {
    let items = gathering.items
    gathering = Gathering()
    if items.isEmpty { return }
    let batch = RestoreBatch(
      tools: tools, journal: journal, items: items, isAccepting: isAccepting)
    try batch.run(&aside)
    for item in items {
      note(item.refusals, item.path)
      if let damage = item.damage {
        report.damaged.append(NotTaken(path: item.path, why: damage))
      } else if !item.isWithheld {
        report.restored.add(item.head.size)
      }
    }
    monitor.done(files: items.count)
  }

  private func note(_ refusals: [PlainMetadata.Refusal], _ path: FilePath) {
    if refusals.isEmpty { return }
    let what = refusals.map(\.text).joined(separator: ", ")
    let note = NotTaken(path: path, why: "could not be set: \(what)")
    if !isAccepting, refusals.contains(where: \.isUsers) {
      report.withheld.append(note)
    } else {
      report.attributesNotSet.append(note)
    }
  }

  // MARK: - One object

  /// Opens an object and finds its places; nil where it is back already or cannot be opened.
  private func item(
    _ folder: RestoreFolder, _ disk: FileName, _ name: FileName, _ tree: PlainTree,
    _ tools: ActTools
  ) throws(VaultError) -> RestoreItem? {
    guard let plain = folder.plain else { return nil }
    let place = RestoreItem.Place(sealed: folder.sealed, disk: disk, folder: plain, name: name)
    let object: ObjectFile
    do throws(VaultError) {
      if let finding = finding(at: folder.steps(to: disk, name)) {
        throw VaultError(.damaged, place.path, finding.text)
      }
      if !isSurveyWhole, !isAccepting, try isLinked(folder, disk, name) {
        throw VaultError(
          .damaged, place.path, "has several names, and not all of the vault could be read for them"
        )
      }
      object = try tools.workspaces[0].open(try folder.sealed.file(disk))
      guard object.head.kind == .file || object.head.kind == .link else {
        throw VaultError(.damaged, place.path, "is an object of another kind")
      }
    } catch  where error.isOfVault(tools.folders) || error.code == .newer {
      report.damaged.append(NotTaken(path: place.path, why: error.text))
      return nil
    } catch  where error.code == .system(.noSuchFileOrDirectory) {
      // Restored under another of its names.
      return nil
    }
    var places = [place]
    let own = folder.steps(to: disk, name).disk
    do throws(VaultError) {
      for steps in groups[object.head.id] ?? []
      where steps.disk != own && finding(at: steps) == nil {
        if let place = try self.place(steps, of: object, tree, tools) { places.append(place) }
      }
    } catch  where error.isOfVault(tools.folders) {
      // Restored without that name, it would come back as two files.
      report.damaged.append(NotTaken(path: place.path, why: error.text))
      return nil
    }
    if truths[object.head.id] == .plaintext, try areBack(places) {
      // Recorded, and the object not yet removed when the act was cut off.
      try RestoreBatch.removeObject(places, object.head, tools)
      return nil
    }
    return RestoreItem(places, object.head)
  }

  /// Whether an object has several names; restored by one of them, it would come back as two files.
  private func isLinked(
    _ folder: RestoreFolder, _ disk: FileName, _ name: FileName
  ) throws(VaultError) -> Bool {
    if sealedLinks[folder.head.id, name] != nil { return true }
    return try folder.sealed.facts(of: disk).map { $0.names > 1 } ?? false
  }

  /// What is wrong with an object's place, where not all of the vault is as it was sealed and that was
  /// accepted: it opens by itself, and may be another file's or of an earlier day.
  private func finding(at steps: RestoreSteps) -> VaultFinding? {
    if report.findings.isEmpty { return nil }
    var file = VaultNames.tree(header.keys.last.number).text
    for step in steps.disk {
      file += "/\(step.text)"
      if let finding = report.findings.first(where: { $0.file == file }) { return finding }
    }
    return nil
  }

  private func areBack(_ places: [RestoreItem.Place]) throws(VaultError) -> Bool {
    for place in places where try place.folder.handle.facts(of: place.name) == nil { return false }
    return true
  }

  /// Goes down to a further name of an object, making the store's folders on the way.
  /// - Returns: nil where the vault has nothing there any more, or another object.
  private func place(
    _ steps: RestoreSteps, of object: ObjectFile, _ tree: PlainTree, _ tools: ActTools
  ) throws(VaultError) -> RestoreItem.Place? {
    guard let disk = steps.disk.last, let name = steps.plain.last else { return nil }
    var sealed = try tools.folders.vault.folder(VaultNames.tree(header.keys.last.number))
    for step in steps.disk.dropLast() { sealed = try sealed.folder(step) }
    guard try sealed.facts(of: disk) != nil else { return nil }
    do throws(VaultError) {
      let other = try tools.workspaces[0].open(try sealed.file(disk))
      guard other.head == object.head else { return nil }
    } catch  where error.code == .damaged || error.code == .newer {
      return nil
    }
    var plain = tree.top
    for step in steps.plain.dropLast() { plain = try makeFolder(plain, step) }
    return RestoreItem.Place(sealed: sealed, disk: disk, folder: plain, name: name)
  }

  // MARK: - Folders

  /// The folder of the store for a name in another, made where it is missing.
  private func makeFolder(_ above: PlainFolder, _ name: FileName) throws(VaultError) -> PlainFolder
  {
    let path = above.handle.path.appending(name)
    if let status = try above.handle.status(of: name), status.facts.kind != .folder {
      try aside.take(
        name, at: above.steps, of: above.handle,
        because: "was in the place of a folder of the vault")
    }
    let handle = try above.handle.folder(makingIfMissing: name)
    let status = try handle.status()
    guard !status.isMounted, status.facts.device == above.status.facts.device else {
      throw VaultError(.refused, path, "another file system is mounted there")
    }
    let folder = PlainFolder(handle, in: above, name, status)
    try allowWriting(folder)
    return folder
  }

  /// Lets files be put into a folder; its head gives it its own mode back in the end.
  private func allowWriting(_ folder: PlainFolder) throws(VaultError) {
    let mode = folder.status.facts.mode
    if geteuid() != 0, mode & 0o700 != 0o700 { try folder.handle.setMode(mode | 0o700) }
  }

  /// Gives the store's folders back what their heads say, those inside first.
  private func finishFolders(_ tree: PlainTree, _ tools: ActTools) throws(VaultError) {
    monitor.begin(.finishing)
    guard var walk = try walk(tree, tools) else { return }
    while let step = try walk.next() {
      try monitor.check(place.store)
      if case .damaged(let path, let text) = step {
        // It could be opened when what it holds was restored; what it says of itself is missing.
        let damage = NotTaken(path: FilePath(path), why: text)
        if !report.damaged.contains(where: { $0.path == damage.path }) {
          report.damaged.append(damage)
        }
      }
      guard case .end(let folder) = step, let plain = folder.plain,
        !untouched.contains(folder.head.id)
      else { continue }
      let path = plain.handle.path
      do throws(VaultError) {
        let attributes = try tools.attributes(of: folder.head, tools.workspaces[0])
        let metadata = PlainMetadata(head: folder.head, attributes: attributes)
        note(try metadata.apply(to: plain.handle.descriptor, path), path)
      } catch  where error.isOfVault(tools.folders) {
        report.damaged.append(NotTaken(path: path, why: error.text))
      }
    }
    try tools.sync()
  }
}
