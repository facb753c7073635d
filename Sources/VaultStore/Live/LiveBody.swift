internal import Secrets
internal import SystemPackage
internal import VaultFormat

/// Head and contents of an object in use, with all that is not in its file yet.
///
/// Guarded by the node's lock.
///
/// Pages are numbered as in the object's file: 0 is the head. `staged` has what was changed since the last
/// commit began, `committing` what that commit has taken and not yet written to its place. Every other
/// page is in the file.
@safe final class LiveBody {
  /// The head; what `NodeFacts` has too counts there.
  var head: ObjectHead
  /// The object's file; nil while it has none.
  var file: FileHandle?
  var staged: [UInt64: Page] = [:]
  var committing: [UInt64: Page] = [:]
  let seals: SealPages
  /// Blocks below this number have been promised, or the file still holds such: they are not overwritten
  /// in place.
  var promisedBlocks: UInt64
  /// Whether blocks were written in place since the file was last synced.
  var isInPlace = false
  /// The number of blocks to which the contents were cut since the last commit began, where the file may
  /// hold more: that must go before blocks are written in place again.
  var cut: UInt64?
  /// The same for what the commit has taken.
  var committingCut: UInt64?
  private let pool: PagePool

  init(_ head: ObjectHead, _ file: FileHandle?, isPromised: Bool, _ pool: PagePool) {
    self.head = head
    self.file = file
    self.pool = pool
    let size = head.layout == .blocks ? head.size : 0
    promisedBlocks = isPromised ? ObjectLayout.blocks(size: size) : 0
    seals = SealPages(size: size, pool)
  }

  deinit {
    for page in staged.values { pool.give(page) }
    for page in committing.values { pool.give(page) }
  }

  /// Whether everything is in the file.
  var isSettled: Bool { staged.isEmpty && committing.isEmpty && !isInPlace }

  // MARK: - Seals

  /// Makes sure that seal pages can be used.
  func loadSeals(_ context: KeyContext) throws(Errno) {
    guard !seals.isLoaded else { return }
    guard let file else { throw .ioError }
    try seals.load(file, root: head.root, context.keys)
  }

  /// Lends the seals of blocks that lie together: in the head or in one seal page.
  /// - Parameter body: Is given the seals of at most `count` blocks from `block` on.
  func withSeals(
    from block: UInt64, count: Int, _ context: KeyContext,
    _ body: (UnsafeRawBufferPointer) -> Void
  ) throws(Errno) {
    switch ObjectLayout.sealPlace(ofBlock: block) {
    case .head(let offset):
      let end = min(offset + count * ObjectLayout.sealLength, ObjectLayout.firstSealsLength)
      unsafe head.firstSeals.withUnsafeBytes {
        unsafe body(UnsafeRawBufferPointer(rebasing: $0[offset..<end]))
      }
    case .sealPage(let number, _, let offset):
      try loadSeals(context)
      let page = try seals.page(number, file, context.keys)
      let end = min(
        offset + count * ObjectLayout.sealLength,
        ObjectLayout.groupBlocks * ObjectLayout.sealLength)
      unsafe body(UnsafeRawBufferPointer(rebasing: page.contents[offset..<end]))
    case nil: throw .fileTooLarge
    }
  }

  /// Lends the seals of blocks that lie together, to be changed.
  func changeSeals(
    from block: UInt64, count: Int, _ context: KeyContext,
    _ body: (UnsafeMutableRawBufferPointer) -> Void
  ) throws(Errno) {
    switch ObjectLayout.sealPlace(ofBlock: block) {
    case .head(let offset):
      let end = min(offset + count * ObjectLayout.sealLength, ObjectLayout.firstSealsLength)
      unsafe head.firstSeals.withUnsafeMutableBytes {
        unsafe body(UnsafeMutableRawBufferPointer(rebasing: $0[offset..<end]))
      }
    case .sealPage(let number, _, let offset):
      try loadSeals(context)
      let page = try seals.pageToChange(number, file, context.keys)
      let end = min(
        offset + count * ObjectLayout.sealLength,
        ObjectLayout.groupBlocks * ObjectLayout.sealLength)
      unsafe body(UnsafeMutableRawBufferPointer(rebasing: page.bytes[offset..<end]))
    case nil: throw .fileTooLarge
    }
  }

  /// How many blocks from `block` on have their seals together, of at most `count`.
  static func run(from block: UInt64, count: Int) -> Int {
    let first = UInt64(ObjectLayout.firstBlocks)
    let left =
      block < first
      ? first - block
      : UInt64(ObjectLayout.groupBlocks) - (block - first) % UInt64(ObjectLayout.groupBlocks)
    return min(count, Int(left))
  }

  // MARK: - Staged pages

  /// The page of a block that is not in the file yet.
  func pending(_ page: UInt64) -> Page? {
    staged[page] ?? committing[page]
  }

  /// A staged page to be written, its old contents of no use.
  func stage(_ page: UInt64) -> Page {
    if let there = staged[page] { return there }
    let new = pool.take()
    staged[page] = new
    return new
  }

  /// Forgets a staged page.
  func unstage(_ page: UInt64) {
    if let there = staged.removeValue(forKey: page) { pool.give(there) }
  }

  /// Takes pages over that a commit has taken, with those that are left of earlier ones.
  func commit(_ pages: [NumberedPage]) {
    if let cut {
      committingCut = min(committingCut ?? cut, cut)
      // What an earlier commit has left to write there is void.
      let end = ObjectLayout.filePages(
        size: cut.multipliedReportingOverflow(by: UInt64(ObjectLayout.pageSize)).partialValue,
        layout: .blocks)
      for number in committing.keys where number >= end {
        if let page = committing.removeValue(forKey: number) { pool.give(page) }
      }
    }
    for page in pages {
      if let old = committing.updateValue(page.page, forKey: page.number) { pool.give(old) }
    }
  }

  /// Gives back what was written to its place.
  func settle() {
    for page in committing.values { pool.give(page) }
    committing.removeAll(keepingCapacity: false)
    committingCut = nil
  }
}
