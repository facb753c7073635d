public import Secrets

/// The root over an object's seal pages, computed as they go by (docs/vault-format.md, "Root").
///
/// Memory is one node a level, seven at most. Pages that are all zeros cost nothing in runs, so that
/// a hole of any size is passed at once.
public struct SealTree: Sendable {
  /// The number of children of a node.
  public static let children = 128

  /// The children, so far, of the one unfinished node above a level.
  private struct Level {
    var digests = [UInt8](repeating: 0, count: children * Digest.count)
    var filled = 0
    var isZero = true
    /// The unfinished node's number among its level's.
    var node: UInt64 = 0
  }

  /// Element k holds nodes of level k; leaves are level 0.
  private var levels: [Level] = []
  /// The number of pages so far.
  public private(set) var pages: UInt64 = 0

  /// Begins without a page.
  public init() {}

  /// Adds the next seal page.
  public mutating func add(_ page: UnsafeRawBufferPointer, under keys: borrowing ObjectKeys) {
    let leaf = unsafe Self.leaf(pages, page, under: keys)
    pages &+= 1
    append(leaf, at: 0, under: keys)
  }

  /// Adds as many seal pages of zeros, in a time that grows with the logarithm of their number.
  public mutating func addZeros(_ count: UInt64, under keys: borrowing ObjectKeys) {
    pages &+= count
    appendZeros(count, at: 0, under: keys)
  }

  /// Ends: the root over all pages that were added.
  public consuming func root(under keys: borrowing ObjectKeys) -> Digest {
    guard pages > 0 else { return .zero }
    var level = 0
    var nodes = pages
    while nodes > 1 {
      if levels[level].filled > 0 { finishNode(at: level, under: keys) }
      nodes = (nodes - 1) / UInt64(Self.children) + 1
      level += 1
    }
    return Digest(levels[level].digests.prefix(Digest.count)) ?? .zero
  }

  /// The root over seal pages that lie in one piece.
  public static func root(
    of pages: UnsafeRawBufferPointer, under keys: borrowing ObjectKeys
  ) -> Digest {
    var tree = SealTree()
    for number in 0..<pages.count / ObjectLayout.pageSize {
      unsafe tree.add(
        pages.part(at: number * ObjectLayout.pageSize, ObjectLayout.pageSize), under: keys)
    }
    return tree.root(under: keys)
  }

  /// The leaf of one seal page.
  public static func leaf(
    _ number: UInt64, _ page: UnsafeRawBufferPointer, under keys: borrowing ObjectKeys
  ) -> Digest {
    unsafe hash(0, number, page, under: keys)
  }

  /// A node above the leaves, of its level, its number and the digests of its 128 children.
  public static func node(
    level: UInt8, _ number: UInt64, _ children: UnsafeRawBufferPointer,
    under keys: borrowing ObjectKeys
  ) -> Digest {
    unsafe hash(level, number, children, under: keys)
  }

  private static func hash(
    _ level: UInt8, _ number: UInt64, _ bytes: UnsafeRawBufferPointer,
    under keys: borrowing ObjectKeys
  ) -> Digest {
    guard unsafe !bytes.isZero else { return .zero }
    var hash = keys.treeHash()
    hash.add(integer: level)
    hash.add(integer: number)
    unsafe hash.add(bytes)
    return hash.digest()
  }

  private mutating func append(
    _ digest: Digest, at level: Int, under keys: borrowing ObjectKeys
  ) {
    if level == levels.count { levels.append(Level()) }
    if digest != .zero {
      let place = levels[level].filled * Digest.count
      unsafe levels[level].digests.withUnsafeMutableBytes { unsafe $0.store(digest, at: place) }
      levels[level].isZero = false
    }
    levels[level].filled += 1
    if levels[level].filled == Self.children { finishNode(at: level, under: keys) }
  }

  private mutating func appendZeros(
    _ count: UInt64, at level: Int, under keys: borrowing ObjectKeys
  ) {
    guard count > 0 else { return }
    if level == levels.count { levels.append(Level()) }
    let children = UInt64(Self.children)
    var left = count
    if levels[level].filled > 0 {
      let taken = min(left, children - UInt64(levels[level].filled))
      levels[level].filled += Int(taken)
      left -= taken
      if levels[level].filled == Self.children { finishNode(at: level, under: keys) }
    }
    // Whole nodes of zeros are zeros themselves, one level up.
    let (nodes, rest) = left.quotientAndRemainder(dividingBy: children)
    appendZeros(nodes, at: level + 1, under: keys)
    levels[level].node &+= nodes
    levels[level].filled += Int(rest)
  }

  /// Hands the unfinished node above `level` to that level, its missing children being zeros.
  private mutating func finishNode(at level: Int, under keys: borrowing ObjectKeys) {
    var digest = Digest.zero
    if !levels[level].isZero {
      let number = levels[level].node
      digest = unsafe levels[level].digests.withUnsafeBytes {
        unsafe Self.node(level: UInt8(level + 1), number, $0, under: keys)
      }
      levels[level].digests = [UInt8](repeating: 0, count: Self.children * Digest.count)
      levels[level].isZero = true
    }
    levels[level].filled = 0
    levels[level].node &+= 1
    append(digest, at: level + 1, under: keys)
  }
}
