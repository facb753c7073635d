internal import CLinux
internal import Glibc
internal import Secrets
internal import Synchronization
internal import SystemPackage
internal import VaultFormat

/// The tree of an open vault as programs see it, and all that was changed in it since.
///
/// Memory is the truth: what is changed is staged, promised by commits in the log, and only then written
/// to its place (docs/vault-format.md, "Log"). The names of the whole tree are held, some 300 bytes an
/// object; contents only while they are in use.
///
/// Three locks, taken in this order: the commit lock, the tree lock, a node's own. The lock of places,
/// taken last, guards the folders on disk.
public final class LiveVault: Sendable {
  /// The store's own folder.
  public let root: LiveNode
  /// Whether nothing may be changed.
  public let isReadOnly: Bool

  /// The vault's folder.
  let vault: FolderHandle
  /// The epoch under which everything is sealed.
  let epoch: UInt32
  /// The vault with its keys; nil when they are wiped.
  let opened: Mutex<OpenedVault?>
  let records: SealRecords
  let keys: KeyPool
  let pool = PagePool()
  let places: TreePlaces
  /// What of the store lies in the clear; nil where nothing may.
  let bulk: BulkTree?

  /// Guards the folders of the tree and what is pending of their names.
  let tree: Mutex<PendingNames>
  /// Nodes with something staged.
  let changed = Mutex<[LiveNode]>([])
  /// Nodes that have lost their last name and their last user, of which something may be in `new`.
  let orphans = Mutex<[LiveNode]>([])
  /// Whether the vault has extended attributes that are objects of their own.
  let hasLongAttributes = Atomic(false)
  /// Those that nothing refers to any more, once a commit has promised that.
  let obsoleteAttributes = Mutex<[ObjectID]>([])
  /// Guards the log and what was promised.
  let commits: Mutex<CommitState>
  /// How many have asked for a commit.
  let commitsWanted = Atomic<UInt64>(0)
  let openCount = Atomic(0)
  let sealedAt: Atomic<UInt64>
  /// Whether there was no room for what was promised, or for promising: nothing more may be begun then.
  let isFull = Atomic(false)
  /// Why nothing can be promised any more, once the log could not be written.
  let failure = Mutex<VaultError?>(nil)
  let worker: CommitWorker

  /// Pages staged at which a commit is begun without being asked for.
  static let stagedSoft = 4096
  /// Pages staged at which whoever writes waits for a commit.
  static let stagedHard = 16384

  /// Opens a vault that is as it was sealed: no log, every head as the manifest says.
  ///
  /// The caller has claimed the vault, for as long as this lives.
  /// - Throws: `VaultError`.
  public static func open(
    _ vault: OpenedVault, records: SealRecords = .standard, readOnly: Bool = false
  ) throws(VaultError) -> LiveVault {
    try open(vault, nil, records: records, readOnly: readOnly)
  }

  /// Opens a vault together with what of its store lies in the clear.
  static func open(
    _ vault: OpenedVault, _ bulk: BulkTree?, records: SealRecords, readOnly: Bool
  ) throws(VaultError) -> LiveVault {
    let header = vault.header
    guard header.header.epochs.count == 1 else {
      throw VaultError(
        .refused, vault.path, "a rotation of its keys was cut off",
        hint: "sotto key rotate goes on with it")
    }
    let sealing = VaultSealing(
      vault: vault.folder, header: header, store: vault.store, records: records)
    guard let manifest = try sealing.newestManifest(try ObjectWorkspace(header.keys)) else {
      throw VaultError(.damaged, vault.path, "there is no manifest")
    }
    let live = try LiveVault(vault, bulk, records, manifest, readOnly)
    do throws(Errno) {
      try live.makeWaysToBulk()
    } catch {
      throw VaultError(error, vault.path, "make folders in")
    }
    return live
  }

  private init(
    _ vault: OpenedVault, _ bulk: BulkTree?, _ records: SealRecords, _ manifest: ManifestFile,
    _ readOnly: Bool
  ) throws(VaultError) {
    self.bulk = bulk
    self.vault = vault.folder
    opened = Mutex(vault)
    self.records = records
    isReadOnly = readOnly
    let epoch = vault.header.keys.last
    self.epoch = epoch.number
    keys = try KeyPool(epoch)
    let nodes = try LiveTree.nodes(of: manifest.table, vault.path)
    root = nodes.root
    Self.setPlace(bulk?.top, of: nodes.root)
    places = TreePlaces(vault.folder, epoch, root: nodes.root)
    tree = Mutex(PendingNames())
    let log =
      readOnly
      ? nil
      : try RedoLog(
        vault.folder, epoch, vaultID: vault.header.header.vaultID,
        counter: manifest.header.counter, manifest: manifest.digest)
    commits = Mutex(
      CommitState(
        log: log, counter: manifest.header.counter, manifest: manifest.digest,
        nodes: nodes.all))
    sealedAt = Atomic(manifest.header.sealed)
    worker = CommitWorker()
    let isThere = try vault.folder.facts(of: VaultNames.attributes) != nil
    hasLongAttributes.store(isThere, ordering: .relaxed)
    if !readOnly { try worker.start(self) }
  }

  /// How many handles programs have on files and folders.
  public var openHandles: Int { openCount.load(ordering: .relaxed) }

  /// When the vault was last sealed, in seconds since 1970.
  public var sealed: UInt64 { sealedAt.load(ordering: .relaxed) }

  /// What keeps what is written from being promised, lower case, without a full stop; nil where nothing does.
  public var trouble: String? {
    if let failure = failure.withLock({ $0 }) { return "nothing can be kept: \(failure.text)" }
    return isFull.load(ordering: .relaxed) ? "there is no room left on the disk" : nil
  }

  // MARK: - Errors

  /// The number of an error for whoever made the request.
  static func errno(_ error: VaultError) -> Errno {
    switch error.code {
    case .system(let errno): errno
    case .full: .noSpace
    case .refused: .notPermitted
    default: .ioError
    }
  }

  /// Throws where nothing may be changed.
  func expectWritable() throws(Errno) {
    if isReadOnly { throw .readOnlyFileSystem }
  }

  /// Throws where there is no room for anything new.
  func expectRoom() throws(Errno) {
    if isFull.load(ordering: .relaxed) { throw .noSpace }
  }

  /// The time now, by the clock that the kernel takes times of files from: with a finer one a later change
  /// could look older.
  static func now() -> FileFacts.Time {
    var time = timespec()
    unsafe clock_gettime(CLOCK_REALTIME_COARSE, &time)
    return FileFacts.Time(time)
  }

  /// Works with the tree.
  @inline(__always)
  func withTree<Result: Sendable>(
    _ body: (inout PendingNames) throws(Errno) -> Result
  ) throws(Errno) -> Result {
    try tree.withLock { (pending) throws(Errno) -> Result in try body(&pending) }
  }

  // MARK: - Heads

  /// Reads a node's head where it is not at hand, so that `facts` and `body` are there.
  ///
  /// The node's lock is held.
  func load(_ node: LiveNode) throws(Errno) -> LiveBody {
    if let body = node.body { return body }
    do throws(VaultError) {
      let (head, file) = try places.open(node, keys, writing: !isReadOnly)
      let body = LiveBody(head, file, isPromised: true, pool)
      node.body = body
      if node.facts == nil { node.facts = NodeFacts(head) }
      return body
    } catch {
      throw Self.errno(error)
    }
  }

  /// What `stat(2)` asks for; the head is read where it never was.
  ///
  /// The node's lock is held.
  func facts(_ node: LiveNode) throws(Errno) -> NodeFacts {
    if let facts = node.facts { return facts }
    _ = try load(node)
    dropIfUnused(node)
    guard let facts = node.facts else { throw .ioError }
    return facts
  }

  /// Lets go of contents that nobody needs.
  ///
  /// The node's lock is held.
  func dropIfUnused(_ node: LiveNode) {
    guard node.handles == 0, !node.isChanged, !node.isFleeting, !node.isRemoved,
      let body = node.body, body.isSettled
    else { return }
    node.body = nil
  }

  /// Notes that something of a node is staged.
  ///
  /// The node's lock is held.
  func note(_ node: LiveNode) {
    // Nobody can ask for what has no name any more after this process.
    guard !node.isChanged, !node.isFleeting, !node.isRemoved else { return }
    node.isChanged = true
    let isFirst = changed.withLock { list in
      list.append(node)
      return list.count == 1
    }
    if isFirst { worker.wake(.soon) }
  }
}
