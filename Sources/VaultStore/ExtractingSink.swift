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
      let isHole = unsafe seals.isHole(block)
      while block < blocks, unsafe seals.isHole(block) == isHole { block += 1 }
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
}
