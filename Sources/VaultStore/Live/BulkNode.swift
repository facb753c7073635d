internal import CLinux
internal import Glibc
internal import Synchronization
internal import SystemPackage

/// A file, folder or link of the store that lies in the clear, beneath the mount.
///
/// Held by a descriptor that names it, so that it stays the same whatever becomes of its names. Links are
/// never followed here: whoever reads one is told where it points.
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

  private struct Use {
    var file: OpenFile?
    var handles = 0
    var parent: LiveNode?
  }

  private struct OpenFile {
    let descriptor: BulkDescriptor
    let isWritable: Bool
  }

  let identity: Identity
  let kind: NodeKind
  /// The number of a device.
  let device: UInt32
  /// Names it; nothing can be read or written through it.
  let anchor: BulkDescriptor
  private let table: BulkTable
  private let use = Mutex(Use())

  init(_ anchor: BulkDescriptor, _ status: stat, _ table: BulkTable) {
    self.anchor = anchor
    self.table = table
    identity = Identity(status)
    kind = NodeKind(format: status.st_mode)
    device = UInt32(truncatingIfNeeded: status.st_rdev)
  }

  deinit {
    table.forget(identity)
  }

  /// The folder that it was found in last.
  var parent: LiveNode? {
    get { use.withLock { $0.parent } }
    set {
      let before = use.withLock { use in
        let before = use.parent
        use.parent = newValue
        return before
      }
      withExtendedLifetime(before) {}
    }
  }

  // MARK: - Being open

  /// Notes a handle; a file is open from the first to the last one.
  func open(writing: Bool) throws(Errno) {
    try use.withLock { (use) throws(Errno) in
      if kind == .file { try open(&use, writing: writing) }
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
    return try use.withLock { (use) throws(Errno) in
      if let file = use.file, file.isWritable || !writing { return file.descriptor }
      var once = Use()
      once.file = use.file
      try open(&once, writing: writing)
      guard let file = once.file else { throw .badFileDescriptor }
      if use.handles > 0 { use.file = file }
      return file.descriptor
    }
  }

  private func open(_ use: inout Use, writing: Bool) throws(Errno) {
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
