internal import Glibc
internal import Synchronization
public import SystemPackage
internal import VaultFormat

/// Contents of the files of an open vault.
extension LiveVault {
  private static let page = UInt64(ObjectLayout.pageSize)

  /// Reads contents; fewer bytes than asked for only at the end.
  /// - Throws: `EIO` where they are not as they were sealed.
  public func read(
    _ node: LiveNode, at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer
  ) throws(Errno) -> Int {
    if let bulk = node.bulk { return try unsafe bulk.read(at: offset, into: buffer) }
    return try keys.lend(node.id) { (context) throws(Errno) -> Int in
      try unsafe read(node, at: offset, into: buffer, context)
    }
  }

  private func read(
    _ node: LiveNode, at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer,
    _ context: KeyContext
  ) throws(Errno) -> Int {
    let count = try node.locked { () throws(Errno) -> (count: Int, isInside: Bool) in
      let body = try load(node)
      guard let size = node.facts?.size else { throw .ioError }
      guard offset < size else { return (0, true) }
      let count = Int(min(UInt64(buffer.count), size - offset))
      guard body.head.layout == .inside else { return (count, false) }
      unsafe body.head.contents.withUnsafeBytes {
        unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[..<count]).copyMemory(
          from: UnsafeRawBufferPointer(rebasing: $0[Int(offset)..<Int(offset) + count]))
      }
      return (count, true)
    }
    if count.isInside { return count.count }
    var done = 0
    while done < count.count {
      let position = offset + UInt64(done)
      let inside = Int(position % Self.page)
      let left = count.count - done
      if inside != 0 || left < ObjectLayout.pageSize {
        // A part of a block: the kernel asks for whole pages but at the end.
        let part = min(ObjectLayout.pageSize - inside, left)
        let bytes = unsafe context.block.bytes
        try node.locked { () throws(Errno) in
          try unsafe load(node).readBlock(position / Self.page, into: bytes, context)
        }
        unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[done..<done + part]).copyMemory(
          from: UnsafeRawBufferPointer(rebasing: bytes[inside..<inside + part]))
        done += part
      } else {
        let whole = left / ObjectLayout.pageSize * ObjectLayout.pageSize
        done += try unsafe readBlocks(
          node, position / Self.page,
          UnsafeMutableRawBufferPointer(rebasing: buffer[done..<done + whole]), context)
      }
    }
    return count.count
  }

  /// Reads some of the whole blocks that are asked for.
  private func readBlocks(
    _ node: LiveNode, _ block: UInt64, _ buffer: UnsafeMutableRawBufferPointer,
    _ context: KeyContext
  ) throws(Errno) -> Int {
    let step = try node.locked { () throws(Errno) -> ReadStep in
      try unsafe load(node).readStep(from: block, into: buffer, context)
    }
    switch step {
    case .done(let count): return count
    case .inFile(let file, let page, let blocks):
      // Without the lock, so that one file's readers do not wait for each other's disk.
      let bytes = unsafe UnsafeMutableRawBufferPointer(
        rebasing: buffer[..<(blocks * ObjectLayout.pageSize)])
      let seals = unsafe context.seals.part(0, blocks * ObjectLayout.sealLength)
      if let got = try? unsafe file.read(at: page * Self.page, into: bytes), got == bytes.count,
        unsafe context.keys.open(
          blocksFrom: block, UnsafeRawBufferPointer(bytes), seals: UnsafeRawBufferPointer(seals),
          into: bytes) == blocks
      {
        return bytes.count
      }
      // It was changed meanwhile, or is damaged.
      let first = unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[..<ObjectLayout.pageSize])
      try node.locked { () throws(Errno) in
        try unsafe load(node).readBlock(block, into: first, context)
      }
      return first.count
    }
  }

  /// Writes contents; the file grows as it must.
  public func write(
    _ node: LiveNode, at offset: UInt64, _ bytes: UnsafeRawBufferPointer
  ) throws(Errno) {
    try expectWritable()
    if let bulk = node.bulk { return try unsafe bulk.write(at: offset, bytes) }
    guard node.kind == .file else { throw .invalidArgument }
    try throttle()
    var done = 0
    while done < bytes.count {
      let limit = KeyContext.blocks * ObjectLayout.pageSize
      let part = min(bytes.count - done, limit - Int((offset + UInt64(done)) % Self.page))
      try keys.lend(node.id) { (context) throws(Errno) in
        try unsafe write(
          node, at: offset + UInt64(done),
          UnsafeRawBufferPointer(rebasing: bytes[done..<done + part]), context)
      }
      done += part
    }
  }

  private func write(
    _ node: LiveNode, at offset: UInt64, _ bytes: UnsafeRawBufferPointer,
    _ context: KeyContext
  ) throws(Errno) {
    let (end, isBeyond) = offset.addingReportingOverflow(UInt64(bytes.count))
    guard !isBeyond, end <= Self.mostBytes else { throw .fileTooLarge }
    // Whole blocks are sealed before the lock is taken, so that one file's writers do it side by side.
    let first = (offset + Self.page - 1) / Self.page
    let last = end / Self.page
    let whole = last > first ? Int(last - first) : 0
    let head = whole > 0 ? Int(first * Self.page - offset) : 0
    if whole > 0 {
      unsafe context.keys.seal(
        blocksFrom: first,
        UnsafeRawBufferPointer(rebasing: bytes[head..<head + whole * ObjectLayout.pageSize]),
        into: context.pages.pages(0, whole),
        seals: context.seals.part(0, whole * ObjectLayout.sealLength))
    }
    let now = Self.now()
    try node.locked { () throws(Errno) in
      let body = try load(node)
      guard let size = node.facts?.size else { throw .ioError }
      if unsafe !body.writeInside(at: offset, bytes) {
        try shortenAttributes(body)
        try body.moveToBlocks(context)
        let blocks = ObjectLayout.blocks(size: size)
        if end > size { try body.resize(from: size, to: end, context) }
        if whole == 0 {
          try unsafe writeParts(body, offset, bytes, blocks, context)
        } else {
          // The whole ones first: a part uses the buffer of seals that they stand in.
          try body.take(blocksFrom: first, count: whole, context) { () throws(Errno) in
            try file(node, body)
          }
          try unsafe writeParts(
            body, offset, UnsafeRawBufferPointer(rebasing: bytes[..<head]), blocks, context)
          let tail = head + whole * ObjectLayout.pageSize
          try unsafe writeParts(
            body, offset + UInt64(tail), UnsafeRawBufferPointer(rebasing: bytes[tail...]), blocks,
            context)
        }
      }
      if end > size { node.facts?.size = end }
      node.facts?.modified = now
      node.facts?.changed = now
      note(node)
    }
  }

  /// Writes parts of blocks.
  /// - Parameter blocks: How many there were before.
  private func writeParts(
    _ body: LiveBody, _ offset: UInt64, _ bytes: UnsafeRawBufferPointer, _ blocks: UInt64,
    _ context: KeyContext
  ) throws(Errno) {
    var done = 0
    while done < bytes.count {
      let position = offset + UInt64(done)
      let inside = Int(position % Self.page)
      let part = min(ObjectLayout.pageSize - inside, bytes.count - done)
      try unsafe body.changeBlock(
        position / Self.page, at: inside,
        UnsafeRawBufferPointer(rebasing: bytes[done..<done + part]), blocks: blocks, context)
      done += part
    }
  }

  /// The file of a node, made where there is none.
  ///
  /// The node's lock is held.
  private func file(_ node: LiveNode, _ body: LiveBody) throws(Errno) -> FileHandle {
    if let file = body.file { return file }
    do throws(VaultError) {
      let file = try places.openOrMake(node)
      body.file = file
      return file
    } catch {
      throw Self.errno(error)
    }
  }

  /// Changes how much room a stretch of a file takes.
  public func allocate(
    _ node: LiveNode, at offset: UInt64, count: UInt64, _ mode: AllocationMode
  ) throws(Errno) {
    try expectWritable()
    if let bulk = node.bulk { return try bulk.allocate(at: offset, count: count, mode) }
    guard node.kind == .file else { throw Errno(rawValue: ENODEV) }
    let (end, isBeyond) = offset.addingReportingOverflow(count)
    guard !isBeyond, end <= Self.mostBytes else { throw .fileTooLarge }
    switch mode {
    case .extend:
      let size = try node.locked { () throws(Errno) -> UInt64 in try facts(node).size }
      guard end > size else { return }
      var change = AttributeChange()
      change.size = end
      _ = try self.change(node, change)
    case .keepSize: break
    case .punchHole, .zeroRange: try clear(node, offset..<end)
    }
  }

  private func clear(_ node: LiveNode, _ stretch: Range<UInt64>) throws(Errno) {
    let now = Self.now()
    try keys.lend(node.id) { (context) throws(Errno) in
      try node.locked { () throws(Errno) in
        let body = try load(node)
        guard let size = node.facts?.size else { throw .ioError }
        guard stretch.lowerBound < size else { return }
        try body.clear(stretch.lowerBound..<min(stretch.upperBound, size), context)
        node.facts?.modified = now
        node.facts?.changed = now
        note(node)
      }
    }
  }

  /// Promises what was changed so far, in this file and every other; of what is in the clear, this file.
  /// - Throws: `EIO` or `ENOSPC`; nothing is promised then.
  public func sync(_ node: LiveNode) throws(Errno) {
    if let bulk = node.bulk { return try bulk.sync() }
    if bulk != nil, node.kind == .folder { try syncClear(node) }
    do throws(VaultError) {
      try commit()
    } catch {
      throw Self.errno(error)
    }
  }

  /// Has a commit made when much is staged, and waits for it when there is very much.
  func throttle() throws(Errno) {
    let staged = pool.count
    guard staged > Self.stagedSoft else { return }
    worker.wake(.full)
    guard staged > Self.stagedHard else { return }
    do throws(VaultError) {
      try commit()
      try settle()
    } catch {
      throw Self.errno(error)
    }
  }
}
