internal import CLinux
internal import Glibc
internal import Synchronization
internal import SystemPackage

/// A file, folder or link of the store that lies in the clear, beneath the mount.
///
/// Held by a descriptor that names it, so that it stays the same whatever becomes of its names. There are only so
/// many of those: one that was not needed for long is closed, and the file found again at its place, if it is the
/// same. Links are never followed here: whoever reads one is told where it points.
final class BulkNode: Sendable {
  /// Which file it is on disk.
  struct Identity: Hashable {
    let device: UInt64
    let inode: UInt64

    init(_ status: stat) {
      device = UInt64(status.st_dev)
      inode = UInt64(status.st_ino)
    }
  }

  /// Where it was found last, or was brought since.
  struct Place: Sendable {
    enum Folder: Sendable {
      /// A folder of the vault, which keeps its name as long as anything in it is in the clear.
      case way(BulkPlace)
      case inside(LiveNode)
    }

    let folder: Folder
    let name: FileName
  }

  private struct Use {
    var file: OpenFile?
    var handles = 0
    var parent: LiveNode?
    /// Nil while it is not known to have a name: the anchor is kept then.
    var place: Place?
    var anchor: BulkDescriptor?
  }

  private struct OpenFile {
    let descriptor: BulkDescriptor
    let isWritable: Bool
  }

  let identity: Identity
  let kind: NodeKind
  /// The number of a device.
  let device: UInt32
  private let tree: BulkTree
  private let use: Mutex<Use>

  init(_ anchor: BulkDescriptor, _ status: stat, _ tree: BulkTree) {
    self.tree = tree
    use = Mutex(Use(anchor: anchor))
    identity = Identity(status)
    kind = NodeKind(format: status.st_mode)
    device = UInt32(truncatingIfNeeded: status.st_rdev)
  }

  deinit {
    if use.withLock({ $0.anchor != nil }) { tree.table.noteAnchorClosed() }
    tree.table.forget(identity)
  }

  /// The folder that it was found in last.
  var parent: LiveNode? { use.withLock { $0.parent } }

  // MARK: - Where it is

  /// Notes where it was found, or has been brought.
  func found(at place: Place, in parent: LiveNode) {
    let before = use.withLock { use in
      let before = (use.place, use.parent)
      (use.place, use.parent) = (place, parent)
      return before
    }
    withExtendedLifetime(before) {}
  }

  /// Keeps it by a descriptor alone, because its name is about to go.
  /// - Returns: Its place, for the case that the name stays.
  func pin(_ anchor: BulkDescriptor) -> Place? {
    let (before, isNew) = use.withLock { use in
      let (before, isNew) = (use.place, use.anchor == nil)
      if isNew { use.anchor = anchor }
      use.place = nil
      return (before, isNew)
    }
    if isNew { tree.table.noteAnchorOpened() }
    return before
  }

  /// Takes back `pin`.
  func unpin(_ place: Place?) {
    use.withLock { $0.place = $0.place ?? place }
  }

  /// Names it; nothing can be read or written through it.
  func anchor() throws(Errno) -> BulkDescriptor {
    var tries = 0
    while true {
      let (held, place) = use.withLock { ($0.anchor, $0.place) }
      if let held { return held }
      guard let place else { throw .staleNFSFileHandle }
      do throws(Errno) {
        let found = try tree.open(place)
        let status = try found.status()
        guard Identity(status) == identity, NodeKind(format: status.st_mode) == kind else {
          throw .staleNFSFileHandle
        }
        let isNew = use.withLock { use in
          if use.anchor != nil { return false }
          use.anchor = found
          return true
        }
        if isNew { tree.table.noteAnchor(of: identity) }
        return found
      } catch {
        // It may have been renamed between the two.
        tries += 1
        if tries == 3 { throw error }
      }
    }
  }

  /// What became of a descriptor that was to be closed.
  enum Dropping {
    case closed
    case needed
    case absent
  }

  /// Closes the descriptor, where nobody has the file open and it can be found again.
  func dropAnchor() -> Dropping {
    use.withLock { use in
      guard use.anchor != nil else { return .absent }
      guard use.place != nil, use.handles == 0 else { return .needed }
      use.anchor = nil
      return .closed
    }
  }

  /// Does something to what it names.
  func anchored<Result>(
    _ body: (BulkDescriptor) throws(Errno) -> Result
  ) throws(Errno) -> Result {
    let anchor = try anchor()
    defer { withExtendedLifetime(anchor) {} }
    return try body(anchor)
  }

  // MARK: - Being open

  /// Notes a handle; a file is open from the first to the last one.
  func open(writing: Bool) throws(Errno) {
    let anchor = try anchor()
    try use.withLock { (use) throws(Errno) in
      if kind == .file { try open(&use, anchor, writing: writing) }
      use.handles += 1
    }
  }

  /// Notes that a handle is closed.
  func close() {
    let closed = use.withLock { use -> OpenFile? in
      use.handles -= 1
      guard use.handles <= 0 else { return nil }
      let file = use.file
      use.file = nil
      return file
    }
    withExtendedLifetime(closed) {}
  }

  /// Takes the descriptor by which the file was made: its mode may forbid to open it again.
  func adopt(_ descriptor: BulkDescriptor) {
    use.withLock { $0.file = OpenFile(descriptor: descriptor, isWritable: true) }
  }

  /// The open file; the kernel may write what it holds when the last handle is closed already.
  func file(writing: Bool) throws(Errno) -> BulkDescriptor {
    guard kind == .file else { throw kind == .folder ? .isDirectory : .invalidArgument }
    let open = use.withLock { use -> BulkDescriptor? in
      guard let file = use.file, file.isWritable || !writing else { return nil }
      return file.descriptor
    }
    if let open { return open }
    let anchor = try anchor()
    return try use.withLock { (use) throws(Errno) in
      var once = Use()
      once.file = use.file
      try self.open(&once, anchor, writing: writing)
      guard let file = once.file else { throw .badFileDescriptor }
      if use.handles > 0 { use.file = file }
      return file.descriptor
    }
  }

  private func open(
    _ use: inout Use, _ anchor: BulkDescriptor, writing: Bool
  ) throws(Errno) {
    if let file = use.file, file.isWritable || !writing { return }
    guard writing else {
      use.file = OpenFile(descriptor: try anchor.reopen(O_RDONLY), isWritable: false)
      return
    }
    do throws(Errno) {
      use.file = OpenFile(descriptor: try anchor.reopen(O_RDWR), isWritable: true)
    } catch .permissionDenied {
      // A file that its owner may write and not read.
      use.file = OpenFile(descriptor: try anchor.reopen(O_WRONLY), isWritable: true)
    }
  }
}

extension NodeKind {
  /// What the bits of a mode say that something is.
  init(format mode: mode_t) {
    switch mode & S_IFMT {
    case S_IFDIR: self = .folder
    case S_IFLNK: self = .link
    case S_IFIFO: self = .pipe
    case S_IFSOCK: self = .socket
    case S_IFCHR: self = .characterDevice
    case S_IFBLK: self = .blockDevice
    default: self = .file
    }
  }
}
