internal import SystemPackage
internal import VaultFormat

/// Files and symbolic links, gathered into batches.
extension LockInPlace {
  /// What a batch may hold: many small files share the syncs, a long one has the workers to itself.
  private enum Limit {
    static let files = 256
    static let folders = 64
    static let longFile: UInt64 = 32 << 20
  }

  /// Files that will pass the states of a lock together.
  private struct Gathering {
    var items: [LockItem] = []
    var bytes: UInt64 = 0
    var folders: Set<ObjectID> = []
    /// Files that came in under one of several names.
    var links: Set<PlainSurvey.FileID> = []

    func isFull(at limit: UInt64) -> Bool {
      items.count >= Limit.files || bytes >= limit || folders.count >= Limit.folders
    }

    mutating func add(_ item: LockItem) {
      items.append(item)
      bytes += item.size
      for place in item.places { folders.insert(place.folder.id) }
      if item.places.count > 1 { links.insert(PlainSurvey.FileID(item.status.facts)) }
    }
  }

  /// Locks every file of the store that is there, those in use apart.
  func lockFiles(_ tools: ActTools, _ journal: JournalFile) throws(VaultError) {
    var walk = PlainWalk(tree)
    var above: [FolderPair] = []
    var gathering = Gathering()
    while let step = try walk.next() {
      switch step {
      case .folder(let folder):
        switch try find(folder, in: above.last, tools) {
        case .there(let pair, _): above.append(pair)
        case .absent:
          // Made since the folders were locked: the next pass has it.
          report.inUse.append(NotTaken(path: folder.handle.path, why: "was made meanwhile"))
          walk.leave()
        case .taken:
          report.refused.append(
            NotTaken(path: folder.handle.path, why: "the vault has a file of this name"))
          walk.leave()
        }
      case .end: above.removeLast()
      case .bulk: continue
      case .refused(let entry, let reason):
        report.refused.append(NotTaken(path: entry.path, why: reason))
      case .entry(let entry):
        if gathering.links.contains(PlainSurvey.FileID(entry.status.facts)) { continue }
        guard let pair = above.last, let item = try item(entry, in: pair, tools) else { continue }
        if item.size >= Limit.longFile {
          try carryOut(&gathering, tools, journal)
          gathering.add(item)
          try carryOut(&gathering, tools, journal)
        } else {
          gathering.add(item)
          if gathering.isFull(at: batchBytes) { try carryOut(&gathering, tools, journal) }
        }
      }
    }
    try carryOut(&gathering, tools, journal)
  }

  private func carryOut(
    _ gathering: inout Gathering, _ tools: ActTools, _ journal: JournalFile
  ) throws(VaultError) {
    let items = gathering.items
    gathering = Gathering()
    if items.isEmpty { return }
    try LockBatch(tools: tools, journal: journal, items: items).run()
    for item in items { count(item) }
    monitor.done(files: items.count { $0.isGoing })
  }

  private func count(_ item: LockItem) {
    switch item.fate {
    case .going: report.locked.add(item.size)
    case .changed:
      report.inUse.append(NotTaken(path: item.path, why: "was changed while it was locked"))
    case .inUse(let holder):
      report.inUse.append(NotTaken(path: item.path, why: "is open in \(holder)"))
    case .left(let reason): report.refused.append(NotTaken(path: item.path, why: reason))
    }
    if item.isSharedOutside {
      report.notOverwritten.append(NotTaken(path: item.path, why: LockReport.sharedOutside))
    }
    if let result = item.overwriting { report.add(result, item.path, item.size) }
  }

  // MARK: - One file

  /// Opens an entry and takes what is needed to lock it; nil where it is left for now or for good,
  /// which the report says.
  private func item(
    _ entry: PlainEntry, in pair: FolderPair, _ tools: ActTools
  ) throws(VaultError) -> LockItem? {
    let place = LockItem.Place(
      folder: pair, name: entry.name, disk: try pair.diskName(of: entry.name, tools.cipher))
    let status: PlainStatus
    let source: LockItem.Source
    let attributes: PlainAttributes
    switch entry.status.facts.kind {
    case .link:
      status = entry.status
      let folder = pair.plain.handle
      do {
        source = .link(try folder.target(of: entry.name))
        attributes = try PlainAttributes.of(link: entry.name, in: folder)
      } catch  where error.isOfGoneFile {
        return nil
      }
    default:
      guard let (file, isLeased) = try open(entry) else { return nil }
      status = try file.status()
      source = .file(file, isLeased: isLeased)
      attributes = try PlainAttributes.of(file.descriptor, entry.path)
    }
    let encoded = try encode(attributes, entry.path)
    let known = try knownObject(place, source, tools)
    if case .differs(let reason) = known {
      report.refused.append(NotTaken(path: entry.path, why: reason))
      return nil
    }
    let further = try furtherPlaces(of: status.facts, beside: entry, known, tools)
    var id = ObjectID.random()
    var isRecorded = false
    if case .same(let object) = known {
      id = object
      isRecorded = true
    }
    return LockItem(
      places: [place] + further, status, source, attributes: encoded, id: id,
      isRecorded: isRecorded)
  }

  /// Opens a file under a lease; nil where it is gone or in use.
  private func open(_ entry: PlainEntry) throws(VaultError) -> (FileHandle, isLeased: Bool)? {
    do {
      let file = try tree.open(file: entry)
      switch try Lease.take(file) {
      case .held: return (file, true)
      case .unsupported: return (file, false)
      case .inUse:
        let search =
          openFiles
          ?? OpenStoreSearch(device: tree.top.status.facts.device, store: place.store)
        openFiles = search
        let holder = search.holder(of: entry.status.facts)
        report.inUse.append(
          NotTaken(
            path: entry.path, why: holder.map { "is open in \($0)" } ?? "is open in some program"))
        return nil
      }
    } catch {
      switch error.code {
      case .system(.noSuchFileOrDirectory), .system(.staleNFSFileHandle): return nil
      case .system(.improperLink), .system(.tooManySymbolicLinkLevels):
        report.refused.append(
          NotTaken(path: entry.path, why: "another file system is mounted there"))
        return nil
      case .system(.textFileBusy):
        report.inUse.append(NotTaken(path: entry.path, why: "is a program that runs"))
        return nil
      default: throw error
      }
    }
  }

  // MARK: - What the vault has already

  /// How a file of the store and what the vault has under its name go together.
  private enum Known {
    /// The vault has nothing, or nothing that counts.
    case nothing
    /// The vault has the same, recorded: a lock was cut off before it removed the plaintext.
    case same(ObjectID)
    /// The vault has something else, and that counts: this is somebody's new file.
    case differs(String)
  }

  private func knownObject(
    _ place: LockItem.Place, _ source: LockItem.Source, _ tools: ActTools
  ) throws(VaultError) -> Known {
    guard let truths else { return .nothing }
    let sealed = place.folder.sealed
    guard let facts = try sealed.facts(of: place.disk.object) else { return .nothing }
    if facts.kind == .folder {
      return .differs("the vault has a folder of this name, which came first")
    }
    let workspace = tools.workspaces[0]
    let object = try workspace.open(try sealed.file(place.disk.object))
    guard truths[object.head.id] == .object else { return .nothing }
    var isSame = false
    switch (source, object.head.kind) {
    case (.file(let file, _), .file):
      isSame = try workspace.matches(object, file, with: Array(tools.workspaces.dropFirst()))
    case (.link(let target), .link):
      isSame = try workspace.contents(of: object) == target
    default: break
    }
    return isSame
      ? .same(object.head.id)
      : .differs("was put there after the file of this name had been locked")
  }

  // MARK: - Hard links

  /// The other names that a file has inside the store, and their places in the tree.
  private func furtherPlaces(
    of facts: FileFacts, beside entry: PlainEntry, _ known: Known, _ tools: ActTools
  ) throws(VaultError) -> [LockItem.Place] {
    guard facts.kind == .file, facts.names > 1, let names = links[PlainSurvey.FileID(facts)] else {
      return []
    }
    let own = entry.steps
    var places: [LockItem.Place] = []
    for steps in names where steps != own {
      guard let name = steps.last, let pair = try pair(of: steps.dropLast(), tools),
        let there = try pair.plain.handle.facts(of: name), there.isSameFile(as: facts)
      else { continue }
      let place = LockItem.Place(
        folder: pair, name: name, disk: try pair.diskName(of: name, tools.cipher))
      guard try belongs(place, with: known, tools) else { continue }
      places.append(place)
    }
    return places
  }

  /// Whether the vault has nothing that counts at a further name, or the object that it has at the
  /// first.
  private func belongs(
    _ place: LockItem.Place, with known: Known, _ tools: ActTools
  ) throws(VaultError) -> Bool {
    guard let truths, let facts = try place.folder.sealed.facts(of: place.disk.object) else {
      return true
    }
    if facts.kind == .folder { return false }
    let file = try place.folder.sealed.file(place.disk.object)
    let object = try tools.workspaces[0].open(file)
    if case .same(let id) = known { return object.head.id == id }
    return truths[object.head.id] != .object
  }

  /// Goes down to a folder by the names on the way.
  private func pair(
    of steps: some Collection<FileName>, _ tools: ActTools
  ) throws(VaultError) -> FolderPair? {
    guard case .there(var pair, _) = try find(tree.top, in: nil, tools) else { return nil }
    for name in steps {
      guard let status = try pair.plain.handle.status(of: name), status.facts.kind == .folder
      else { return nil }
      let entry = PlainEntry(folder: pair.plain, name: name, status: status)
      let folder = try tree.open(folder: entry)
      guard case .there(let next, _) = try find(folder, in: pair, tools) else { return nil }
      pair = next
    }
    return pair
  }
}

extension VaultError {
  /// Whether the file was gone, or another in its place, before anything was done with it.
  var isOfGoneFile: Bool {
    switch code {
    case .system(.noSuchFileOrDirectory), .system(.staleNFSFileHandle),
      .system(.invalidArgument):
      true
    default: false
    }
  }
}
