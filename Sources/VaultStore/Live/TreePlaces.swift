internal import Secrets
internal import Synchronization
internal import SystemPackage
internal import VaultFormat

/// The folders of the vault on disk, and where in them each node is.
///
/// Guards `places`, `promised` and `isInNew` of all nodes.
final class TreePlaces: Sendable {
  struct Folders {
    /// Folders that are open, by object id.
    var open: [ObjectID: FolderHandle] = [:]
    /// The objects of each folder whose names in it need not be on the medium yet.
    var unsynced: [ObjectID: Set<ObjectID>] = [:]
    /// Whether the same is so of what is in `new`.
    var isNewUnsynced = false
  }

  /// Folders that are kept open.
  private static let kept = 256

  let vault: FolderHandle
  /// What names are encrypted with; nil when the keys are wiped.
  private let cipher: Mutex<NameCipher?>
  private let treeName: FileName
  private let epoch: UInt32
  let root: LiveNode
  let folders = Mutex(Folders())

  init(_ vault: FolderHandle, _ epoch: EpochKeys, root: LiveNode) {
    self.vault = vault
    cipher = Mutex(NameCipher(epoch))
    treeName = VaultNames.tree(epoch.number)
    self.epoch = epoch.number
    self.root = root
  }

  // MARK: - Opening

  /// Opens a node's object, and compares its head with what was promised.
  /// - Throws: `VaultError`; `damaged` where it is not as it was sealed.
  func open(
    _ node: LiveNode, _ keys: KeyPool, writing: Bool
  ) throws(VaultError) -> (ObjectHead, FileHandle) {
    let (file, digest) = try folders.withLock {
      (folders) throws(VaultError) -> (FileHandle, Digest?) in
      (try self.file(of: node, writing: writing, &folders), node.promised?.digest)
    }
    let head = try keys.with(node.id) { (context) throws(VaultError) -> ObjectHead in
      let page = unsafe context.block.bytes
      guard try unsafe file.read(at: 0, into: page) == page.count,
        unsafe ObjectHead.digest(ofPage: UnsafeRawBufferPointer(page)) == digest
      else { throw VaultError(.damaged, file.path, "is not as it was sealed") }
      do throws(VaultFormatError) {
        return try unsafe context.keys.openHead(UnsafeRawBufferPointer(page))
      } catch {
        throw VaultError(error, file.path)
      }
    } noMemory: {
      VaultError(.noMemory, file.path, "open")
    }
    return (head, file)
  }

  /// Opens a node's file for writing to it.
  func file(of node: LiveNode) throws(VaultError) -> FileHandle {
    try folders.withLock { (folders) throws(VaultError) -> FileHandle in
      try file(of: node, writing: true, &folders)
    }
  }

  private func file(
    of node: LiveNode, writing: Bool, _ folders: inout Folders
  ) throws(VaultError) -> FileHandle {
    if node.kind == .folder {
      return try folder(node, &folders).file(VaultNames.folderHead, writing: writing)
    }
    if node.isInNew { return try new().file(Self.newName(node), writing: writing) }
    guard let place = node.places.first else {
      throw VaultError(.noSuchFileOrDirectory, vault.path, "open an object in")
    }
    let (name, _) = try diskName(place)
    return try folder(place.folder, &folders).file(name, writing: writing)
  }

  /// Opens a folder of the tree, and those above it that are not open.
  func folder(
    _ node: LiveNode, _ folders: inout Folders
  ) throws(VaultError) -> FolderHandle {
    if let open = folders.open[node.id] { return open }
    let opened: FolderHandle
    if node === root {
      opened = try vault.folder(treeName)
    } else if node.isInNew {
      opened = try new().folder(Self.newName(node))
    } else {
      guard let place = node.places.first else {
        throw VaultError(.noSuchFileOrDirectory, vault.path, "open a folder in")
      }
      let above = try folder(place.folder, &folders)
      opened = try above.folder(try diskName(place).name)
    }
    if folders.open.count >= Self.kept { folders.open = [:] }
    folders.open[node.id] = opened
    return opened
  }

  func new() throws(VaultError) -> FolderHandle {
    try vault.folder(makingIfMissing: VaultNames.new)
  }

  static func newName(_ node: LiveNode) -> FileName {
    // Hexadecimal digits are always a name.
    FileName(node.id.hex) ?? VaultNames.new
  }

  // MARK: - Names

  /// Lets go of the keys; no name is encrypted any more.
  func wipeKeys() {
    cipher.withLock { $0 = nil }
  }

  /// The disk bytes of a name in a folder.
  func diskBytes(_ name: [UInt8], in folder: LiveNode) throws(VaultError) -> [UInt8] {
    try encode(name, in: folder).bytes
  }

  private func encode(_ name: [UInt8], in folder: LiveNode) throws(VaultError) -> DiskName {
    guard let cipher = cipher.withLock({ $0 }) else {
      throw VaultError(.refused, vault.path, "is locked")
    }
    do throws(VaultFormatError) {
      return try cipher.encode(name: name, in: folder.id)
    } catch {
      throw VaultError(error, vault.path)
    }
  }

  func diskName(
    _ place: NodePlace
  ) throws(VaultError) -> (name: FileName, rest: (FileName, [UInt8])?) {
    let disk = try encode(place.name, in: place.folder)
    guard let name = FileName(disk.name) else {
      throw VaultError(.damaged, vault.path, "a name that cannot be on disk")
    }
    guard case .long(_, let bytes) = disk, let restName = disk.restName.flatMap({ FileName($0) })
    else { return (name, nil) }
    return (name, (restName, bytes))
  }

  // MARK: - Files before they have a name

  /// Opens a node's file; where it has none, one is made in `new`, for contents that are written before
  /// their name is.
  func openOrMake(_ node: LiveNode) throws(VaultError) -> FileHandle {
    try folders.withLock { (folders) throws(VaultError) -> FileHandle in
      if node.isInNew || !node.places.isEmpty {
        return try file(of: node, writing: true, &folders)
      }
      let new = try new()
      let file = try new.create(Self.newName(node))
      do throws(VaultError) {
        // The head is the log's; without it the file could not say whose pages it has.
        try file.write(at: 0, ObjectPrefix.bytes(epoch: epoch, id: node.id))
      } catch {
        try? new.remove(Self.newName(node))
        throw error
      }
      node.isInNew = true
      folders.isNewUnsynced = true
      return file
    }
  }

  /// Removes what a node that lost its last name has in `new`.
  func removeFromNew(_ node: LiveNode) throws(VaultError) {
    try folders.withLock { (_) throws(VaultError) -> Void in
      guard node.isInNew, node.promised == nil, node.kind != .folder else { return }
      try new().remove(Self.newName(node))
      node.isInNew = false
    }
  }

  // MARK: - Names on the medium

  /// Waits until a node's file can be found on the medium, for what was written in place and so is not in
  /// the log.
  func makeFindable(_ node: LiveNode) throws(VaultError) {
    try folders.withLock { (folders) throws(VaultError) -> Void in
      try makeFindable(node, &folders)
    }
  }

  /// Waits until the names on the way to a node are on the medium.
  ///
  /// Nothing that has contents of its own is moved into a folder before that: the folder could be lost, and
  /// all that was moved into it.
  func makeFindable(
    _ node: LiveNode, _ folders: inout Folders
  ) throws(VaultError) {
    var node = node
    while node !== root {
      if node.isInNew {
        guard folders.isNewUnsynced else { return }
        try new().sync()
        folders.isNewUnsynced = false
        return
      }
      guard let place = node.places.first else { return }
      if folders.unsynced[place.folder.id]?.contains(node.id) == true {
        try folder(place.folder, &folders).sync()
        folders.unsynced[place.folder.id] = nil
      }
      node = place.folder
    }
  }

  /// Notes that everything is on the medium.
  func noteSynced() {
    folders.withLock { folders in
      folders.unsynced = [:]
      folders.isNewUnsynced = false
    }
  }

  // MARK: - What was promised

  /// Works with what this lock guards.
  func withLock<Result: Sendable>(_ body: () -> Result) -> Result {
    folders.withLock { _ in body() }
  }
}

extension NodePlace {
  func isSame(as other: NodePlace) -> Bool {
    folder === other.folder && name == other.name
  }
}
