internal import Secrets
internal import Synchronization
internal import SystemPackage
internal import VaultFormat

/// Reading contents in blocks.
extension ObjectWorkspace {
  /// Reads all blocks, seal pages and the root into `sink`.
  ///
  /// Long contents are read side by side, with `others` too.
  func readBlocks<Sink: BlockSink>(
    of object: ObjectFile, into sink: Sink, with others: [ObjectWorkspace] = []
  ) throws(ObjectFault) {
    guard let shape = object.shape else { return }
    let count = min(others.count + 1, shape.ranges)
    guard count > 1 else {
      var nodes: [Digest] = []
      for range in 0..<shape.ranges {
        nodes.append(try readRange(range, of: object, shape, into: sink))
      }
      return try check(root: nodes, of: object)
    }
    let crew = [self] + others
    let next = Atomic(0)
    let state = Mutex(
      (nodes: [Digest](repeating: .zero, count: shape.ranges), fault: ObjectFault?.none))
    do {
      try Workers.run(count) { (worker, workers) throws(VaultError) in
        while !workers.isStopped {
          let range = next.add(1, ordering: .relaxed).oldValue
          guard range < shape.ranges else { return }
          do throws(ObjectFault) {
            let node = try crew[worker].readRange(range, of: object, shape, into: sink)
            state.withLock { $0.nodes[range] = node }
          } catch {
            state.withLock { $0.fault = $0.fault ?? error }
            throw error.error(object.file.path)
          }
        }
      }
    } catch {
      throw state.withLock { $0.fault } ?? .failed(error)
    }
    try check(root: state.withLock { $0.nodes }, of: object)
  }

  /// Compares the root over the nodes of all ranges with the head's.
  func check(root nodes: [Digest], of object: ObjectFile) throws(ObjectFault) {
    try turn(to: object)
    guard SealTree.root(ofRanges: nodes, under: keys) == object.head.root else { throw .root }
  }

  /// Turns to an object that another workspace has opened.
  func turn(to object: ObjectFile) throws(ObjectFault) {
    do {
      try turn(to: object.epoch, object.head.id)
    } catch {
      throw .head(error)
    }
  }

  /// Reads the blocks of a range; gives the node over its seal pages, which is the only leaf's digest
  /// where there is one seal page, and zero where there is none.
  func readRange<Sink: BlockSink>(
    _ range: Int, of object: ObjectFile, _ shape: ObjectShape, into sink: Sink
  ) throws(ObjectFault) -> Digest {
    try turn(to: object)
    var holes = HoleScan(object.file, object.facts)
    if range == 0 { try readHeadBlocks(of: object, shape, into: sink) }
    let numbers = shape.sealPages(ofRange: range)
    unsafe leaves.bytes.initializeMemory(as: UInt8.self, repeating: 0)
    for number in numbers {
      let group = shape.group(ofSealPage: number)
      let contents = shape.contents(ofBlocks: group.firstBlock, count: group.count)
      let isHole = try attempt { () throws(VaultError) in
        try holes.isHole(group.offset..<group.end)
      }
      if isHole {
        // The leaf of a seal page of zeros is zeros too.
        try sink.skip(contents, with: self)
      } else {
        let leaf = try readGroup(group, number, contents, of: object, into: sink)
        unsafe leaf.withBytes { leaf in
          unsafe leaves.part(Int(number - numbers.lowerBound) * Digest.count, Digest.count)
            .copyMemory(from: leaf)
        }
      }
      try step(contents)
    }
    return node(ofRange: range, shape)
  }

  /// The node over the leaves of a range.
  func node(ofRange range: Int, _ shape: ObjectShape) -> Digest {
    switch shape.sealPages {
    case 0: .zero
    case 1: unsafe Digest(UnsafeRawBufferPointer(leaves.part(0, Digest.count))) ?? .zero
    default:
      unsafe SealTree.node(
        level: 1, UInt64(range), UnsafeRawBufferPointer(leaves.bytes), under: keys)
    }
  }

  /// Reads the blocks whose seals are in the head.
  func readHeadBlocks<Sink: BlockSink>(
    of object: ObjectFile, _ shape: ObjectShape, into sink: Sink
  ) throws(ObjectFault) {
    let count = shape.headBlocks
    guard count > 0 else { return }
    let pages = unsafe group.pages(1, count)
    if pagesRead < count + 1 || fileRead !== object.file {
      try unsafe fill(pages, from: object.file, at: UInt64(ObjectLayout.pageSize))
    }
    fileRead = nil
    let seals = unsafe seals.part(0, count * ObjectLayout.sealLength)
    unsafe seals.copyBytes(from: object.head.firstSeals[..<seals.count])
    let contents = shape.contents(ofBlocks: 0, count: count)
    try unsafe openBlocks(
      from: 0, pages, seals: UnsafeRawBufferPointer(seals), contents, into: sink)
    try step(contents)
  }

  /// Reads the blocks of one seal page; gives the leaf.
  private func readGroup<Sink: BlockSink>(
    _ group: BlockGroup, _ number: UInt64, _ contents: Range<UInt64>, of object: ObjectFile,
    into sink: Sink
  ) throws(ObjectFault) -> Digest {
    fileRead = nil
    try unsafe fill(self.group.pages(0, group.pages), from: object.file, at: group.offset)
    let page = unsafe UnsafeRawBufferPointer(self.group.pages(0, 1))
    let leaf = unsafe SealTree.leaf(number, page, under: keys)
    let used = group.count * ObjectLayout.sealLength
    guard unsafe page[used...].allSatisfy({ $0 == 0 }) else { throw .sealPage(number) }
    try unsafe openBlocks(
      from: group.firstBlock, self.group.pages(1, group.count),
      seals: UnsafeRawBufferPointer(rebasing: page[..<used]), contents, into: sink)
    return leaf
  }

  private func openBlocks<Sink: BlockSink>(
    from first: UInt64, _ pages: UnsafeMutableRawBufferPointer, seals: UnsafeRawBufferPointer,
    _ contents: Range<UInt64>, into sink: Sink
  ) throws(ObjectFault) {
    let opened = unsafe keys.open(
      blocksFrom: first, UnsafeRawBufferPointer(pages), seals: seals,
      into: Sink.wantsPlaintext ? pages : nil)
    guard opened == pages.count / ObjectLayout.pageSize else {
      throw .block(first + UInt64(opened))
    }
    try unsafe sink.take(contents, pages, seals: seals, with: self)
  }

  /// Opens the group of blocks whose contents begin at an offset, and copies them.
  /// - Returns: The runs of blocks that are not holes.
  func copyGroup(
    of object: ObjectFile, at offset: UInt64, into pages: UnsafeMutableRawBufferPointer
  ) throws(ObjectFault) -> [Range<Int>] {
    guard let shape = object.shape else { return [] }
    try turn(to: object)
    let sink = unsafe CopyingSink(pages)
    if let group = shape.group(at: offset) {
      let number =
        (group.firstBlock - UInt64(ObjectLayout.firstBlocks)) / UInt64(ObjectLayout.groupBlocks)
      let contents = shape.contents(ofBlocks: group.firstBlock, count: group.count)
      _ = try readGroup(group, number, contents, of: object, into: sink)
    } else {
      try readHeadBlocks(of: object, shape, into: sink)
    }
    return sink.runs
  }

  /// Tells of progress.
  func step(_ contents: Range<UInt64>) throws(ObjectFault) {
    guard let progress else { return }
    try attempt { () throws(VaultError) in try progress(UInt64(contents.count)) }
  }
}
