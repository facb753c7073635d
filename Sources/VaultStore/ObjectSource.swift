/// Where the contents of an object come from.
public enum ObjectSource: Sendable {
  /// From memory.
  case bytes([UInt8])
  /// From an open file.
  case file(FileHandle)

  /// Reads exactly a buffer's length.
  /// - Throws: `VaultError` with `inUse` where there is less.
  func fill(
    _ buffer: UnsafeMutableRawBufferPointer, at offset: UInt64
  ) throws(VaultError) {
    switch self {
    case .bytes(let bytes):
      unsafe buffer.copyBytes(from: bytes[Int(offset)..<Int(offset) + buffer.count])
    case .file(let file):
      guard try unsafe file.read(at: offset, into: buffer) == buffer.count else {
        throw VaultError(.inUse, file.path, "was made shorter while it was read")
      }
    }
  }
}
