import ByteReading

/// The lines of a file, one after the other, in memory that does not grow with the file.
struct JanTextLines {
  /// A line without its end, or a piece of one that is very long.
  struct Line {
    /// Where it begins, in bytes from the file's beginning.
    var start: UInt64
    /// Where its line feed stands, or the file's end.
    var end: UInt64
    /// The bytes, at most `JanTextLines.pieceLimit`; empty where they were not asked for.
    var bytes: [UInt8]
  }

  /// Longer lines come in pieces, where their bytes are asked for.
  static let pieceLimit = 1 << 20
  private static let readSize = 64 * 1024

  private let source: any ByteSource
  private var buffer: [UInt8] = []
  private var bufferStart: UInt64
  private var position = 0
  private var isExhausted = false

  /// Makes lines of `source` from `offset` on.
  init(_ source: any ByteSource, from offset: UInt64 = 0) {
    self.source = source
    bufferStart = offset
  }

  /// The next line.
  /// - Parameter keeping: whether its bytes are wanted.
  /// - Throws: What the source throws.
  mutating func next(keeping: Bool) throws(ReadingError) -> Line? {
    let start = bufferStart &+ UInt64(position)
    var bytes: [UInt8] = []
    while true {
      if position >= buffer.count {
        guard try refill() else {
          let end = bufferStart &+ UInt64(position)
          return end > start ? Line(start: start, end: end, bytes: bytes) : nil
        }
      }
      let rest = buffer[position...]
      let stop = rest.firstIndex(of: UInt8(ascii: "\n"))
      var upTo = stop ?? buffer.count
      if keeping {
        upTo = min(upTo, position + JanTextLines.pieceLimit - bytes.count)
        bytes += buffer[position..<upTo]
      }
      position = upTo
      if upTo == stop {
        position += 1
        return Line(start: start, end: bufferStart &+ UInt64(upTo), bytes: bytes)
      }
      if keeping, bytes.count >= JanTextLines.pieceLimit {
        return Line(start: start, end: bufferStart &+ UInt64(upTo), bytes: bytes)
      }
    }
  }

  private mutating func refill() throws(ReadingError) -> Bool {
    guard !isExhausted else { return false }
    bufferStart &+= UInt64(buffer.count)
    position = 0
    buffer = [UInt8](repeating: 0, count: JanTextLines.readSize)
    let from = bufferStart
    let read = buffer.withUnsafeMutableBytes { room -> Result<Int, ReadingError> in
      Result { () throws(ReadingError) in try source.read(at: from, into: room) }
    }
    let count = try read.get()
    buffer.removeLast(buffer.count - count)
    isExhausted = count == 0
    return count > 0
  }
}

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
