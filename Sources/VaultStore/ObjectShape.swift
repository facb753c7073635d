internal import VaultFormat

/// How contents of a size lie in an object's file: groups of blocks, and ranges of groups.
///
/// A *group* is the blocks whose seals are together: those of the head, then 102 for each seal page.
/// A *range* is what one worker takes at a time of a long object: the 128 groups below one node of the
/// first level of the root, 53 MB of contents; the head's blocks go with the first.
struct ObjectShape: Equatable {
  /// The size of the contents in bytes.
  let size: UInt64
  /// The length of the object's file in bytes.
  let fileLength: UInt64
  /// The number of blocks.
  let blocks: UInt64
  /// The number of seal pages.
  let sealPages: UInt64

  /// The number of groups in a range.
  static let rangeGroups = UInt64(SealTree.children)
  private static let page = UInt64(ObjectLayout.pageSize)

  /// Gives the shape of contents in blocks; nil for a size that no file can have.
  ///
  /// Nothing that is computed from a shape overflows: the length of the file is below 2^63.
  init?(size: UInt64) {
    guard let length = ObjectLayout.fileLength(size: size, layout: .blocks) else { return nil }
    self.size = size
    fileLength = UInt64(length)
    blocks = ObjectLayout.blocks(size: size)
    sealPages = ObjectLayout.sealPages(size: size)
  }

  /// The number of ranges; at least one.
  var ranges: Int {
    Int((max(sealPages, 1) - 1) / Self.rangeGroups + 1)
  }

  /// The number of blocks whose seals are in the head.
  var headBlocks: Int {
    Int(min(blocks, UInt64(ObjectLayout.firstBlocks)))
  }

  /// The seal pages of a range.
  func sealPages(ofRange range: Int) -> Range<UInt64> {
    let first = UInt64(range) * Self.rangeGroups
    return first..<min(first + Self.rangeGroups, sealPages)
  }

  /// The group of a seal page.
  func group(ofSealPage number: UInt64) -> BlockGroup {
    let first = UInt64(ObjectLayout.firstBlocks) + number * UInt64(ObjectLayout.groupBlocks)
    let count = min(UInt64(ObjectLayout.groupBlocks), blocks - first)
    return BlockGroup(
      firstBlock: first, count: Int(count), offset: (1 + first + number) * Self.page)
  }

  /// The group of the seal page whose first block begins at an offset of the contents; nil for the head's
  /// blocks.
  func group(at offset: UInt64) -> BlockGroup? {
    let block = offset / Self.page
    guard block >= UInt64(ObjectLayout.firstBlocks) else { return nil }
    return group(
      ofSealPage: (block - UInt64(ObjectLayout.firstBlocks)) / UInt64(ObjectLayout.groupBlocks))
  }

  /// The bytes of the contents that a run of blocks holds.
  func contents(ofBlocks first: UInt64, count: Int) -> Range<UInt64> {
    let start = first * Self.page
    return start..<min(start + UInt64(count) * Self.page, size)
  }
}

/// The blocks of one seal page.
struct BlockGroup {
  /// The number of the first block.
  let firstBlock: UInt64
  /// How many blocks there are, at least one.
  let count: Int
  /// Where the seal page begins in the object's file, in bytes; the data pages follow.
  let offset: UInt64

  /// The number of pages, the seal page among them.
  var pages: Int { count + 1 }
  /// Where the last data page ends in the object's file.
  var end: UInt64 { offset + UInt64(pages * ObjectLayout.pageSize) }
}
