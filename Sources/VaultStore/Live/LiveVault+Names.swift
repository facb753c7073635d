internal import Synchronization
internal import Glibc
public import SystemPackage
internal import VaultFormat

/// Names in the folders of an open vault.
extension LiveVault {
  private static let longestName = 255
  private static let longestTarget = 4095
  private static let mostLinks: UInt32 = 65_000

  private static func check(_ name: [UInt8]) throws(Errno) {
    if name.count > longestName { throw .fileNameTooLong }
    guard NameCipher.isName(name) else { throw .invalidArgument }
  }

  /// The folder part of a node.
  private static func holder(_ node: LiveNode) throws(Errno) -> LiveFolder {
    guard let folder = node.folder else { throw .notDirectory }
    return folder
  }

  /// Notes the time in nodes whose names or entries have changed.
  ///
  /// Heads that were never read are read before the tree is locked.
  func touch(
    _ node: LiveNode, modified: Bool, at time: FileFacts.Time
  ) {
    node.withLock {
      if modified { node.facts?.modified = time }
      node.facts?.changed = time
      if modified { note(node) }
    }
  }

  func loadFacts(_ node: LiveNode) throws(Errno) {
    try node.locked { () throws(Errno) in _ = try facts(node) }
  }

  // MARK: - Looking

  /// The node of a name.
  /// - Throws: `ENOENT` where there is none.
  public func lookup(_ name: [UInt8], in folder: LiveNode) throws(Errno) -> LiveNode {
    if name.count > Self.longestName { throw .fileNameTooLong }
    if folder.bulk == nil {
      let holder = try Self.holder(folder)
      if let node = tree.withLock({ _ in holder.children[name] }) { return node }
      if bulk == nil { throw .noSuchFileOrDirectory }
    }
    return try lookUpClear(name, in: folder)
  }

  /// What a folder holds at this moment, `.` and `..` left out.
  public func entries(of folder: LiveNode) throws(Errno) -> [FolderEntry] {
    if folder.bulk != nil { return try clearEntries(of: folder) }
    let holder = try Self.holder(folder)
    let entries = tree.withLock { _ in
      holder.children.map { FolderEntry(name: $0.key, inode: $0.value.inode, kind: $0.value.kind) }
    }
    return bulk == nil ? entries : try entries + clearEntries(of: folder)
  }

  /// The folder that a folder is in; itself for the root, and for one that was removed.
  public func parent(of folder: LiveNode) -> LiveNode {
    if let bulk = folder.bulk { return bulk.parent ?? folder }
    return tree.withLock { _ in unsafe folder.folder?.parent ?? folder }
  }

  /// Where a symbolic link points.
  public func target(of node: LiveNode) throws(Errno) -> [UInt8] {
    guard node.kind == .link else { throw .invalidArgument }
    if let bulk = node.bulk { return try bulk.target() }
    return try node.locked { () throws(Errno) -> [UInt8] in
      let body = try load(node)
      defer { dropIfUnused(node) }
      if body.head.layout == .inside { return body.head.contents }
      let size = Int(min(body.head.size, UInt64(ObjectLayout.pageSize)))
      return try keys.lend(node.id) { (context) throws(Errno) -> [UInt8] in
        var target = [UInt8](repeating: 0, count: size)
        let block = unsafe context.block.bytes
        try unsafe body.readBlock(0, into: block, context)
        unsafe target.withUnsafeMutableBytes {
          unsafe $0.copyMemory(
            from: UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(block)[..<size]))
        }
        return target
      }
    }
  }

  // MARK: - Making and removing

  /// Makes a file, a folder, a link or a special file.
  ///
  /// - Parameters:
  ///   - target: Where a link points.
  ///   - group: Its group, unless the folder hands its own down (`inode(7)`, set-group-ID).
  public func make(
    _ kind: NodeKind, _ name: [UInt8], in folder: LiveNode, mode: UInt16, owner: UInt32,
    group: UInt32, device: UInt32 = 0, target: [UInt8] = []
  ) throws(Errno) -> LiveNode {
    try expectWritable()
    try Self.check(name)
    guard target.count <= Self.longestTarget else { throw .fileNameTooLong }
    if bulk != nil, isClear(name, in: folder) {
      let rights = BulkFolder.Rights(mode: mode, owner: owner, group: group)
      return try makeClear(kind, name, in: folder, rights, target: target)
    }
    try expectRoom()
    let holder = try Self.holder(folder)
    try loadFacts(folder)
    let node = LiveNode(kind, .random(), device: device)
    let time = Self.now()
    try withTree { (pending) throws(Errno) in
      guard unsafe holder.parent != nil else { throw .noSuchFileOrDirectory }
      guard holder.children[name] == nil else { throw .fileExists }
      let above = folder.withLock { folder.facts }
      var (mode, group) = (mode, group)
      if let above, above.mode & UInt16(S_ISGID) != 0 {
        group = above.group
        if kind == .folder { mode |= UInt16(S_ISGID) }
      }
      try begin(node, mode: mode, owner: owner, group: group, time, target)
      holder.children[name] = node
      if let inside = node.folder {
        unsafe inside.parent = folder
        inside.place = holder.place?.below(name)
        holder.folders += 1
      }
      pending.note(name, in: folder, before: nil, now: node)
    }
    touch(folder, modified: true, at: time)
    try throttle()
    return node
  }

  /// Gives a new node its head.
  private func begin(
    _ node: LiveNode, mode: UInt16, owner: UInt32, group: UInt32, _ time: FileFacts.Time,
    _ target: [UInt8]
  ) throws(Errno) {
    let kind: ObjectKind =
      switch node.kind {
      case .folder: .folder
      case .link: .link
      default: .file
      }
    var head = ObjectHead(kind, id: node.id, epoch: epoch)
    head.generation = 0
    head.mode = mode
    head.owner = owner
    head.group = group
    head.modified = ObjectTime(time)
    head.accessed = head.modified
    head.born = head.modified
    head.size = UInt64(target.count)
    var blocks = false
    if target.count <= Int(ObjectLayout.insideLimit) {
      head.contents = target
    } else {
      blocks = true
    }
    try node.locked { () throws(Errno) in
      node.facts = NodeFacts(head)
      if blocks { head.contents = target }
      let body = LiveBody(head, nil, isPromised: false, pool)
      node.body = body
      if blocks {
        try keys.lend(node.id) { (context) throws(Errno) in try body.moveToBlocks(context) }
      }
      note(node)
    }
  }

  /// Gives a node a second name.
  public func link(_ node: LiveNode, _ name: [UInt8], in folder: LiveNode) throws(Errno) {
    try expectWritable()
    try Self.check(name)
    if bulk != nil, try linkClear(node, name, in: folder) { return }
    let holder = try Self.holder(folder)
    guard node.kind != .folder else { throw .notPermitted }
    try loadFacts(folder)
    try loadFacts(node)
    let time = Self.now()
    try withTree { (pending) throws(Errno) in
      guard unsafe holder.parent != nil, node.names > 0 else { throw .noSuchFileOrDirectory }
      guard holder.children[name] == nil else { throw .fileExists }
      guard node.names < Self.mostLinks else { throw .tooManyLinks }
      holder.children[name] = node
      node.names += 1
      pending.note(name, in: folder, before: nil, now: node)
    }
    touch(node, modified: false, at: time)
    touch(folder, modified: true, at: time)
  }

  /// Takes a name away, and with the last one what it names.
  public func remove(
    _ name: [UInt8], from folder: LiveNode, isFolder: Bool
  ) throws(Errno) {
    try expectWritable()
    if name.count > Self.longestName { throw .fileNameTooLong }
    if bulk != nil, isClear(name, in: folder) {
      return try removeClear(name, from: folder, isFolder: isFolder)
    }
    let holder = try Self.holder(folder)
    let way = bulk != nil && isFolder ? try expectNoBulk(name, in: folder) : nil
    try loadFacts(folder)
    let time = Self.now()
    let node = try withTree { (pending) throws(Errno) -> LiveNode in
      guard let node = holder.children[name] else { throw .noSuchFileOrDirectory }
      if let inside = node.folder {
        guard isFolder else { throw .isDirectory }
        guard inside.children.isEmpty else { throw .directoryNotEmpty }
        try keepIfUsed(node)
        unsafe inside.parent = nil
        inside.place = nil
        holder.folders -= 1
      } else {
        guard !isFolder else { throw .notDirectory }
        if node.names == 1 { try keepIfUsed(node) }
      }
      holder.children[name] = nil
      node.names -= 1
      pending.note(name, in: folder, before: node, now: nil)
      return node
    }
    lose(node, time)
    touch(folder, modified: true, at: time)
    if let way { bulk?.removeIfEmpty(way) }
    commitLostNames()
  }

  /// Reads the head of a node that is in use before it loses its place on disk.
  ///
  /// The tree is locked.
  ///
  /// Its extended attributes go with it, where they are an object of their own.
  private func keepIfUsed(_ node: LiveNode) throws(Errno) {
    let obsolete = try node.locked { () throws(Errno) -> ObjectID in
      let isNeeded = hasLongAttributes.load(ordering: .relaxed)
      if node.handles > 0 || node.body != nil || isNeeded {
        return try load(node).head.attributesID
      }
      return .none
    }
    if obsolete != .none { obsoleteAttributes.withLock { $0.append(obsolete) } }
  }

  /// Notes that a node has lost a name.
  private func lose(_ node: LiveNode, _ time: FileFacts.Time) {
    let isLast = tree.withLock { _ in node.names == 0 }
    let isOrphan = node.withLock {
      node.facts?.changed = time
      guard isLast else { return false }
      node.isRemoved = true
      dropRemoved(node)
      return node.handles == 0
    }
    if isOrphan { orphans.withLock { $0.append(node) } }
  }

  /// Lets go of what a node held that has neither a name nor a user.
  ///
  /// The node's lock is held.
  func dropRemoved(_ node: LiveNode) {
    // A commit that is under way may still have to give it a name.
    guard node.isRemoved, !node.isChanged, node.handles == 0, node.lookups == 0 else { return }
    if let body = node.body, body.committing.isEmpty {
      body.file = nil
      node.body = nil
    }
  }

  // MARK: - Renaming

  /// Gives what has a name another one.
  public func rename(
    _ name: [UInt8], in folder: LiveNode, to newName: [UInt8], in newFolder: LiveNode,
    _ mode: RenameMode
  ) throws(Errno) {
    try expectWritable()
    try Self.check(newName)
    if name.count > Self.longestName { throw .fileNameTooLong }
    if bulk != nil, try renameClear(name, in: folder, to: newName, in: newFolder, mode) { return }
    let (holder, newHolder) = (try Self.holder(folder), try Self.holder(newFolder))
    try loadFacts(folder)
    try loadFacts(newFolder)
    let time = Self.now()
    let lost = try withTree { (pending) throws(Errno) -> [LiveNode] in
      guard let node = holder.children[name] else { throw .noSuchFileOrDirectory }
      guard unsafe newHolder.parent != nil else { throw .noSuchFileOrDirectory }
      let other = newHolder.children[newName]
      if mode == .noReplace, other != nil { throw .fileExists }
      if mode == .exchange, other == nil { throw .noSuchFileOrDirectory }
      if other === node { return [] }
      try expect(newFolder, isNotBelow: node)
      if mode == .exchange, let other {
        try expect(folder, isNotBelow: other)
        holder.children[name] = other
        newHolder.children[newName] = node
        pending.note(name, in: folder, before: node, now: other)
        pending.note(newName, in: newFolder, before: other, now: node)
        move(other, from: newFolder, to: folder, name)
      } else {
        if let other { try expect(node, canReplace: other) }
        holder.children[name] = nil
        newHolder.children[newName] = node
        pending.note(name, in: folder, before: node, now: nil)
        pending.note(newName, in: newFolder, before: other, now: node)
        if let other {
          other.names -= 1
          if let inside = other.folder {
            unsafe inside.parent = nil
            inside.place = nil
            newHolder.folders -= 1
          }
        }
      }
      move(node, from: folder, to: newFolder, newName)
      return mode == .exchange ? [] : other.map { [$0] } ?? []
    }
    for node in lost { lose(node, time) }
    touch(folder, modified: true, at: time)
    if newFolder !== folder { touch(newFolder, modified: true, at: time) }
    if let node = tree.withLock({ _ in newHolder.children[newName] }) {
      touch(node, modified: false, at: time)
      if node.kind == .folder, mode != .exchange { removeWay(name, in: folder) }
    }
    commitLostNames()
  }

  /// Has names that were taken away stay so if this process is killed.
  private func commitLostNames() {
    if tree.withLock({ $0.isLossy }) { commitNames() }
  }

  /// Notes that a folder is in another one now.
  private func move(
    _ node: LiveNode, from folder: LiveNode, to newFolder: LiveNode, _ newName: [UInt8]
  ) {
    guard let inside = node.folder else { return }
    unsafe inside.parent = newFolder
    Self.setPlace(newFolder.folder?.place?.below(newName), of: node)
    folder.folder?.folders -= 1
    newFolder.folder?.folders += 1
  }

  private func expect(_ node: LiveNode, canReplace other: LiveNode) throws(Errno) {
    if let inside = other.folder {
      guard node.folder != nil else { throw .isDirectory }
      guard inside.children.isEmpty else { throw .directoryNotEmpty }
    } else {
      guard node.folder == nil else { throw .notDirectory }
    }
    if other.names == 1 { try keepIfUsed(other) }
  }

  /// A folder cannot be moved into what it holds.
  private func expect(_ folder: LiveNode, isNotBelow node: LiveNode) throws(Errno) {
    guard node.folder != nil else { return }
    var above = folder
    while true {
      if above === node { throw .invalidArgument }
      guard let next = unsafe above.folder?.parent, next !== above else { return }
      above = next
    }
  }
}
