internal import Synchronization
internal import VaultFormat

/// Copies the blocks of one group, for writing them anew.
@safe final class CopyingSink: BlockSink {
  static let wantsPlaintext = true

  // Lent by whoever reads the group, for as long as that takes.
  private nonisolated(unsafe) let pages: UnsafeMutableRawBufferPointer
  private let found = Mutex(BlockRuns())

  init(_ pages: UnsafeMutableRawBufferPointer) {
    unsafe self.pages = pages
  }

  /// The runs of blocks that are not holes.
  var runs: [Range<Int>] { found.withLock { $0.runs } }

  func take(
    _ contents: Range<UInt64>, _ plaintext: UnsafeMutableRawBufferPointer,
    seals: UnsafeRawBufferPointer, with workspace: ObjectWorkspace
  ) {
    unsafe pages.copyMemory(from: UnsafeRawBufferPointer(plaintext))
    found.withLock { runs in
      for block in 0..<plaintext.count / ObjectLayout.pageSize where unsafe !seals.isHole(block) {
        runs.add(block)
      }
    }
  }

  func skip(_ contents: Range<UInt64>, with workspace: ObjectWorkspace) {}
}

extension UnsafeRawBufferPointer {
  /// Whether the seal of a block, of those in a row, says that the block is a hole.
  func isHole(_ block: Int) -> Bool {
    let start = block * ObjectLayout.sealLength
    return unsafe self[start..<start + ObjectLayout.sealLength].allSatisfy { $0 == 0 }
  }
}
