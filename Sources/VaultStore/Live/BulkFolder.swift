internal import CLinux
internal import Glibc
internal import SystemPackage

/// A folder in the clear, and what is done to the names in it.
struct BulkFolder: Sendable {
  let descriptor: BulkDescriptor
  private let tree: BulkTree
  private let role: Role

  /// What the folder is in the view.
  enum Role: Sendable {
    /// The store's own, which is closed but for the moment of a change.
    case store(BulkPlace?)
    /// One of the vault; without its place nothing is looked up in it.
    case way(BulkPlace?)
    /// One in the clear.
    case inside(LiveNode)
  }

  init(_ tree: BulkTree, _ descriptor: BulkDescriptor, _ role: Role) {
    self.tree = tree
    self.descriptor = descriptor
    self.role = role
  }

  private func changing<Result>(_ change: () throws(Errno) -> Result) throws(Errno) -> Result {
    if case .store = role { return try tree.lending(change) }
    return try change()
  }

  private func place(of name: FileName) -> BulkNode.Place? {
    switch role {
    case .store(let place), .way(let place):
      place.map { BulkNode.Place(folder: .way($0), name: name) }
    case .inside(let node): BulkNode.Place(folder: .inside(node), name: name)
    }
  }

  /// A name as the system wants it.
  static func step(_ name: [UInt8]) throws(Errno) -> FileName {
    guard let step = FileName(name) else { throw .invalidArgument }
    return step
  }

  // MARK: - Looking

  /// What has a name.
  /// - Throws: `ENOENT` where there is nothing, or where another file system is mounted.
  func node(_ name: FileName, in folder: LiveNode) throws(Errno) -> LiveNode {
    do throws(Errno) {
      return try node(try tree.open(name, in: descriptor), name, in: folder)
    } catch .improperLink {
      throw .noSuchFileOrDirectory
    }
  }

  private func node(
    _ anchor: BulkDescriptor, _ name: FileName, in folder: LiveNode
  ) throws(Errno) -> LiveNode {
    let status = try anchor.status()
    let node = tree.table.node(BulkNode.Identity(status)) {
      LiveNode(BulkNode(anchor, status, tree))
    }
    found(node, name, in: folder)
    return node
  }

  /// Notes that a node has a name here.
  func found(_ node: LiveNode, _ name: FileName, in folder: LiveNode) {
    if let place = place(of: name) { node.bulk?.found(at: place, in: folder) }
  }

  /// Does what takes a name away; who has it in hand keeps what had it.
  private func losing(_ name: FileName, _ change: () throws(Errno) -> Void) throws(Errno) {
    guard let anchor = try? tree.open(name, in: descriptor), let status = try? anchor.status(),
      let node = tree.table.find(BulkNode.Identity(status)), let bulk = node.bulk
    else { return try change() }
    let place = bulk.pin(anchor)
    do throws(Errno) {
      try change()
    } catch {
      bulk.unpin(place)
      throw error
    }
  }

  /// All names, with the numbers and kinds of what has them; `.` and `..` left out.
  func names() throws(Errno) -> [(name: [UInt8], inode: UInt64, kind: NodeKind)] {
    let folder = try descriptor.reopenFolder()
    let own = withExtendedLifetime(folder) { fcntl(folder.raw, F_DUPFD_CLOEXEC, 0) }
    guard own >= 0 else { throw Errno(rawValue: errno) }
    guard let stream = unsafe fdopendir(own) else {
      let reason = Errno(rawValue: errno)
      close(own)
      throw reason
    }
    defer { unsafe closedir(stream) }
    var names: [(name: [UInt8], inode: UInt64, kind: NodeKind)] = []
    while true {
      errno = 0
      guard let entry = unsafe readdir(stream) else {
        if errno == 0 { return names }
        throw Errno(rawValue: errno)
      }
      let bytes = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        unsafe Array(bytes.prefix { $0 != 0 })
      }
      guard let name = FileName(bytes) else { continue }
      let kind: NodeKind
      if unsafe entry.pointee.d_type == UInt8(DT_UNKNOWN) {
        guard let status = try? tree.open(name, in: descriptor).status() else { continue }
        kind = NodeKind(format: status.st_mode)
      } else {
        // `DTTOIF` of readdir(3).
        kind = NodeKind(format: unsafe mode_t(entry.pointee.d_type) << 12)
      }
      names.append((bytes, unsafe UInt64(entry.pointee.d_ino), kind))
    }
  }

  /// Waits until the names are on the medium.
  func sync() throws(Errno) {
    let folder = try descriptor.reopenFolder()
    try BulkDescriptor.check { fsync(folder.raw) }
  }

  // MARK: - Making

  /// Who owns what is made, and what may be done with it.
  struct Rights {
    var mode: UInt16
    var owner: UInt32
    var group: UInt32
  }

  /// Makes something new; whoever asks owns it before anybody can reach it by its mode.
  func make(
    _ kind: NodeKind, _ name: FileName, in folder: LiveNode, _ rights: Rights, target: [UInt8]
  ) throws(Errno) -> LiveNode {
    try changing { () throws(Errno) -> LiveNode in
      let file = try make(kind, name, target)
      do throws(Errno) {
        let node = try node(name, in: folder)
        guard let bulk = node.bulk, bulk.kind == kind else { throw .staleNFSFileHandle }
        try give(bulk, rights)
        if let file { bulk.adopt(file) }
        return node
      } catch {
        let flags = kind == .folder ? AT_REMOVEDIR : 0
        _ = unsafe name.withCString { unsafe unlinkat(descriptor.raw, $0, flags) }
        throw error
      }
    }
  }

  /// - Returns: Of a file its descriptor.
  private func make(
    _ kind: NodeKind, _ name: FileName, _ target: [UInt8]
  ) throws(Errno) -> BulkDescriptor? {
    let own = mode_t(0o600)
    switch kind {
    case .file:
      let flags = O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW
      let made = unsafe name.withCString { unsafe openat(descriptor.raw, $0, flags, own) }
      guard made >= 0 else { throw Errno(rawValue: errno) }
      return BulkDescriptor(owning: made)
    case .folder: try unsafe call(name) { unsafe mkdirat(descriptor.raw, $0, 0o700) }
    case .link:
      let target = target.map { CChar(bitPattern: $0) } + [0]
      try unsafe call(name) { unsafe symlinkat(target, descriptor.raw, $0) }
    case .pipe: try unsafe call(name) { unsafe mknodat(descriptor.raw, $0, S_IFIFO | own, 0) }
    case .socket: try unsafe call(name) { unsafe mknodat(descriptor.raw, $0, S_IFSOCK | own, 0) }
    // It would be there without the mount, which makes nothing of it.
    case .characterDevice, .blockDevice: throw .notPermitted
    }
    return nil
  }

  private func give(_ node: BulkNode, _ rights: Rights) throws(Errno) {
    let made = try node.attributes()
    if made.owner != rights.owner || made.group != rights.group {
      do throws(Errno) {
        try node.setOwner(rights.owner, group: rights.group)
      } catch .notPermitted where geteuid() != 0 {
        // Somebody's own files are theirs already; a group that they only lent themselves is not kept.
      }
    }
    if node.kind != .link { try node.setMode(rights.mode) }
  }

  /// Makes a folder of the way to what is bulk, its owner that of the one it is in.
  func makeWay(_ name: FileName) throws(Errno) {
    try changing { () throws(Errno) in
      do throws(Errno) {
        try unsafe call(name) { unsafe mkdirat(descriptor.raw, $0, 0o700) }
      } catch .fileExists {
        return
      }
      guard geteuid() == 0 else { return }
      let (above, made) = (
        try descriptor.status(), try tree.open(name, in: descriptor, O_DIRECTORY)
      )
      try BulkDescriptor.check {
        unsafe fchownat(made.raw, "", above.st_uid, above.st_gid, sotto_AT_EMPTY_PATH)
      }
    }
  }

  // MARK: - Changing

  /// Gives a file a second name.
  func link(_ node: BulkNode, _ name: FileName) throws(Errno) {
    try node.anchored { (anchor) throws(Errno) in
      let path = anchor.path
      try changing { () throws(Errno) in
        try unsafe call(name) {
          // The link that is followed is the descriptor's own.
          unsafe linkat(AT_FDCWD, path, descriptor.raw, $0, AT_SYMLINK_FOLLOW)
        }
      }
    }
  }

  /// Takes a name away.
  func remove(_ name: FileName, isFolder: Bool) throws(Errno) {
    try losing(name) { () throws(Errno) in
      try changing { () throws(Errno) in
        try unsafe call(name) { unsafe unlinkat(descriptor.raw, $0, isFolder ? AT_REMOVEDIR : 0) }
      }
    }
  }

  /// Gives what has a name another one.
  func rename(
    _ name: FileName, to folder: BulkFolder, _ newName: FileName, _ mode: RenameMode
  ) throws(Errno) {
    let flags: UInt32 =
      switch mode {
      case .replace: 0
      case .noReplace: sotto_RENAME_NOREPLACE
      case .exchange: sotto_RENAME_EXCHANGE
      }
    func rename() throws(Errno) {
      try unsafe call(name) { name in
        unsafe newName.withCString {
          unsafe sotto_renameat2(descriptor.raw, name, folder.descriptor.raw, $0, flags)
        }
      }
    }
    try changing { () throws(Errno) in
      try folder.changing { () throws(Errno) in
        if mode != .replace { return try rename() }
        try folder.losing(newName) { () throws(Errno) in try rename() }
      }
    }
  }

  private func call(_ name: FileName, _ body: (UnsafePointer<CChar>) -> Int32) throws(Errno) {
    try BulkDescriptor.check { unsafe name.withCString { unsafe body($0) } }
  }
}
