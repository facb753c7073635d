internal import VaultFormat

/// Writes contents in the clear; what was a hole is left one.
struct ExtractingSink: BlockSink {
  static let wantsPlaintext = true

  let plaintext: FileHandle

  func take(
    _ contents: Range<UInt64>, _ plaintext: UnsafeMutableRawBufferPointer,
    seals: UnsafeRawBufferPointer, with workspace: ObjectWorkspace
  ) throws(ObjectFault) {
    let blocks = plaintext.count / ObjectLayout.pageSize
    var block = 0
    while block < blocks {
      let start = block
      let isHole = unsafe Self.isHole(block, seals)
      while block < blocks, unsafe Self.isHole(block, seals) == isHole { block += 1 }
      guard !isHole else { continue }
      let from = start * ObjectLayout.pageSize
      let to = min(block * ObjectLayout.pageSize, contents.count)
      try workspace.attempt { () throws(VaultError) in
        try unsafe self.plaintext.write(
          at: contents.lowerBound + UInt64(from),
          UnsafeRawBufferPointer(rebasing: plaintext[from..<to]))
      }
    }
  }

  func skip(_ contents: Range<UInt64>, with workspace: ObjectWorkspace) {}

  private static func isHole(_ block: Int, _ seals: UnsafeRawBufferPointer) -> Bool {
    let seal = unsafe seals[block * ObjectLayout.sealLength..<(block + 1) * ObjectLayout.sealLength]
    return unsafe seal.allSatisfy { $0 == 0 }
  }
}
