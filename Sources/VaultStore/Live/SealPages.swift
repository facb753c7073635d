internal import Secrets
internal import SystemPackage
internal import VaultFormat

/// The seal pages of an object in use, and the tree over them (docs/vault-format.md, "Root").
///
/// The leaves of all seal pages are held once the object's blocks beyond the head's were first asked for:
/// 32 bytes for 408 KiB of contents. With them each seal page authenticates itself when it is read, so that
/// the pages themselves come and go. Guarded by the node's lock.
@safe final class SealPages {
  /// The number of seal pages.
  private(set) var count: UInt64
  /// Whether the leaves are those of the object, and not still to be read.
  private(set) var isLoaded: Bool
  private let pool: PagePool
  private var pages: [UInt64: Page] = [:]
  /// Seal pages that differ from those that were last given to a commit.
  private(set) var changed: Set<UInt64> = []
  /// The leaves below each node of the first level, 4,096 bytes each; those of zeros are left out.
  private var leaves: [UInt64: [UInt8]] = [:]
  /// The nodes of the first level.
  private var nodes: [Digest] = []
  private var changedNodes: Set<UInt64> = []

  /// Seal pages without a change that are kept at hand; there is one for 408 KiB of contents.
  private static let kept = 2048
  private static let children = UInt64(SealTree.children)

  /// Begins for an object with contents of a size, whose leaves are to be read unless it has none.
  init(size: UInt64, _ pool: PagePool) {
    count = ObjectLayout.sealPages(size: size)
    isLoaded = count == 0
    self.pool = pool
  }

  deinit {
    for page in pages.values { pool.give(page) }
  }

  // MARK: - Reading

  /// Reads all leaves and compares them with the root.
  ///
  /// - Throws: `EIO` where they are not those that the head was sealed with.
  func load(
    _ file: FileHandle, root: Digest, _ keys: borrowing ObjectKeys
  ) throws(Errno) {
    guard !isLoaded else { return }
    let page = pool.take()
    defer { pool.give(page) }
    guard let facts = try? file.facts() else { throw .ioError }
    var holes = HoleScan(file, facts)
    for number in 0..<count {
      let offset = Self.place(number) * UInt64(ObjectLayout.pageSize)
      guard let isHole = try? holes.isHole(offset..<offset + UInt64(ObjectLayout.pageSize)) else {
        throw .ioError
      }
      if isHole { continue }
      try Self.read(file, offset, page)
      let leaf = unsafe SealTree.leaf(number, page.contents, under: keys)
      if leaf != .zero { set(leaf, of: number) }
    }
    renewNodes(keys)
    guard SealTree.root(ofRanges: nodes, under: keys) == root else { throw .ioError }
    changedNodes = []
    isLoaded = true
  }

  /// Where a seal page is, in pages of the file.
  static func place(_ number: UInt64) -> UInt64 {
    65 &+ 103 &* number
  }

  private static func read(_ file: FileHandle, _ offset: UInt64, _ page: Page) throws(Errno) {
    guard let got = try? unsafe file.read(at: offset, into: page.bytes) else { throw .ioError }
    // Beyond the end there are only holes.
    if got < ObjectLayout.pageSize {
      unsafe UnsafeMutableRawBufferPointer(rebasing: page.bytes[got...])
        .initializeMemory(as: UInt8.self, repeating: 0)
    }
  }

  /// A seal page, read where it is not at hand.
  /// - Throws: `EIO` where it is not as it was sealed.
  func page(
    _ number: UInt64, _ file: FileHandle?, _ keys: borrowing ObjectKeys
  ) throws(Errno) -> Page {
    if let page = pages[number] { return page }
    if pages.count - changed.count >= Self.kept { dropUnchanged() }
    let page = pool.take()
    let leaf = leaf(number)
    if leaf == .zero {
      unsafe page.bytes.initializeMemory(as: UInt8.self, repeating: 0)
    } else {
      guard let file else {
        pool.give(page)
        throw .ioError
      }
      do throws(Errno) {
        try Self.read(file, Self.place(number) * UInt64(ObjectLayout.pageSize), page)
        guard unsafe SealTree.leaf(number, page.contents, under: keys) == leaf else {
          throw .ioError
        }
      } catch {
        pool.give(page)
        throw error
      }
    }
    pages[number] = page
    return page
  }

  /// A seal page that is going to be changed.
  func pageToChange(
    _ number: UInt64, _ file: FileHandle?, _ keys: borrowing ObjectKeys
  ) throws(Errno) -> Page {
    let page = try page(number, file, keys)
    changed.insert(number)
    return page
  }

  /// Gives back the memory of pages that can be read again.
  func dropUnchanged() {
    for (number, page) in pages where !changed.contains(number) {
      pool.give(page)
      pages[number] = nil
    }
  }

  // MARK: - Changing

  /// Takes over a new size: seal pages beyond it are gone.
  func resize(to size: UInt64) {
    let new = ObjectLayout.sealPages(size: size)
    defer { count = new }
    guard new < count else { return }
    for number in pages.keys where number >= new {
      if let page = pages.removeValue(forKey: number) { pool.give(page) }
      changed.remove(number)
    }
    for (range, _) in leaves {
      let first = range * Self.children
      if first >= new {
        leaves[range] = nil
        changedNodes.insert(range)
      } else if first + Self.children > new {
        let kept = Int(new - first) * Digest.count
        leaves[range]?.replaceSubrange(
          kept..., with: repeatElement(0, count: ObjectLayout.pageSize - kept))
        changedNodes.insert(range)
      }
    }
  }

  /// Says that there is no seal page any more, so that none is to be read.
  func forget() {
    isLoaded = true
    nodes = []
    changedNodes = []
    leaves = [:]
  }

  /// Ends the changes so far: the root with them.
  func root(_ keys: borrowing ObjectKeys) -> Digest {
    for number in changed {
      guard let page = pages[number] else { continue }
      set(unsafe SealTree.leaf(number, page.contents, under: keys), of: number)
    }
    renewNodes(keys)
    return SealTree.root(ofRanges: nodes, under: keys)
  }

  /// Lends the pages that were changed, and regards them as unchanged from then on.
  func takeChanges(_ body: (UInt64, Page) -> Void) {
    for number in changed {
      if let page = pages[number] { body(number, page) }
    }
    changed = []
  }

  private func leaf(_ number: UInt64) -> Digest {
    guard let chunk = leaves[number / Self.children] else { return .zero }
    let place = Int(number % Self.children) * Digest.count
    return Digest(chunk[place..<place + Digest.count]) ?? .zero
  }

  private func set(_ leaf: Digest, of number: UInt64) {
    let range = number / Self.children
    let place = Int(number % Self.children) * Digest.count
    unsafe leaves[range, default: [UInt8](repeating: 0, count: ObjectLayout.pageSize)]
      .withUnsafeMutableBytes { bytes in
        unsafe leaf.withBytes {
          unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[place..<place + Digest.count])
            .copyMemory(from: $0)
        }
      }
    changedNodes.insert(range)
  }

  /// Computes the nodes of the first level anew where leaves have changed.
  private func renewNodes(_ keys: borrowing ObjectKeys) {
    let ranges = count == 0 ? 0 : (count - 1) / Self.children + 1
    if nodes.count > Int(ranges) { nodes.removeLast(nodes.count - Int(ranges)) }
    while nodes.count < Int(ranges) {
      // Among others, where one seal page became two: a single leaf stands for itself.
      changedNodes.insert(UInt64(nodes.count))
      nodes.append(.zero)
    }
    if let first = nodes.first, first != .zero || !leaves.isEmpty { changedNodes.insert(0) }
    for range in changedNodes where range < ranges {
      guard let chunk = leaves[range] else {
        nodes[Int(range)] = .zero
        continue
      }
      nodes[Int(range)] =
        count == 1
        ? leaf(0)
        : unsafe chunk.withUnsafeBytes {
          unsafe SealTree.node(level: 1, range, $0, under: keys)
        }
    }
    changedNodes = []
  }
}
