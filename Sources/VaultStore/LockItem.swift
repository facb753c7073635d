internal import Erasure
internal import SystemPackage
internal import VaultFormat

/// One file or symbolic link of the store on its way into the vault, under all its names.
///
/// `@unchecked Sendable`: one worker at a time has it.
final class LockItem: @unchecked Sendable {
  /// One of its names, in the store and in the tree.
  struct Place: Sendable {
    let folder: FolderPair
    let name: FileName
    let disk: TreeName

    /// The path in the store, for people.
    var path: FilePath { folder.plain.handle.path.appending(name) }
  }

  /// What becomes of it.
  enum Fate: Equatable {
    /// It is on its way.
    case going
    /// It was changed meanwhile, and starts over.
    case changed
    /// It is in use, by whom where that is known.
    case inUse(String)
    /// It stays where it is, for a reason.
    case left(String)
  }

  /// Where its bytes come from.
  enum Source {
    /// An open file, under a lease where there are leases.
    case file(FileHandle, isLeased: Bool)
    /// A symbolic link's target.
    case link([UInt8])
  }

  /// Its names inside the store.
  let places: [Place]
  /// What the system said of it before it was read.
  let status: PlainStatus
  let source: Source
  /// The attributes as bytes.
  let attributes: [UInt8]
  /// The object's id: a new one, or that of the object that a lock made before it was cut off.
  let id: ObjectID
  /// Whether the vault has it already, and only the plaintext is left to remove.
  let isRecorded: Bool

  var fate = Fate.going
  var written: WrittenObject?
  var writtenAttributes: WrittenObject?
  /// Its names in the folder where plaintext is erased.
  var moved: [FileName] = []
  /// What came of overwriting it; nil where it was not tried.
  var overwriting: Result<OverwriteResult, ErasureError>?
  /// Whether it has a name that is not in `places`, and so is somebody else's too.
  var isSharedOutside = false

  init(
    places: [Place], _ status: PlainStatus, _ source: Source, attributes: [UInt8], id: ObjectID,
    isRecorded: Bool
  ) {
    self.places = places
    self.status = status
    self.source = source
    self.attributes = attributes
    self.id = id
    self.isRecorded = isRecorded
  }

  var isGoing: Bool { fate == .going }

  /// The path in the store, for people.
  var path: FilePath { places[0].path }

  /// The size of its contents in bytes.
  var size: UInt64 {
    switch source {
    case .file: status.facts.size
    case .link(let target): UInt64(target.count)
    }
  }

  /// The name of the object while it is not in its place, and a further one for each hard link.
  func newName(_ place: Int = 0) -> FileName? {
    FileName(place == 0 ? id.hex : "\(id.hex)-\(place)")
  }

  /// The head, but for what the contents add to it.
  func head() -> ObjectHead {
    var head = ObjectHead(
      status.facts.kind == .link ? .link : .file, id: id, epoch: 0, status)
    head.size = size
    return head
  }

  /// Whether the store still has under every name what was read.
  func isUnchanged() throws(VaultError) -> Bool {
    for place in places {
      guard let now = try place.folder.plain.handle.status(of: place.name) else { return false }
      guard now.isUnchanged(since: status) else { return false }
    }
    if case .file(let file, isLeased: true) = source { return Lease.isWhole(file) }
    return true
  }
}

extension ObjectHead {
  /// The head of an entry of the store, without contents and attributes.
  init(_ kind: ObjectKind, id: ObjectID, epoch: UInt32, _ status: PlainStatus) {
    self.init(kind, id: id, epoch: epoch)
    mode = status.facts.mode
    owner = status.facts.owner
    group = status.facts.group
    modified = ObjectTime(status.facts.modified)
    accessed = ObjectTime(status.facts.accessed)
    born = status.born.map { ObjectTime($0) } ?? .zero
  }
}

extension ObjectTime {
  /// A time as the system keeps it.
  init(_ time: FileFacts.Time) {
    self.init(seconds: time.seconds, nanoseconds: min(time.nanoseconds, 999_999_999))
  }
}
