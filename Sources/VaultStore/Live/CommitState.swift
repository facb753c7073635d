internal import Secrets
internal import SystemPackage
internal import VaultFormat

/// A page of an object's file, with its number in it.
struct NumberedPage: Sendable {
  let number: UInt64
  let page: Page

  /// The most pages of a run.
  private static let most = 512

  /// Pages that lie together in the file, of some whose numbers ascend.
  static func runs(of pages: [NumberedPage]) -> [(first: UInt64, pages: [Page])] {
    var runs: [(first: UInt64, pages: [Page])] = []
    for page in pages {
      if let last = runs.last, last.first + UInt64(last.pages.count) == page.number,
        last.pages.count < most
      {
        runs[runs.count - 1].pages.append(page.page)
      } else {
        runs.append((page.number, [page.page]))
      }
    }
    return runs
  }
}

/// Pages of one node that the log has and its file has not.
struct TakenPages: Sendable {
  let node: LiveNode
  /// The pages, their numbers ascending; the head is among them.
  let pages: [NumberedPage]
  /// The length of the file when they are in it, in bytes.
  let length: UInt64
  /// The head as it was sealed.
  let promised: PromisedHead
  /// The number of blocks to which the file is cut first.
  let cut: UInt64?
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
  ///
  /// Names of several commits where there was no room for the first; they are applied in this order.
  var names: [[NameChange]] = []
  var taken: [ObjectID: TakenPages] = [:]
  /// Objects with extended attributes that nothing promised refers to any more.
  var obsolete: [ObjectID] = []

  /// Whether something promised is still to be written to its place.
  var isBehind: Bool { !names.isEmpty || !taken.isEmpty }
}
