internal import Secrets
internal import Synchronization
internal import SystemPackage
internal import VaultFormat

/// A file, folder or link of an open vault.
///
/// `@unchecked Sendable`: what changes is guarded by one of three locks, as each property says. They are
/// taken in this order: the vault's tree lock, a node's own lock, the lock of places.
public final class LiveNode: @unchecked Sendable {
  /// What it is.
  public let kind: NodeKind
  /// The object's id.
  let id: ObjectID
  /// The number of a device.
  let device: UInt32
  /// Whether it is no object of the vault: pipes, sockets and devices live as long as the mount, and what is
  /// in the clear is not in it.
  let isFleeting: Bool
  /// What lies in the clear; nil for what is in the vault.
  let bulk: BulkNode?

  // MARK: Guarded by the tree lock

  /// What a folder of the vault holds; nil for others.
  let folder: LiveFolder?
  /// The number of its names.
  var names: UInt32 = 1

  // MARK: Guarded by the node's own lock

  let lock = Mutex(())
  /// What `stat(2)` says of it; nil until its head was first read.
  var facts: NodeFacts?
  /// Its head and contents, while they are in use.
  var body: LiveBody?
  /// How many handles programs have on it.
  var handles = 0
  /// How often the kernel has been told of it.
  var lookups: UInt64 = 0
  /// Whether it stands in the list of changed nodes.
  var isChanged = false
  /// Whether it has lost its last name.
  var isRemoved = false

  // MARK: Guarded by the lock of places

  /// How its head stands in the vault; nil while no commit has promised it.
  var promised: PromisedHead?
  /// Its names on disk; none while it has only what is in `new`.
  var places: [NodePlace] = []
  /// Whether its file or folder lies in `new`, under its id.
  var isInNew = false

  /// Something that lies in the clear.
  init(_ bulk: BulkNode) {
    self.bulk = bulk
    kind = bulk.kind
    id = .none
    device = bulk.device
    isFleeting = true
    folder = nil
  }

  init(_ kind: NodeKind, _ id: ObjectID, device: UInt32 = 0) {
    self.kind = kind
    self.id = id
    bulk = nil
    self.device = device
    isFleeting =
      switch kind {
      case .file, .folder, .link: false
      case .pipe, .socket, .characterDevice, .blockDevice: true
      }
    folder = kind == .folder ? LiveFolder() : nil
  }

  /// The number by which programs know it.
  public var inode: UInt64 {
    if let bulk { return bulk.identity.inode }
    // The first numbers have meanings of their own for some programs.
    return unsafe id.withBytes { unsafe $0.loadUnaligned(as: UInt64.self) } | 1 << 32
  }

  /// Works with what the node's own lock guards.
  @inline(__always)
  func locked<Result: Sendable>(_ body: () throws(Errno) -> Result) throws(Errno) -> Result {
    try lock.withLock { (_) throws(Errno) -> Result in try body() }
  }

  /// Works with what the node's own lock guards, where nothing can go wrong.
  @inline(__always)
  func withLock<Result: Sendable>(_ body: () -> Result) -> Result {
    lock.withLock { _ in body() }
  }
}

/// What a folder holds.
///
/// Guarded by the tree lock.
final class LiveFolder {
  var children: [[UInt8]: LiveNode] = [:]
  /// The folder it is in; itself for the root, nil for one that was removed.
  unowned(unsafe) var parent: LiveNode?
  /// How many of its children are folders.
  var folders: UInt32 = 0
  /// What of it or below it may lie in the clear; nil for nothing.
  var place: BulkPlace?

  /// Whether a name is, or would be, in the clear.
  func isClear(_ name: [UInt8]) -> Bool {
    place?.matches(name) == true && children[name] == nil
  }
}

/// A name on disk.
struct NodePlace {
  let folder: LiveNode
  let name: [UInt8]
}

/// How a head was last promised.
struct PromisedHead {
  var generation: UInt64
  var size: UInt64
  var digest: Digest
}

/// What a head says that `stat(2)` asks for.
struct NodeFacts {
  var mode: UInt16
  var owner: UInt32
  var group: UInt32
  var size: UInt64
  var accessed: FileFacts.Time
  var modified: FileFacts.Time
  var born: FileFacts.Time
  /// Not in the head: it is that of contents until something is changed.
  var changed: FileFacts.Time

  init(_ head: ObjectHead) {
    mode = head.mode
    owner = head.owner
    group = head.group
    size = head.size
    accessed = .init(head.accessed)
    modified = .init(head.modified)
    born = .init(head.born)
    changed = modified
  }
}
