public import Secrets
internal import Synchronization
public import VaultFormat

/// What was written as an object.
public struct WrittenObject: Sendable {
  /// The head, complete.
  public let head: ObjectHead
  /// The digest of its page.
  public let digest: Digest
}

/// Contents in blocks that are being written, by one worker or several.
final class ObjectWriting: Sendable {
  /// What the head needs from the blocks.
  struct Parts {
    /// The nodes over the seal pages of each range.
    var nodes: [Digest]
    /// The seals of the head's blocks.
    var firstSeals: [UInt8] = []
    /// Whether the head's blocks still have to be written, together with the head.
    var isFirstGroupPending = false
  }

  let shape: ObjectShape
  let id: ObjectID
  let source: ObjectSource
  let file: FileHandle
  /// Whether the source may have holes.
  let isSparse: Bool
  let parts: Mutex<Parts>

  init(
    _ shape: ObjectShape, _ id: ObjectID, _ source: ObjectSource, _ file: FileHandle,
    isSparse: Bool
  ) {
    self.shape = shape
    self.id = id
    self.source = source
    self.file = file
    self.isSparse = isSparse
    parts = Mutex(Parts(nodes: [Digest](repeating: .zero, count: shape.ranges)))
  }
}
