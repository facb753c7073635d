import ByteReading

/// Bytes in memory that come in short reads, as from a chain of pages: every place where a value may be
/// cut by the end of a window gets its turn.
final class TricklingSource: ByteSource {
  private let bytes: [UInt8]
  private let most: Int

  /// Makes a source that gives at most `most` bytes at a time.
  init(_ bytes: [UInt8], most: Int) {
    self.bytes = bytes
    self.most = max(1, most)
  }

  var length: UInt64? { UInt64(bytes.count) }

  func read(
    at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer
  ) throws(ReadingError) -> Int {
    guard offset < UInt64(bytes.count) else { return 0 }
    let start = Int(offset)
    let count = min(buffer.count, most, bytes.count - start)
    bytes.withUnsafeBytes { stored in
      buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: stored[start..<(start + count)]))
    }
    return count
  }
}
