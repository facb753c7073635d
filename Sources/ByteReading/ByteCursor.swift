/// Reads fixed-width integers and counted runs of bytes from a source of any size.
///
/// No length is believed before it is compared with what is left.
public struct ByteCursor: ~Copyable {
  private var window: ByteWindow
  private let length: UInt64?

  /// Makes a cursor at the beginning of `source`.
  public init(_ source: any ByteSource, window capacity: Int = 128 * 1024) {
    window = ByteWindow(source, capacity: max(capacity, 64))
    length = source.length
  }

  /// Where the next unread byte is, in bytes from the source's beginning.
  public var offset: UInt64 { window.offset }

  /// How many bytes are left, where the source knows its length.
  public var remaining: UInt64? {
    guard let length else { return nil }
    return length > offset ? length - offset : 0
  }

  /// Whether nothing is left.
  /// - Throws: What the source throws.
  public mutating func isAtEnd() throws(ReadingError) -> Bool {
    try !window.require(1)
  }

  /// Reads an integer whose most significant byte comes first.
  /// - Throws: `torn` where fewer bytes are left.
  public mutating func bigEndian<T: FixedWidthInteger>(_ type: T.Type) throws(ReadingError) -> T {
    T(bigEndian: try raw(type))
  }

  /// Reads an integer whose least significant byte comes first.
  /// - Throws: `torn` where fewer bytes are left.
  public mutating func littleEndian<T: FixedWidthInteger>(_ type: T.Type) throws(ReadingError) -> T
  {
    T(littleEndian: try raw(type))
  }

  private mutating func raw<T: FixedWidthInteger>(_ type: T.Type) throws(ReadingError) -> T {
    let size = MemoryLayout<T>.size
    guard try window.require(size) else {
      throw ReadingError(.torn, at: offset, "expected \(size) bytes")
    }
    let value = unsafe UnsafeRawPointer(window.base + window.position).loadUnaligned(as: T.self)
    window.position += size
    return value
  }

  /// Reads `count` bytes into memory.
  /// - Throws: `overlong` where fewer are left than `count`, or more are asked for than `limit`.
  public mutating func bytes(
    _ count: UInt64, limit: Int = 1 << 30
  ) throws(ReadingError) -> [UInt8] {
    let start = offset
    if let remaining, count > remaining {
      throw ReadingError(.overlong, at: start, "a length of \(count) with \(remaining) bytes left")
    }
    guard count <= UInt64(limit) else {
      throw ReadingError(.overlong, at: start, "a length of \(count)")
    }
    var result: [UInt8] = []
    var missing = Int(count)
    if remaining != nil { result.reserveCapacity(missing) }
    while missing > 0 {
      guard try window.require(1) else {
        throw ReadingError(.torn, at: offset, "expected \(missing) more bytes")
      }
      let piece = min(missing, window.end - window.position)
      unsafe result.append(
        contentsOf: UnsafeBufferPointer(start: window.base + window.position, count: piece))
      window.position += piece
      missing -= piece
    }
    return result
  }

  /// Goes `count` bytes forward without reading them.
  /// - Throws: `overlong` where fewer are left, as far as the source knows its length.
  public mutating func skip(_ count: UInt64) throws(ReadingError) {
    if let remaining, count > remaining {
      throw ReadingError(
        .overlong, at: offset, "a length of \(count) with \(remaining) bytes left")
    }
    window.skip(count)
  }
}
