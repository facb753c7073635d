internal import SystemPackage
internal import VaultFormat

/// Where the objects that a log speaks of are found on the disk, and all folders.
///
/// What files say of themselves is believed here without a proof: whoever checks the vault in the end finds
/// out. Nothing is changed.
struct RecoveredTree {
  /// Where an object is.
  enum Place: Hashable {
    /// The root of the tree.
    case root
    /// Under its id in the folder of what is not yet part of the tree.
    case new
    /// Under a name in a folder.
    case tree(LogKey)
  }

  /// What a name that was changed has on the disk.
  enum Occupant: Equatable {
    case object(ObjectID)
    /// A file that does not say which object it is: it was made and never written.
    case file
    /// Such a folder.
    case folder
  }

  /// A file that was appended to without a promise.
  struct Overlong {
    let id: ObjectID
    /// Where it is; its object may have been moved since if the log speaks of that.
    let key: LogKey?
    /// The length that it should have, in bytes.
    let length: UInt64
  }

  /// What the names that were changed have.
  var occupants: [LogKey: Occupant] = [:]
  /// The places of the objects that the log speaks of.
  var places: [ObjectID: Set<Place>] = [:]
  /// The places of all folders.
  var folders: [ObjectID: Place] = [:]
  /// Files that are longer than their heads say and that the log has no other heads of: how long they
  /// should be.
  var overlong: [Overlong] = []

  private let index: LogIndex
  private let table: ManifestTable
  private let keys: EpochKeys
  private let workspace: ObjectWorkspace
  private let monitor: ActMonitor
  private let vault: FolderHandle
  private var opened: [ObjectID: FolderHandle] = [:]
  private let tree: FolderHandle

  /// Looks through the tree.
  /// - Parameter table: What the newest manifest lists.
  /// - Throws: `VaultError`; `damaged` where two folders say that they are the same.
  init(
    _ vault: OpenedVault, _ index: LogIndex, _ table: ManifestTable,
    _ workspace: ObjectWorkspace, _ monitor: ActMonitor
  ) throws(VaultError) {
    self.vault = vault.folder
    self.index = index
    self.table = table
    self.workspace = workspace
    self.monitor = monitor
    keys = vault.header.keys.last
    tree = try vault.folder.folder(VaultNames.tree(keys.number))
    guard let root = table.rows.first?.id else { return }
    try enter(tree, root, at: .root)
    try lookInNew()
    try nameUnwritten()
  }

  // MARK: - Folders

  /// Opens a folder wherever it is now; nil where it is nowhere.
  mutating func folder(_ id: ObjectID) throws(VaultError) -> FolderHandle? {
    var steps: [(id: ObjectID, name: FileName)] = []
    var handle: FolderHandle?
    var next = id
    while handle == nil {
      if let known = opened[next] {
        handle = known
        break
      }
      switch folders[next] {
      case nil: return nil
      case .root: handle = tree
      case .new:
        steps.append((next, try Self.newName(next, vault)))
        handle = try vault.folder(VaultNames.new)
      case .tree(let key):
        steps.append((next, key.disk))
        next = key.folder
      }
    }
    for step in steps.reversed() {
      handle = try handle?.folder(step.name)
      // Descriptors are few.
      if opened.count >= 256 { opened = [:] }
      opened[step.id] = handle
    }
    return handle
  }

  /// The name of an object that is not yet part of the tree.
  static func newName(_ id: ObjectID, _ folder: FolderHandle) throws(VaultError) -> FileName {
    try ActTools.attributesName(id, folder)
  }

  // MARK: - Looking

  private mutating func enter(
    _ handle: FolderHandle, _ id: ObjectID, at place: Place
  ) throws(VaultError) {
    var left: [(handle: FolderHandle, id: ObjectID, place: Place)] = [(handle, id, place)]
    while let next = left.popLast() {
      guard folders[next.id] == nil else {
        throw VaultError(.damaged, next.handle.path, "is a folder that is in the vault twice")
      }
      folders[next.id] = next.place
      if index.objects[next.id] != nil { places[next.id, default: []].insert(next.place) }
      for disk in try next.handle.names() where !Self.isOfFolder(disk) {
        try monitor.check(vault.path)
        let key = LogKey(folder: next.id, disk: disk)
        if let below = try look(at: key, in: next.handle) {
          left.append((below.handle, below.id, .tree(key)))
        }
      }
    }
  }

  /// Whether a name is of a folder's head or of the rest of a long name.
  private static func isOfFolder(_ name: FileName) -> Bool {
    name == VaultNames.folderHead
      || name.hasSuffix(DiskName.restSuffix) && DiskName.needsRest(name.bytes.dropLast(5))
  }

  /// Notes what a name has; gives the folder that is to be entered.
  private mutating func look(
    at key: LogKey, in folder: FolderHandle
  ) throws(VaultError) -> (handle: FolderHandle, id: ObjectID)? {
    let isChanged = index.names[key] != nil
    guard let facts = try folder.facts(of: key.disk) else { return nil }
    switch facts.kind {
    case .folder:
      let handle = try folder.folder(key.disk)
      let id = try claimedID(handle, VaultNames.folderHead)
      if isChanged { occupants[key] = id.map { .object($0) } ?? .folder }
      return id.map { (handle, $0) }
    case .file:
      let id = try claimedID(folder, key.disk)
      if isChanged { occupants[key] = id.map { .object($0) } ?? .file }
      guard let id else { return nil }
      if index.objects[id] != nil { places[id, default: []].insert(.tree(key)) }
      measure(id, key, facts)
    default:
      guard !isChanged else {
        throw VaultError(
          .damaged, folder.path.appending(key.disk), "is neither a file nor a folder")
      }
    }
    return nil
  }

  /// The object that a file says it is; its first page is left in the workspace.
  private func claimedID(
    _ folder: FolderHandle, _ name: FileName
  ) throws(VaultError) -> ObjectID? {
    guard try folder.facts(of: name)?.kind == .file else { return nil }
    let page = unsafe workspace.group.pages(0, 1)
    workspace.fileRead = nil
    guard try unsafe folder.file(name).read(at: 0, into: page) == page.count else { return nil }
    do throws(VaultFormatError) {
      let prefix = try unsafe ObjectKeys.clearPrefix(UnsafeRawBufferPointer(page))
      return prefix.epoch == keys.number ? prefix.id : nil
    } catch {
      return nil
    }
  }

  /// Notes a file that was appended to without a promise; its first page is in the workspace.
  private mutating func measure(
    _ id: ObjectID, _ key: LogKey?, _ facts: FileFacts
  ) {
    guard facts.size > UInt64(ObjectLayout.pageSize), index.objects[id]?.head == nil else { return }
    let page = unsafe UnsafeRawBufferPointer(workspace.group.pages(0, 1))
    // Of any other state than the one that was sealed nothing is cut off.
    let digest = unsafe ObjectHead.digest(ofPage: page)
    guard let row = table.rows(of: id).first, table.rows[Int(row)].head == digest else { return }
    do throws(VaultFormatError) {
      try workspace.turn(to: keys, id)
      let head = try unsafe workspace.keys.openHead(page)
      guard let length = ObjectLayout.fileLength(size: head.size, layout: head.layout),
        facts.size > UInt64(length)
      else { return }
      overlong.append(Overlong(id: id, key: key, length: UInt64(length)))
    } catch {
      // What does not open is found when the vault is checked.
    }
  }

  private mutating func lookInNew() throws(VaultError) {
    guard try vault.facts(of: VaultNames.new)?.kind == .folder else { return }
    let new = try vault.folder(VaultNames.new)
    for name in try new.names() {
      guard let id = Hexadecimal.bytes(name.text).flatMap({ ObjectID($0) }),
        index.objects[id] != nil, let facts = try new.facts(of: name)
      else { continue }
      switch facts.kind {
      case .folder:
        let handle = try new.folder(name)
        guard try claimedID(handle, VaultNames.folderHead) ?? id == id else { continue }
        try enter(handle, id, at: .new)
      case .file:
        let claimed = try claimedID(new, name)
        guard claimed ?? id == id else { continue }
        places[id, default: []].insert(.new)
        if claimed != nil { measure(id, nil, facts) }
      default: continue
      }
    }
  }

  // MARK: - What was made and never written

  /// Finds out which objects the files and folders are that do not say so.
  ///
  /// They are new in the log, and each has a name that it once had.
  private mutating func nameUnwritten() throws(VaultError) {
    var isMore = occupants.values.contains { $0 == .file || $0 == .folder }
    while isMore {
      isMore = false
      for (id, object) in index.objects where !object.isSealed && places[id] == nil {
        let wanted: Occupant = object.head?.kind == .folder ? .folder : .file
        guard let key = object.names.last(where: { occupants[$0] == wanted }) else { continue }
        occupants[key] = .object(id)
        isMore = true
        if wanted == .folder, let above = try folder(key.folder) {
          try enter(try above.folder(key.disk), id, at: .tree(key))
        } else {
          places[id, default: []].insert(.tree(key))
        }
      }
    }
  }
}
