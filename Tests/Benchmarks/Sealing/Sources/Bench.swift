internal import Secrets
internal import VaultFormat

/// One thread's object, its plaintext and what it is sealed to.
///
/// `@unchecked Sendable`: one task at a time uses it.
@safe final class Bench: @unchecked Sendable {
  enum Act: CaseIterable {
    case seal, open, check, root
  }

  /// The bytes of a group's contents.
  static let length = ObjectLayout.groupBlocks * ObjectLayout.pageSize
  static let groups = (64 << 20) / length

  private let keys: ObjectKeys
  private let plaintext: UnsafeMutableRawBufferPointer
  private let pages: UnsafeMutableRawBufferPointer
  /// A seal page for each group.
  private let seals: UnsafeMutableRawBufferPointer
  /// Whether everything that was opened and checked is as it was sealed.
  private(set) var isIntact = true
  private var root: Digest?

  init(_ epoch: EpochKeys) throws {
    keys = try ObjectKeys(epoch, .random())
    let size = Self.groups * Self.length
    unsafe plaintext = .allocate(byteCount: size, alignment: ObjectLayout.pageSize)
    unsafe pages = .allocate(byteCount: size, alignment: ObjectLayout.pageSize)
    unsafe seals = .allocate(
      byteCount: Self.groups * ObjectLayout.pageSize, alignment: ObjectLayout.pageSize)
    unsafe Sodium.fillRandom(plaintext)
    unsafe Sodium.fillRandom(pages)
    _ = unsafe seals.initializeMemory(as: UInt8.self, repeating: 0)
  }

  deinit {
    unsafe plaintext.deallocate()
    unsafe pages.deallocate()
    unsafe seals.deallocate()
  }

  func run(_ act: Act) {
    if act == .root {
      let found = unsafe SealTree.root(of: UnsafeRawBufferPointer(seals), under: keys)
      isIntact = isIntact && (root ?? found) == found
      root = found
      return
    }
    for group in 0..<Self.groups {
      let blocks = group * Self.length..<(group + 1) * Self.length
      let start = group * ObjectLayout.pageSize
      let places = start..<start + ObjectLayout.groupBlocks * ObjectLayout.sealLength
      let first = UInt64(group * ObjectLayout.groupBlocks)
      let clear = unsafe UnsafeMutableRawBufferPointer(rebasing: plaintext[blocks])
      let page = unsafe UnsafeMutableRawBufferPointer(rebasing: pages[blocks])
      let seal = unsafe UnsafeMutableRawBufferPointer(rebasing: seals[places])
      if act == .seal {
        unsafe keys.seal(
          blocksFrom: first, UnsafeRawBufferPointer(clear), into: page, seals: seal)
      } else {
        let opened = unsafe keys.open(
          blocksFrom: first, UnsafeRawBufferPointer(page), seals: UnsafeRawBufferPointer(seal),
          into: act == .open ? clear : nil)
        isIntact = isIntact && opened == ObjectLayout.groupBlocks
      }
    }
  }
}
