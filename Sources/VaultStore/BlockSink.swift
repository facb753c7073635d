/// What becomes of the blocks of an object that is read from beginning to end.
protocol BlockSink: Sendable {
  /// Whether it wants the plaintext; where not, only seals are checked, in half the time.
  static var wantsPlaintext: Bool { get }

  /// Takes a run of consecutive blocks, `contents` being where they lie in the contents in bytes.
  ///
  /// `plaintext` is 4,096 bytes a block and may be changed; `seals` are 40 a block, zeros for holes.
  func take(
    _ contents: Range<UInt64>, _ plaintext: UnsafeMutableRawBufferPointer,
    seals: UnsafeRawBufferPointer, with workspace: ObjectWorkspace
  ) throws(ObjectFault)

  /// Takes a run of blocks that is nothing but a hole.
  func skip(
    _ contents: Range<UInt64>, with workspace: ObjectWorkspace
  ) throws(ObjectFault)
}

/// Checks seals and looks at nothing.
struct CheckingSink: BlockSink {
  static let wantsPlaintext = false

  func take(
    _ contents: Range<UInt64>, _ plaintext: UnsafeMutableRawBufferPointer,
    seals: UnsafeRawBufferPointer, with workspace: ObjectWorkspace
  ) {}

  func skip(_ contents: Range<UInt64>, with workspace: ObjectWorkspace) {}
}
