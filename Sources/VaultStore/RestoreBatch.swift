internal import SystemPackage
internal import VaultFormat

/// Objects that pass each state of a restore together (docs/vault-format.md, "Journal").
///
/// The plaintext is on the medium, read back and in its place before it is recorded, and recorded before
/// the object is removed.
struct RestoreBatch {
  let tools: ActTools
  let journal: JournalFile
  let items: [RestoreItem]
  /// Whether to do without owners and attributes that may not be set.
  let isAccepting: Bool

  private var going: [RestoreItem] { items.filter(\.isGoing) }

  /// Carries the objects to the end; what came of each stands in it.
  func run(_ aside: inout KeptAside) throws(VaultError) {
    try write()
    try tools.sync()
    try compare()
    for item in going { try place(item, &aside) }
    try tools.sync()
    try journal.record(.plaintext, going.map(\.head.id))
    for item in going {
      try tools.monitor.check(item.path)
      try Self.removeObject(item.places, item.head, tools)
    }
  }

  /// Removes what the vault has of something that is back.
  ///
  /// The rests of long names stay until their folder goes: if the power went in the middle of this, an
  /// object could be left without the rest of its name, and would look damaged.
  static func removeObject(
    _ places: [RestoreItem.Place], _ head: ObjectHead, _ tools: ActTools
  ) throws(VaultError) {
    for place in places {
      try place.sealed.removeIfThere(place.disk)
    }
    if head.attributesID != .none {
      let name = try ActTools.attributesName(head.attributesID, tools.folders.attributes)
      try tools.folders.attributes.removeIfThere(name)
    }
  }

  // MARK: - Decrypted beside, read back, compared

  private func write() throws(VaultError) {
    let tools = tools
    try tools.forEach(items) { (item, workspace, others) throws(VaultError) in
      guard let name = item.newName else { return }
      let object: ObjectFile
      do throws(VaultError) {
        object = try Self.open(item, workspace)
        if item.head.kind == .link {
          let target = try workspace.contents(of: object)
          try tools.folders.new.makeLink(name, to: target)
        } else {
          let file = try tools.folders.new.create(name)
          try workspace.extract(object, to: file, with: others)
        }
      } catch  where error.isOfVault(tools.folders) {
        item.damage = error.text
        try tools.folders.new.removeIfThere(name)
      }
    }
  }

  private static func open(
    _ item: RestoreItem, _ workspace: ObjectWorkspace
  ) throws(VaultError) -> ObjectFile {
    let object = try workspace.open(try item.places[0].sealed.file(item.places[0].disk))
    guard object.head == item.head else {
      throw VaultError(.damaged, item.path, "was changed while it was restored")
    }
    return object
  }

  private func compare() throws(VaultError) {
    let tools = tools
    let isAccepting = isAccepting
    try tools.forEach(going) { (item, workspace, others) throws(VaultError) in
      guard let name = item.newName else { return }
      let attributes: [PlainAttributes.Attribute]
      do throws(VaultError) {
        attributes = try tools.attributes(of: item.head, workspace)
      } catch  where error.isOfVault(tools.folders) {
        item.damage = error.text
        return try tools.folders.new.removeIfThere(name)
      }
      let metadata = PlainMetadata(head: item.head, attributes: attributes)
      let object = try Self.open(item, workspace)
      if item.head.kind == .link {
        let target = try workspace.contents(of: object)
        guard try tools.folders.new.target(of: name) == target else {
          throw ActTools.notKept(tools.folders.new.path.appending(name))
        }
        item.refusals = try metadata.apply(toLink: name, in: tools.folders.new)
      } else {
        let file = try tools.folders.new.file(name)
        file.dropPages()
        guard try workspace.matches(object, file, with: others) else {
          throw ActTools.notKept(file.path)
        }
        // The file is its owner's from here on, who may be somebody else.
        item.refusals = try metadata.apply(to: file.descriptor, file.path)
      }
      if !isAccepting, item.refusals.contains(where: \.isUsers) {
        item.isWithheld = true
        try tools.folders.new.removeIfThere(name)
      }
    }
  }

  // MARK: - To its place

  private func place(_ item: RestoreItem, _ aside: inout KeptAside) throws(VaultError) {
    guard let name = item.newName else { return }
    try tools.monitor.check(item.path)
    let first = item.places[0]
    try clear(first, for: item, &aside)
    try tools.folders.new.renameWithoutReplacing(name, to: first.folder.handle, as: first.name)
    for place in item.places.dropFirst() {
      try clear(place, for: item, &aside)
      try first.folder.handle.addName(first.name, in: place.folder.handle, as: place.name)
    }
  }

  /// Makes a name in the store free: what is the same as the vault's is replaced by it, anything else
  /// is somebody's and kept.
  private func clear(
    _ place: RestoreItem.Place, for item: RestoreItem, _ aside: inout KeptAside
  ) throws(VaultError) {
    let folder = place.folder.handle
    guard let facts = try folder.facts(of: place.name) else { return }
    if try isSame(place, facts, as: item) {
      try folder.removeIfThere(place.name)
    } else {
      try aside.take(
        place.name, at: place.folder.steps, of: folder,
        because: "was in the place of a file of the vault")
    }
  }

  private func isSame(
    _ place: RestoreItem.Place, _ facts: FileFacts, as item: RestoreItem
  ) throws(VaultError) -> Bool {
    let workspace = tools.workspaces[0]
    switch (facts.kind, item.head.kind) {
    case (.link, .link):
      let object = try Self.open(item, workspace)
      return try place.folder.handle.target(of: place.name) == workspace.contents(of: object)
    case (.file, .file):
      guard facts.size == item.head.size else { return false }
      // Not where somebody has it open: what they write would be lost.
      guard let file = try? place.folder.handle.file(place.name) else { return false }
      let lease = try Lease.take(file)
      if lease == .inUse { return false }
      let object = try Self.open(item, workspace)
      guard try workspace.matches(object, file, with: Array(tools.workspaces.dropFirst())) else {
        return false
      }
      return lease == .unsupported || Lease.isWhole(file)
    default: return false
    }
  }
}
