internal import Secrets
internal import SystemPackage
internal import VaultFormat

/// Changing contents.
extension LiveBody {
  private static let page = UInt64(ObjectLayout.pageSize)
  /// Blocks that must come together to be written in place: fewer are cheaper in the log, with the head
  /// that needs to be there anyway.
  private static let inPlace = 16

  /// The most bytes of contents that the head holds.
  private var insideLimit: Int {
    Int(ObjectLayout.insideLimit) - head.attributes.count
  }

  /// Writes where the contents are in the head and stay there.
  /// - Returns: Whether that was so.
  func writeInside(
    at offset: UInt64, _ bytes: UnsafeRawBufferPointer
  ) -> Bool {
    let end = offset + UInt64(bytes.count)
    guard head.layout == .inside, end <= UInt64(max(insideLimit, 0)) else { return false }
    let (start, end_) = (Int(offset), Int(end))
    if head.contents.count < end_ {
      head.contents.append(contentsOf: repeatElement(0, count: end_ - head.contents.count))
    }
    unsafe head.contents.withUnsafeMutableBytes {
      unsafe UnsafeMutableRawBufferPointer(rebasing: $0[start..<end_]).copyMemory(from: bytes)
    }
    return true
  }

  /// Moves contents out of the head into blocks.
  func moveToBlocks(_ context: KeyContext) throws(Errno) {
    guard head.layout == .inside else { return }
    let contents = head.contents
    head.contents = []
    head.layout = .blocks
    head.firstSeals = [UInt8](repeating: 0, count: ObjectLayout.firstSealsLength)
    guard !contents.isEmpty else { return }
    unsafe context.block.bytes.initializeMemory(as: UInt8.self, repeating: 0)
    unsafe context.block.bytes.copyBytes(from: contents)
    try stageBlock(0, context)
  }

  /// Seals the block in the context's buffer and stages it.
  func stageBlock(_ block: UInt64, _ context: KeyContext) throws(Errno) {
    guard let place = ObjectLayout.page(ofBlock: block) else { throw .fileTooLarge }
    let page = stage(place)
    let seal = unsafe context.seal.part(0, ObjectLayout.sealLength)
    unsafe context.keys.seal(
      blocksFrom: block, UnsafeRawBufferPointer(context.block.bytes), into: page.bytes,
      seals: seal)
    try unsafe changeSeals(from: block, count: 1, context) {
      unsafe $0.copyMemory(from: UnsafeRawBufferPointer(seal))
    }
  }

  /// Changes a part of one block.
  /// - Parameter blocks: The number of blocks before the write; those beyond are zeros.
  func changeBlock(
    _ block: UInt64, at offset: Int, _ bytes: UnsafeRawBufferPointer, blocks: UInt64,
    _ context: KeyContext
  ) throws(Errno) {
    if block < blocks {
      try unsafe readBlock(block, into: context.block.bytes, context)
    } else {
      unsafe context.block.bytes.initializeMemory(as: UInt8.self, repeating: 0)
    }
    unsafe context.block.part(offset, bytes.count).copyMemory(from: bytes)
    try stageBlock(block, context)
  }

  /// Takes up whole blocks that were sealed into the context's buffers.
  ///
  /// Many new ones together go straight to their place, for nothing that was promised is there.
  /// - Parameter openFile: Gives the object's file, made where there is none.
  func take(
    blocksFrom first: UInt64, count: Int, _ context: KeyContext,
    _ openFile: () throws(Errno) -> FileHandle
  ) throws(Errno) {
    var done = 0
    while done < count {
      let block = first + UInt64(done)
      let run = Self.run(from: block, count: count - done)
      guard let place = ObjectLayout.page(ofBlock: block) else { throw .fileTooLarge }
      let pages = unsafe context.pages.pages(done, run)
      try unsafe changeSeals(from: block, count: run, context) {
        unsafe $0.copyMemory(
          from: UnsafeRawBufferPointer(
            context.seals.part(
              done * ObjectLayout.sealLength, run * ObjectLayout.sealLength)))
      }
      if count >= Self.inPlace, block >= promisedBlocks, cut == nil, committingCut == nil,
        try unsafe writeInPlace(place, UnsafeRawBufferPointer(pages), openFile)
      {
        for index in 0..<UInt64(run) { unstage(place + index) }
      } else {
        for index in 0..<run {
          let page = stage(place + UInt64(index))
          unsafe page.bytes.copyMemory(
            from: UnsafeRawBufferPointer(context.pages.pages(done + index, 1)))
        }
      }
      done += run
    }
  }

  /// - Returns: Whether there was room; else the blocks are staged.
  private func writeInPlace(
    _ place: UInt64, _ pages: UnsafeRawBufferPointer,
    _ openFile: () throws(Errno) -> FileHandle
  ) throws(Errno) -> Bool {
    // What a commit has taken of the same pages would be written over them.
    guard
      committing.isEmpty
        || !(0..<UInt64(pages.count / ObjectLayout.pageSize)).contains(
          where: { committing[place + $0] != nil })
    else { return false }
    guard let file = try? openFile(),
      (try? unsafe file.write(at: place * Self.page, pages)) != nil
    else { return false }
    isInPlace = true
    return true
  }

  // MARK: - Size

  /// Sets the size of the contents.
  /// - Parameter old: The size so far.
  func resize(from old: UInt64, to size: UInt64, _ context: KeyContext) throws(Errno) {
    if head.layout == .inside {
      if size <= UInt64(max(insideLimit, 0)) {
        let size = Int(size)
        if head.contents.count > size {
          head.contents.removeLast(head.contents.count - size)
        } else {
          head.contents.append(contentsOf: repeatElement(0, count: size - head.contents.count))
        }
        return
      }
      try moveToBlocks(context)
    }
    let (oldBlocks, blocks) = (ObjectLayout.blocks(size: old), ObjectLayout.blocks(size: size))
    if size < old {
      try shrink(from: oldBlocks, to: blocks, size, context)
    } else if ObjectLayout.sealPages(size: size) > seals.count {
      try loadSeals(context)
      seals.resize(to: size)
    }
  }

  private func shrink(
    from oldBlocks: UInt64, to blocks: UInt64, _ size: UInt64, _ context: KeyContext
  ) throws(Errno) {
    let rest = Int(size % Self.page)
    if rest != 0 {
      // The last block is filled up with zeros; a hole is that already.
      try unsafe readBlock(blocks - 1, into: context.block.bytes, context)
      let tail = unsafe context.block.part(rest, ObjectLayout.pageSize - rest)
      if !UnsafeRawBufferPointer(tail).isAllZero {
        unsafe tail.initializeMemory(as: UInt8.self, repeating: 0)
        try stageBlock(blocks - 1, context)
      }
    }
    guard blocks < oldBlocks else { return }
    let left = ObjectLayout.sealPages(size: size)
    if left > 0 { try loadSeals(context) }
    // Seals of blocks that do not exist are zero: of those that share a page with the last one that does.
    var block = blocks
    let end = min(oldBlocks, Self.endOfSealPage(of: blocks))
    if Self.isBesideLast(blocks) {
      while block < end {
        let run = Self.run(from: block, count: Int(end - block))
        try unsafe changeSeals(from: block, count: run, context) {
          unsafe $0.initializeMemory(as: UInt8.self, repeating: 0)
        }
        block += UInt64(run)
      }
    }
    let firstPage = ObjectLayout.page(ofBlock: blocks) ?? .max
    for page in staged.keys where page >= firstPage {
      // A seal page is not staged, and stands before its blocks.
      unstage(page)
    }
    seals.resize(to: size)
    if left == 0 { seals.forget() }
    if file != nil || !committing.isEmpty { cut = min(cut ?? blocks, blocks) }
  }

  /// The number of the first block whose seal is not with that of a block.
  private static func endOfSealPage(of block: UInt64) -> UInt64 {
    block + UInt64(run(from: block, count: ObjectLayout.groupBlocks))
  }

  /// Whether the seal of a block is where that of the block before it is.
  private static func isBesideLast(_ block: UInt64) -> Bool {
    let first = UInt64(ObjectLayout.firstBlocks)
    return block < first
      || (block > first && (block - first) % UInt64(ObjectLayout.groupBlocks) != 0)
  }
}
