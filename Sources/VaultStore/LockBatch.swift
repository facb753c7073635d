internal import SystemPackage
internal import VaultFormat

/// Files that pass each state of a lock together (docs/vault-format.md, "Journal").
///
/// The order is what makes it safe: an object is on the medium and read back before it is recorded, it
/// is recorded before its plaintext is moved, and moved before it is overwritten.
struct LockBatch {
  let tools: ActTools
  let journal: JournalFile
  let items: [LockItem]

  private var going: [LockItem] { items.filter(\.isGoing) }
  private var fresh: [LockItem] { items.filter { $0.isGoing && !$0.isRecorded } }

  /// Carries the files to the end; what came of each stands in it.
  func run() throws(VaultError) {
    if !fresh.isEmpty {
      try seal()
      try tools.sync()
      try compare()
      try settle { (item) throws(VaultError) in try discardNew(item) }
      try place()
      try tools.sync()
      try settle { (item) throws(VaultError) in try discardPlaced(item) }
      try journal.record(.object, fresh.map(\.id))
      try check()
    }
    try placeFurtherNames()
    try takeBackWhatIsInUse()
    for item in going { try moveAside(item) }
    try tools.sync()
    try moveBackWhatIsInUse()
    try overwrite()
    try tools.sync()
    for item in going {
      for name in item.moved { try tools.folders.erasing.removeIfThere(name) }
      try check()
    }
  }

  private func check() throws(VaultError) {
    try tools.monitor.check(tools.folders.vault.path)
  }

  // MARK: - Encrypted beside, read back, compared

  private func seal() throws(VaultError) {
    let tools = tools
    try tools.forEach(fresh) { (item, workspace, others) throws(VaultError) in
      guard let name = item.newName() else { return }
      let source: ObjectSource =
        switch item.source {
        case .file(let file, _): .file(file)
        case .link(let target): .bytes(target)
        }
      do throws(VaultError) {
        let written = try tools.write(
          item.head(), attributes: item.attributes, source, in: tools.folders.new, as: name,
          workspace, with: others)
        item.written = written.object
        item.writtenAttributes = written.attributes
      } catch  where error.code == .inUse {
        // Made shorter while it was read.
        item.fate = .changed
        try tools.folders.new.removeIfThere(name)
      }
    }
  }

  private func compare() throws(VaultError) {
    let tools = tools
    try tools.forEach(fresh) { (item, workspace, others) throws(VaultError) in
      guard let written = item.written, let name = item.newName() else { return }
      try tools.readBack(attributes: item.writtenAttributes, item.attributes, workspace)
      let object = try tools.readBack(written, in: tools.folders.new, as: name, workspace)
      let isSame =
        switch item.source {
        case .file(let file, _): try workspace.matches(object, file, with: others)
        case .link(let target): try workspace.contents(of: object) == target
        }
      if isSame { return }
      // It is authentic, so it is what was read: the plaintext is another now.
      item.fate = .changed
      try Self.discardNew(item, tools)
    }
  }

  /// Drops the files that were changed since they were read, or that somebody waits for.
  private func settle(
    _ discard: (LockItem) throws(VaultError) -> Void
  ) throws(VaultError) {
    let search = searchWhereWithoutLease()
    for item in fresh {
      if let holder = search?.holder(of: item.status.facts) {
        item.fate = .inUse(holder.description)
      } else if try !item.isUnchanged() {
        item.fate = .changed
      } else {
        continue
      }
      try discard(item)
    }
  }

  /// Who has what open, where the file system has no leases to tell.
  private func searchWhereWithoutLease() -> OpenStoreSearch? {
    let unleased = items.first { item in
      if case .file(_, isLeased: false) = item.source { true } else { false }
    }
    guard let unleased else { return nil }
    let folder = unleased.places[0].folder.plain
    return OpenStoreSearch(device: folder.status.facts.device, store: folder.handle.path)
  }

  private func discardNew(_ item: LockItem) throws(VaultError) {
    try Self.discardNew(item, tools)
  }

  private static func discardNew(_ item: LockItem, _ tools: ActTools) throws(VaultError) {
    guard let name = item.newName() else { return }
    try tools.folders.new.removeIfThere(name)
    if let attributes = item.writtenAttributes {
      let name = try ActTools.attributesName(attributes.head.id, tools.folders.new)
      try tools.folders.new.removeIfThere(name)
    }
  }

  // MARK: - To its place

  private func place() throws(VaultError) {
    for item in fresh {
      for (number, place) in item.places.enumerated() where number > 0 {
        guard let name = item.newName(), let further = item.newName(number) else { continue }
        try tools.folders.new.addName(name, in: tools.folders.new, as: further)
        try tools.place(rest: place.disk, in: place.folder.sealed)
        try tools.folders.new.rename(further, to: place.folder.sealed, as: place.disk.object)
      }
      guard let name = item.newName() else { continue }
      let first = item.places[0]
      try tools.place(attributes: item.writtenAttributes)
      try tools.place(rest: first.disk, in: first.folder.sealed)
      try tools.folders.new.rename(name, to: first.folder.sealed, as: first.disk.object)
    }
  }

  /// Gives an object that was recorded before the names that it lacks.
  private func placeFurtherNames() throws(VaultError) {
    var isChanged = false
    for item in going where item.isRecorded {
      let first = item.places[0]
      for place in item.places.dropFirst() {
        guard try place.folder.sealed.facts(of: place.disk.object) == nil else { continue }
        try tools.place(rest: place.disk, in: place.folder.sealed)
        try first.folder.sealed.addName(
          first.disk.object, in: place.folder.sealed, as: place.disk.object)
        isChanged = true
      }
    }
    if isChanged { try tools.sync() }
  }

  private func discardPlaced(_ item: LockItem) throws(VaultError) {
    for place in item.places {
      try place.folder.sealed.removeIfThere(place.disk.object)
      if let rest = place.disk.rest { try place.folder.sealed.removeIfThere(rest.name) }
    }
    if let attributes = item.writtenAttributes {
      let name = try ActTools.attributesName(attributes.head.id, tools.folders.attributes)
      try tools.folders.attributes.removeIfThere(name)
    }
  }

  // MARK: - Out of the store

  /// Somebody may have begun to wait for a file since its record was written: their changes count, so
  /// the record is taken back before they get it.
  private func takeBackWhatIsInUse() throws(VaultError) {
    let search = searchWhereWithoutLease()
    var back: [LockItem] = []
    for item in going {
      guard case .file(let file, let isLeased) = item.source else { continue }
      if isLeased, !Lease.isWhole(file) {
        item.fate = .changed
      } else if let holder = search?.holder(of: item.status.facts) {
        item.fate = .inUse(holder.description)
      } else {
        continue
      }
      back.append(item)
    }
    try takeBack(back)
  }

  /// Somebody may have found a file before it was moved and wait for it only now: it goes back before
  /// they get it.
  ///
  /// First to its place, then back to being the truth: what lies where plaintext is erased never is.
  private func moveBackWhatIsInUse() throws(VaultError) {
    var back: [LockItem] = []
    for item in going where item.moved.count == item.places.count {
      guard case .file(let file, isLeased: true) = item.source, !Lease.isWhole(file) else {
        continue
      }
      do {
        for (name, place) in zip(item.moved, item.places) {
          try tools.folders.erasing.renameWithoutReplacing(
            name, to: place.folder.plain.handle, as: place.name)
        }
      } catch  where error.code == .system(.fileExists) {
        // Something new is there already; the file was replaced as far as anybody can tell.
        continue
      }
      item.moved = []
      item.fate = .changed
      back.append(item)
    }
    if back.isEmpty { return }
    try tools.sync()
    try takeBack(back)
  }

  private func takeBack(_ items: [LockItem]) throws(VaultError) {
    if items.isEmpty { return }
    try journal.record(.plaintext, items.map(\.id))
    for item in items { try discardPlaced(item) }
  }

  /// Moves a file's names to where plaintext is erased.
  private func moveAside(_ item: LockItem) throws(VaultError) {
    try check()
    let erasing = tools.folders.erasing
    var number = 0
    for place in item.places {
      let folder = place.folder.plain.handle
      while true {
        guard let name = FileName("\(item.id.hex)-\(number)") else { return }
        number += 1
        guard let now = try folder.facts(of: place.name) else { break }
        guard now.isSameFile(as: item.status.facts) else {
          item.fate = .left("another file has come to its place since it was encrypted")
          break
        }
        do {
          try folder.renameWithoutReplacing(place.name, to: erasing, as: name)
        } catch  where error.code == .system(.fileExists) {
          continue
        } catch  where error.code == .system(.noSuchFileOrDirectory) {
          break
        }
        // Between the look and the move something else may have taken the name: it goes back.
        guard let moved = try erasing.facts(of: name), moved.isSameFile(as: item.status.facts)
        else {
          try erasing.renameWithoutReplacing(name, to: folder, as: place.name)
          item.fate = .left("another file has come to its place since it was encrypted")
          break
        }
        item.moved.append(name)
        break
      }
    }
  }

  private func overwrite() throws(VaultError) {
    let tools = tools
    try tools.forEach(items.filter { !$0.moved.isEmpty }) { (item, _, _) throws(VaultError) in
      try item.overwrite(tools.monitor)
    }
  }
}
