/// Bytes that can be read by position: a file, a run of memory, a value spread over database pages.
public protocol ByteSource: AnyObject, Sendable {
  /// The number of bytes there were when the source was made, where that is known.
  var length: UInt64? { get }

  /// Reads at most `buffer.count` bytes beginning at `offset`, which is in bytes from the source's
  /// beginning.
  ///
  /// Positions asked for never decrease, so a source may follow a chain once and forget it.
  /// - Returns: The number of bytes read; 0 at the end only.
  /// - Throws: `ReadingError` with code `unreadable` where the medium or the structure gives out.
  func read(
    at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer
  ) throws(ReadingError) -> Int
}

/// Bytes already in memory, as a source.
public final class MemorySource: ByteSource {
  private let bytes: [UInt8]

  /// Makes a source of `bytes`.
  public init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  public var length: UInt64? { UInt64(bytes.count) }

  public func read(
    at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer
  ) throws(ReadingError) -> Int {
    guard offset < UInt64(bytes.count) else { return 0 }
    let start = Int(offset)
    let count = min(buffer.count, bytes.count - start)
    unsafe bytes.withUnsafeBytes { stored in
      unsafe buffer.copyMemory(
        from: UnsafeRawBufferPointer(rebasing: stored[start..<(start + count)]))
    }
    return count
  }
}
