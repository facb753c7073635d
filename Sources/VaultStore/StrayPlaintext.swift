/// What lies in the folder of a store that is locked, bulk apart.
public struct StrayPlaintext: Sendable {
  /// What was put there since.
  public private(set) var files: [NotTaken] = []
  /// What no lock takes, and why not.
  public private(set) var refused: [NotTaken] = []

  /// Looks for it.
  /// - Parameter bulk: The rule in the header's settings.
  /// - Throws: `VaultError`.
  public init(_ place: LockPlace, bulk: [String]) throws(VaultError) {
    guard let rule = BulkRule(bulk) else {
      throw VaultError(.damaged, place.vault, "a bulk pattern is no path below the store")
    }
    try self.init(try PlainTree(place.store, bulk: rule))
  }

  init(_ tree: PlainTree) throws(VaultError) {
    var walk = PlainWalk(tree)
    while let step = try walk.next() {
      switch step {
      case .entry(let entry):
        files.append(NotTaken(path: entry.path, why: "was put there after the store was locked"))
      case .refused(let entry, let reason):
        refused.append(NotTaken(path: entry.path, why: reason))
      case .bulk, .folder, .end: continue
      }
    }
  }

  /// All of it.
  public var all: [NotTaken] { files + refused }
}
