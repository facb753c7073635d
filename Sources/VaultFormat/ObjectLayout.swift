/// Where the parts of an object stand in its file (docs/vault-format.md, "Blocks").
///
/// Sizes come from heads, so every function takes any of 64 bits.
public enum ObjectLayout {
  /// The length of a page, and of a block's contents, in bytes.
  public static let pageSize = 4096
  /// The length of a seal in bytes: nonce and tag.
  public static let sealLength = 40
  /// The number of blocks whose seals are in the head.
  public static let firstBlocks = 64
  /// The length of their seals in bytes.
  public static let firstSealsLength = firstBlocks * sealLength
  /// The number of blocks whose seals share a seal page.
  public static let groupBlocks = 102
  /// The most bytes of contents and attributes together that a head holds with contents inside.
  public static let insideLimit: UInt64 = 3864
  /// The most bytes of attributes that a head holds with contents in blocks.
  public static let attributesLimit = 1304

  private static let page = UInt64(pageSize)
  private static let first = UInt64(firstBlocks)
  private static let group = UInt64(groupBlocks)

  /// Where the seal of a block is.
  public enum SealPlace: Equatable, Sendable {
    /// In the head, at this offset in bytes of the first seals.
    case head(Int)
    /// In the seal page of this number, which is this page of the file, at this offset in bytes.
    case sealPage(UInt64, page: UInt64, Int)
  }

  /// The number of blocks of contents of a size in bytes.
  public static func blocks(size: UInt64) -> UInt64 {
    size / page + (size % page == 0 ? 0 : 1)
  }

  /// The number of seal pages of contents of a size in bytes.
  public static func sealPages(size: UInt64) -> UInt64 {
    let blocks = blocks(size: size)
    return blocks <= first ? 0 : (blocks - first - 1) / group + 1
  }

  /// The layout that contents of a size in bytes get when they are written anew.
  public static func layout(size: UInt64, attributes: Int) -> ContentsLayout {
    let left = insideLimit - min(UInt64(max(attributes, 0)), insideLimit)
    return size <= left ? .inside : .blocks
  }

  /// The page of the file that holds a block; nil for a block that no size in 64 bits has.
  public static func page(ofBlock block: UInt64) -> UInt64? {
    guard block <= UInt64.max / page else { return nil }
    guard block >= first else { return 1 + block }
    let (number, index) = (block - first).quotientAndRemainder(dividingBy: group)
    return 66 + 103 * number + index
  }

  /// The place of a block's seal; nil for a block that no size in 64 bits has.
  public static func sealPlace(ofBlock block: UInt64) -> SealPlace? {
    guard block <= UInt64.max / page else { return nil }
    guard block >= first else { return .head(Int(block) * sealLength) }
    let (number, index) = (block - first).quotientAndRemainder(dividingBy: group)
    return .sealPage(number, page: 65 + 103 * number, Int(index) * sealLength)
  }

  /// The page of the file that is the seal page of a number; nil where no size in 64 bits has it.
  public static func page(ofSealPage number: UInt64) -> UInt64? {
    number < sealPages(size: .max) ? 65 + 103 * number : nil
  }

  /// The blocks whose seals are in the seal page of a number, for contents of a size in bytes.
  public static func blocks(ofSealPage number: UInt64, size: UInt64) -> Range<UInt64> {
    guard number < sealPages(size: size) else { return 0..<0 }
    let start = first + number * group
    return start..<min(start + group, blocks(size: size))
  }

  /// The number of pages of the file: head, seal pages and data pages.
  public static func filePages(size: UInt64, layout: ContentsLayout) -> UInt64 {
    switch layout {
    case .inside: 1
    case .blocks: 1 + blocks(size: size) + sealPages(size: size)
    }
  }

  /// The length of the file in bytes; nil where it is more than a file can have.
  public static func fileLength(size: UInt64, layout: ContentsLayout) -> Int64? {
    let (length, overflow) = filePages(size: size, layout: layout)
      .multipliedReportingOverflow(by: page)
    return overflow ? nil : Int64(exactly: length)
  }
}
