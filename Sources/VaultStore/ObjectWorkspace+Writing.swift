internal import Secrets
internal import Synchronization
internal import SystemPackage
public import VaultFormat

/// Writing objects.
extension ObjectWorkspace {
  /// Writes an object into an empty file; the head comes last.
  ///
  /// Nothing is synced. `head` has the kind, the id, the size and all that describes the object, its
  /// attributes too; layout, contents, seals, root and epoch are set here.
  ///
  /// - Parameters:
  ///   - source: The contents, `head.size` bytes. A file's holes become holes.
  ///   - others: Work side by side with this one where the contents are long.
  /// - Throws: `VaultError`; `inUse` where the source has become shorter.
  public func write(
    _ head: ObjectHead, _ source: ObjectSource, to file: FileHandle,
    with others: [ObjectWorkspace] = []
  ) throws(VaultError) -> WrittenObject {
    var head = head
    head.epoch = volume.last.number
    head.root = .zero
    head.firstSeals = []
    head.contents = []
    head.layout = ObjectLayout.layout(size: head.size, attributes: head.attributes.count)
    do throws(VaultFormatError) {
      try turn(to: volume.last, head.id)
    } catch {
      throw VaultError(error, file.path)
    }
    var pages = 1
    switch head.layout {
    case .inside:
      let contents = unsafe other.part(0, Int(head.size))
      try unsafe BlockSource(source, self).fillInside(contents)
      unsafe head.contents = Array(contents)
    case .blocks:
      guard let shape = ObjectShape(size: head.size) else {
        throw VaultError(.refused, file.path, "\(head.size) bytes are more than an object can have")
      }
      let isSparse = try BlockSource(source, self).isSparse
      let writing = ObjectWriting(shape, head.id, source, file, isSparse: isSparse)
      try writeRanges(writing, with: others)
      let parts = writing.parts.withLock { $0 }
      head.firstSeals = parts.firstSeals
      head.root = SealTree.root(ofRanges: parts.nodes, under: keys)
      // Where the head's blocks are all there are, they are still in the buffer and go with it.
      if parts.isFirstGroupPending { pages += shape.headBlocks }
      if writing.isSparse { try file.truncate(to: shape.fileLength) }
    }
    let page = unsafe group.pages(0, 1)
    do throws(VaultFormatError) {
      try unsafe keys.seal(head: head, into: page)
    } catch {
      throw VaultError(error, file.path)
    }
    try unsafe file.write(at: 0, UnsafeRawBufferPointer(group.pages(0, pages)))
    return WrittenObject(
      head: head, digest: unsafe ObjectHead.digest(ofPage: UnsafeRawBufferPointer(page)))
  }

  private func writeRanges(
    _ writing: ObjectWriting, with others: [ObjectWorkspace]
  ) throws(VaultError) {
    let shape = writing.shape
    let count = min(others.count + 1, shape.ranges)
    guard count > 1 else {
      for range in 0..<shape.ranges { try writeRange(range, writing) }
      return
    }
    let crew = [self] + others
    let next = Atomic(0)
    try Workers.run(count) { (worker, workers) throws(VaultError) in
      while !workers.isStopped {
        let range = next.add(1, ordering: .relaxed).oldValue
        guard range < shape.ranges else { return }
        try crew[worker].writeRange(range, writing)
      }
    }
  }

  private func writeRange(_ range: Int, _ writing: ObjectWriting) throws(VaultError) {
    do throws(VaultFormatError) {
      try turn(to: volume.last, writing.id)
    } catch {
      throw VaultError(error, writing.file.path)
    }
    fileRead = nil
    var source = try BlockSource(writing.source, self)
    if range == 0 { try writeHeadBlocks(writing, &source) }
    let numbers = writing.shape.sealPages(ofRange: range)
    unsafe leaves.bytes.initializeMemory(as: UInt8.self, repeating: 0)
    for number in numbers {
      let group = writing.shape.group(ofSealPage: number)
      let contents = writing.shape.contents(ofBlocks: group.firstBlock, count: group.count)
      if try !source.isHole(contents) {
        try writeGroup(group, contents, writing, &source)
        let leaf = unsafe SealTree.leaf(
          number, UnsafeRawBufferPointer(self.group.pages(0, 1)), under: keys)
        unsafe leaf.withBytes { leaf in
          unsafe leaves.part(Int(number - numbers.lowerBound) * Digest.count, Digest.count)
            .copyMemory(from: leaf)
        }
      }
      try progress?(UInt64(contents.count))
    }
    let node = node(ofRange: range, writing.shape)
    writing.parts.withLock { $0.nodes[range] = node }
  }

  /// Seals the head's blocks and writes them, or leaves them in the buffer where they are all.
  private func writeHeadBlocks(
    _ writing: ObjectWriting, _ source: inout BlockSource
  ) throws(VaultError) {
    let count = writing.shape.headBlocks
    let contents = writing.shape.contents(ofBlocks: 0, count: count)
    let seals = unsafe seals.part(0, ObjectLayout.firstSealsLength)
    unsafe seals.initializeMemory(as: UInt8.self, repeating: 0)
    let used = unsafe UnsafeMutableRawBufferPointer(
      rebasing: seals[..<(count * ObjectLayout.sealLength)])
    let runs = try unsafe sealBlocks(from: 0, count, contents, seals: used, &source)
    let isPending = writing.shape.sealPages == 0 && !writing.isSparse
    if !isPending {
      for run in runs {
        try unsafe writing.file.write(
          at: UInt64((1 + run.lowerBound) * ObjectLayout.pageSize),
          UnsafeRawBufferPointer(group.pages(1 + run.lowerBound, run.count)))
      }
    }
    let firstSeals = unsafe Array(seals)
    writing.parts.withLock {
      $0.firstSeals = firstSeals
      $0.isFirstGroupPending = isPending
    }
    try progress?(UInt64(contents.count))
  }

  /// Seals the blocks of one seal page and writes both; what is a hole is left out.
  private func writeGroup(
    _ place: BlockGroup, _ contents: Range<UInt64>, _ writing: ObjectWriting,
    _ source: inout BlockSource
  ) throws(VaultError) {
    let page = unsafe group.pages(0, 1)
    unsafe page.initializeMemory(as: UInt8.self, repeating: 0)
    let seals = unsafe UnsafeMutableRawBufferPointer(
      rebasing: page[..<(place.count * ObjectLayout.sealLength)])
    let runs = try unsafe sealBlocks(
      from: place.firstBlock, place.count, contents, seals: seals, &source)
    // The seal page goes with the first run where that follows it.
    var isPageWritten = false
    for run in runs {
      let first = run.lowerBound == 0 ? 0 : 1 + run.lowerBound
      isPageWritten = isPageWritten || first == 0
      try unsafe writing.file.write(
        at: place.offset + UInt64(first * ObjectLayout.pageSize),
        UnsafeRawBufferPointer(group.pages(first, 1 + run.upperBound - first)))
    }
    if !isPageWritten {
      try unsafe writing.file.write(at: place.offset, UnsafeRawBufferPointer(page))
    }
  }

  /// Reads blocks into the buffer behind its first page and seals them there.
  ///
  /// - Returns: The runs that are not holes; seals and pages of the others are zeros.
  private func sealBlocks(
    from first: UInt64, _ count: Int, _ contents: Range<UInt64>,
    seals: UnsafeMutableRawBufferPointer, _ source: inout BlockSource
  ) throws(VaultError) -> [Range<Int>] {
    let pages = unsafe group.pages(1, count)
    let runs = try unsafe source.fill(pages, contents)
    for run in runs {
      let part = unsafe group.pages(1 + run.lowerBound, run.count)
      unsafe keys.seal(
        blocksFrom: first + UInt64(run.lowerBound), UnsafeRawBufferPointer(part), into: part,
        seals: UnsafeMutableRawBufferPointer(
          rebasing: seals[
            run.lowerBound * ObjectLayout.sealLength..<run.upperBound * ObjectLayout.sealLength]))
    }
    return runs
  }
}
