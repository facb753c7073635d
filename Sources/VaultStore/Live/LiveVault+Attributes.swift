internal import Glibc
internal import Synchronization
public import SystemPackage
internal import VaultFormat

/// Attributes of the nodes of an open vault.
extension LiveVault {
  /// What a node says of itself.
  public func attributes(of node: LiveNode) throws(Errno) -> NodeAttributes {
    if let bulk = node.bulk { return try bulk.attributes() }
    let (names, folders, isShared) = tree.withLock { _ in
      (node.names, node.folder?.folders ?? 0, node.folder?.place != nil)
    }
    let facts = try node.locked { () throws(Errno) -> NodeFacts in try self.facts(node) }
    let isGone = names == 0
    let inside = facts.size <= ObjectLayout.insideLimit
    return NodeAttributes(
      inode: node.inode, kind: node.kind, mode: facts.mode,
      // One where folders in the clear may be among them, whose number nobody keeps (as on Btrfs).
      links: node.kind == .folder ? (isGone ? 0 : isShared ? 1 : 2 + folders) : names,
      owner: facts.owner, group: facts.group, device: node.device,
      size: node.kind == .folder ? UInt64(ObjectLayout.pageSize) : facts.size,
      allocated: inside
        ? (facts.size == 0 ? 0 : UInt64(ObjectLayout.pageSize))
        : ObjectLayout.blocks(size: facts.size) * UInt64(ObjectLayout.pageSize),
      accessed: facts.accessed, modified: facts.modified, changed: facts.changed)
  }

  /// Changes attributes.
  /// - Returns: What the node says of itself then.
  public func change(
    _ node: LiveNode, _ change: AttributeChange
  ) throws(Errno) -> NodeAttributes {
    try expectWritable()
    if let bulk = node.bulk {
      try bulk.change(change)
      return try bulk.attributes()
    }
    try throttle()
    if let size = change.size { try resize(node, to: size) }
    let now = Self.now()
    try node.locked { () throws(Errno) in
      // A head that is changed must be at hand when it is sealed anew.
      if !node.isRemoved || node.facts == nil {
        let body = try load(node)
        // Descriptors are few, and contents in the head need none.
        if body.head.layout == .inside, node.handles == 0 { body.file = nil }
      }
      guard var facts = node.facts else { throw .ioError }
      if let mode = change.mode { facts.mode = mode & 0o7777 }
      if let owner = change.owner { facts.owner = owner }
      if let group = change.group { facts.group = group }
      if let time = change.accessed { facts.accessed = time }
      if let time = change.modified { facts.modified = time }
      facts.changed = change.changed ?? now
      node.facts = facts
      note(node)
    }
    return try attributes(of: node)
  }

  private func resize(_ node: LiveNode, to size: UInt64) throws(Errno) {
    switch node.kind {
    case .file: break
    case .folder: throw .isDirectory
    default: throw .invalidArgument
    }
    guard size <= Self.mostBytes else { throw .fileTooLarge }
    let now = Self.now()
    try keys.lend(node.id) { (context) throws(Errno) in
      try node.locked { () throws(Errno) in
        let body = try load(node)
        guard let old = node.facts?.size else { throw .ioError }
        guard size != old else { return }
        if size > old { try expectRoom() }
        if size > ObjectLayout.insideLimit - UInt64(body.head.attributes.count) {
          try shortenAttributes(body)
        }
        try body.resize(from: old, to: size, context)
        node.facts?.size = size
        node.facts?.modified = now
        node.facts?.changed = now
        note(node)
      }
    }
  }

  /// The most bytes of contents: what the tree over the seals holds in memory grows with the size.
  static let mostBytes: UInt64 = 1 << 43

  /// How much room there is where the vault lies.
  public func statistics() throws(Errno) -> FileSystemStatistics {
    var raw = statvfs()
    guard unsafe fstatvfs(vault.descriptor.rawValue, &raw) == 0 else {
      throw Errno(rawValue: Glibc.errno)
    }
    let unit = UInt64(raw.f_frsize)
    return FileSystemStatistics(
      bytes: UInt64(raw.f_blocks) &* unit, free: UInt64(raw.f_bfree) &* unit,
      available: UInt64(raw.f_bavail) &* unit, files: UInt64(raw.f_files),
      freeFiles: UInt64(raw.f_ffree))
  }

  // MARK: - Users

  /// Notes that the kernel knows the node, which is kept from then on.
  public func retain(_ node: LiveNode) {
    let isFirst = node.withLock {
      node.lookups += 1
      return node.lookups == 1
    }
    if isFirst { _ = unsafe Unmanaged.passRetained(node) }
  }

  /// Notes that the kernel has forgotten the node so often.
  public func release(_ node: LiveNode, _ count: UInt64) {
    let isLast = node.withLock {
      guard node.lookups > 0 else { return false }
      node.lookups -= min(count, node.lookups)
      dropRemoved(node)
      return node.lookups == 0
    }
    if isLast { unsafe Unmanaged.passUnretained(node).release() }
  }

  /// Notes a handle on a file or folder.
  public func open(_ node: LiveNode, writing: Bool) throws(Errno) {
    if writing { try expectWritable() }
    if let bulk = node.bulk {
      try bulk.open(writing: writing)
    } else if writing {
      try expectRoom()
    }
    node.withLock { node.handles += 1 }
    openCount.add(1, ordering: .relaxed)
  }

  /// Notes that a handle is closed.
  public func close(_ node: LiveNode, writing: Bool) {
    openCount.subtract(1, ordering: .relaxed)
    node.bulk?.close()
    let isOrphan = node.withLock {
      node.handles -= 1
      dropIfUnused(node)
      dropRemoved(node)
      return node.isRemoved && node.handles == 0
    }
    if isOrphan { orphans.withLock { $0.append(node) } }
  }
}
