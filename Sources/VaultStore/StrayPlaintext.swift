/// What lies in the folder of a store that is locked and does not belong there.
public enum StrayPlaintext {
  /// Names everything in the store's folder that is neither a folder nor bulk.
  /// - Parameter bulk: The rule in the header's settings.
  /// - Throws: `VaultError`.
  public static func list(
    _ place: LockPlace, bulk: [String]
  ) throws(VaultError) -> [NotTaken] {
    guard let rule = BulkRule(bulk) else {
      throw VaultError(.damaged, place.vault, "a bulk pattern is no path below the store")
    }
    return try list(try PlainTree(place.store, bulk: rule))
  }

  static func list(_ tree: PlainTree) throws(VaultError) -> [NotTaken] {
    var found: [NotTaken] = []
    var walk = PlainWalk(tree)
    while let step = try walk.next() {
      switch step {
      case .entry(let entry):
        found.append(
          NotTaken(path: entry.path, why: "was put there after the store was locked"))
      case .refused(let entry, let reason):
        found.append(NotTaken(path: entry.path, why: reason))
      case .folder, .bulk, .end: continue
      }
    }
    return found
  }
}
