internal import VaultFormat

/// Contents read group by group, from the beginning of a range to its end, by one worker.
struct BlockSource {
  private var source: ObjectSource
  private var holes: HoleScan
  /// Opens the blocks of an object.
  private let reader: ObjectWorkspace?
  /// Whether there may be holes at all.
  let isSparse: Bool

  /// - Throws: `VaultError` where the system does not say how long a file is, or no memory can be
  ///   locked.
  init(_ source: ObjectSource, _ workspace: ObjectWorkspace) throws(VaultError) {
    self.source = source
    switch source {
    case .bytes:
      holes = .none
      reader = nil
    case .object(let object) where object.shape == nil:
      self.source = .bytes(object.head.contents)
      holes = .none
      reader = nil
    case .file(let file):
      holes = HoleScan(file, try file.facts())
      reader = nil
    case .object(let object):
      holes = HoleScan(object.file, object.facts)
      reader = try workspace.reader()
    }
    isSparse = holes.isSparse
  }

  /// Whether the group of blocks that holds these contents is nothing but a hole.
  mutating func isHole(_ contents: Range<UInt64>) throws(VaultError) -> Bool {
    guard isSparse, case .object(let object) = source else { return try holes.isHole(contents) }
    guard let group = object.shape?.group(at: contents.lowerBound) else { return false }
    return try holes.isHole(group.offset..<group.end)
  }

  /// Reads contents inside a head.
  func fillInside(_ buffer: UnsafeMutableRawBufferPointer) throws(VaultError) {
    if case .object(let object) = source, let reader {
      // Whoever wrote it chose blocks for what would have fitted.
      unsafe buffer.copyBytes(from: try reader.contents(of: object, limit: buffer.count))
    } else {
      try unsafe read(into: buffer, at: 0)
    }
  }

  /// Reads the contents of a group of blocks; what of the last block is left over becomes zeros.
  /// - Returns: The runs of blocks that are not holes.
  mutating func fill(
    _ pages: UnsafeMutableRawBufferPointer, _ contents: Range<UInt64>
  ) throws(VaultError) -> [Range<Int>] {
    let count = pages.count / ObjectLayout.pageSize
    if case .object(let object) = source, let reader {
      do throws(ObjectFault) {
        return try unsafe reader.copyGroup(of: object, at: contents.lowerBound, into: pages)
      } catch {
        throw error.error(object.file.path)
      }
    }
    let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: pages[contents.count...])
    unsafe rest.initializeMemory(as: UInt8.self, repeating: 0)
    try unsafe read(
      into: UnsafeMutableRawBufferPointer(rebasing: pages[..<contents.count]),
      at: contents.lowerBound)
    guard isSparse else { return [0..<count] }
    var runs = BlockRuns()
    for block in 0..<count {
      let start = contents.lowerBound + UInt64(block * ObjectLayout.pageSize)
      let end = min(start + UInt64(ObjectLayout.pageSize), contents.upperBound)
      if try !holes.isHole(start..<end) { runs.add(block) }
    }
    return runs.runs
  }

  /// Reads exactly a buffer's length.
  private func read(
    into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64
  ) throws(VaultError) {
    switch source {
    case .bytes(let bytes):
      unsafe buffer.copyBytes(from: bytes[Int(offset)..<Int(offset) + buffer.count])
    case .file(let file):
      guard try unsafe file.read(at: offset, into: buffer) == buffer.count else {
        throw VaultError(.inUse, file.path, "was made shorter while it was read")
      }
    case .object: break
    }
  }
}

/// Runs of consecutive blocks.
struct BlockRuns {
  private(set) var runs: [Range<Int>] = []

  /// Adds a block behind those before.
  mutating func add(_ block: Int) {
    if let last = runs.last, last.upperBound == block {
      runs[runs.count - 1] = last.lowerBound..<(block + 1)
    } else {
      runs.append(block..<(block + 1))
    }
  }
}
