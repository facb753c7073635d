internal import Secrets
internal import SystemPackage
internal import VaultFormat

/// What a commit has taken of one node: pages that the log has and the node's file has not.
struct TakenPages {
  let node: LiveNode
  /// Page numbers of the file with what they shall hold, ascending; the head is among them.
  let pages: [(number: UInt64, page: Page)]
  /// The length of the file when they are in it, in bytes.
  let length: UInt64
  /// The head as it was sealed.
  let promised: PromisedHead
  /// The number of blocks to which the file is cut first.
  let cut: UInt64?
  /// The head of the state in which it was that short, where it is longer again.
  let cutHead: Page?
}

/// The log and what was promised.
///
/// Guarded by the commit lock.
struct CommitState {
  /// The log; nil where nothing may be changed, or when the vault was sealed.
  var log: RedoLog?
  /// The counter of the newest manifest.
  var counter: UInt64
  /// The digest of its head page.
  var manifest: Digest
  /// Every node that the vault has on disk, or will have when everything promised is in its place.
  var nodes: [ObjectID: LiveNode]
  /// How many of those who wanted a commit have got one.
  var served: UInt64 = 0
  /// What was promised and is still to be written to its place.
  var names: [NameChange] = []
  var taken: [TakenPages] = []
  /// Objects with extended attributes that nothing refers to any more.
  var obsoleteAttributes: [ObjectID] = []

  /// Whether something promised is still to be written to its place.
  var isBehind: Bool { !names.isEmpty || !taken.isEmpty }
}
