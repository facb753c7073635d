import ByteReading

/// A run of a source's bytes, behind which it seems to end.
final class JanSlice: ByteSource {
  private let source: any ByteSource
  private let end: UInt64

  /// Makes a source that ends before `end`.
  init(_ source: any ByteSource, upTo end: UInt64) {
    self.source = source
    self.end = end
  }

  var length: UInt64? { end }

  func read(
    at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer
  ) throws(ReadingError) -> Int {
    guard offset < end else { return 0 }
    let room = Int(min(UInt64(buffer.count), end - offset))
    return try source.read(
      at: offset, into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<room]))
  }
}
