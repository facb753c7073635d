public import SystemPackage

/// A folder in which an application keeps its things, to be locked as one.
public struct DataFolder: Equatable, Sendable {
  /// The folder.
  public var path: FilePath
  /// What in it is bulk and stays in the clear: patterns of paths below it, `*` for any characters but
  /// a slash (docs/vault-format.md, "Header").
  public var bulk: [String]
  /// Whether it is the application's own; false where it also holds much that is somebody else's, so
  /// that it is not to be locked unless it is named.
  public var isOwn: Bool

  /// Makes a data folder.
  public init(_ path: FilePath, bulk: [String] = [], isOwn: Bool = true) {
    self.path = path
    self.bulk = bulk
    self.isOwn = isOwn
  }

  /// Makes a data folder that is the application's own if few of its entries are not the
  /// application's.
  /// - Parameters:
  ///   - known: How many of its entries the application makes.
  ///   - others: How many it does not.
  init(_ path: FilePath, bulk: [String] = [], known: Int, others: Int) {
    self.init(path, bulk: bulk, isOwn: known > 0 && others * 4 <= known)
  }

  /// The patterns as they are below a folder that this one is in; none where it is not.
  public func bulk(below outer: FilePath) -> [String] {
    guard path.starts(with: outer) else { return [] }
    let names = path.components.dropFirst(outer.components.count).map(\.string)
    return bulk.map { (names + [$0]).joined(separator: "/") }
  }
}
