internal import CLinux
internal import Glibc
internal import VaultFormat

/// Compares contents with a file of plaintext.
struct ComparingSink: BlockSink {
  static let wantsPlaintext = true

  let plaintext: FileHandle

  func take(
    _ contents: Range<UInt64>, _ plaintext: UnsafeMutableRawBufferPointer,
    seals: UnsafeRawBufferPointer, with workspace: ObjectWorkspace
  ) throws(ObjectFault) {
    try unsafe compare(contents, UnsafeRawBufferPointer(plaintext), with: workspace)
  }

  func skip(
    _ contents: Range<UInt64>, with workspace: ObjectWorkspace
  ) throws(ObjectFault) {
    // A hole here need not be one there.
    workspace.fileRead = nil
    let zeros = unsafe workspace.group.part(0, contents.count)
    unsafe zeros.initializeMemory(as: UInt8.self, repeating: 0)
    try unsafe compare(contents, UnsafeRawBufferPointer(zeros), with: workspace)
  }

  private func compare(
    _ contents: Range<UInt64>, _ opened: UnsafeRawBufferPointer, with workspace: ObjectWorkspace
  ) throws(ObjectFault) {
    let theirs = unsafe workspace.other.part(0, contents.count)
    let count = try workspace.attempt { () throws(VaultError) in
      try unsafe plaintext.read(at: contents.lowerBound, into: theirs)
    }
    guard count == contents.count else { throw .differs(contents.lowerBound + UInt64(count)) }
    guard let ours = opened.baseAddress, let other = theirs.baseAddress,
      unsafe memcmp(ours, other, count) != 0
    else { return }
    let same = unsafe zip(opened, theirs).prefix { $0 == $1 }
    throw .differs(contents.lowerBound + UInt64(Array(same).count))
  }
}
