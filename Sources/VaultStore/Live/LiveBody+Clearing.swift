internal import SystemPackage
internal import VaultFormat

/// Making stretches of contents zeros.
extension LiveBody {
  private static let page = UInt64(ObjectLayout.pageSize)

  /// Makes a stretch inside the contents zeros; whole blocks of it become holes.
  func clear(_ stretch: Range<UInt64>, _ context: KeyContext) throws(Errno) {
    guard head.layout == .blocks else {
      for index in Int(stretch.lowerBound)..<Int(stretch.upperBound) { head.contents[index] = 0 }
      return
    }
    var block = stretch.lowerBound / Self.page
    while block * Self.page < stretch.upperBound {
      let start = max(stretch.lowerBound, block * Self.page)
      let end = min(stretch.upperBound, (block + 1) * Self.page)
      if try !isHole(block, context) {
        if end - start == Self.page {
          try clearBlock(block, context)
        } else {
          let inside = Int(start % Self.page)
          try clearPart(of: block, inside..<inside + Int(end - start), context)
        }
      }
      block += 1
    }
  }

  private func isHole(_ block: UInt64, _ context: KeyContext) throws(Errno) -> Bool {
    var isHole = false
    try unsafe withSeals(from: block, count: 1, context) { isHole = unsafe $0.isAllZero }
    return isHole
  }

  /// Makes a block a hole, whose page is zeros too.
  private func clearBlock(_ block: UInt64, _ context: KeyContext) throws(Errno) {
    guard let place = ObjectLayout.page(ofBlock: block) else { throw .fileTooLarge }
    try unsafe changeSeals(from: block, count: 1, context) {
      unsafe $0.initializeMemory(as: UInt8.self, repeating: 0)
    }
    unsafe stage(place).bytes.initializeMemory(as: UInt8.self, repeating: 0)
  }

  private func clearPart(
    of block: UInt64, _ part: Range<Int>, _ context: KeyContext
  ) throws(Errno) {
    try unsafe readBlock(block, into: context.block.bytes, context)
    unsafe context.block.part(part.lowerBound, part.count)
      .initializeMemory(as: UInt8.self, repeating: 0)
    try stageBlock(block, context)
  }
}
