/// Reads lines from a source of any size: prompt histories, logs.
///
/// A line ends at a line feed, a carriage return before it is no part of the line. One buffer is
/// used for all lines; of a very long line one piece after the other is given.
public struct LineCursor: ~Copyable {
  /// The line, or the piece of it, that `next` found.
  public private(set) var line: [UInt8] = []
  /// Where it begins, in bytes from the source's beginning.
  public private(set) var offset: UInt64 = 0
  /// Whether a line feed followed; false for a last line that was cut off, and for a piece that is
  /// continued.
  public private(set) var isEnded = false
  /// Whether it goes on with the line that was given before.
  public private(set) var isContinuation = false

  private var window: ByteWindow
  private let limit: Int
  private var isContinued = false

  /// Makes a cursor before the first line of `source`.
  /// - Parameters:
  ///   - start: Where the first line begins, in bytes from the source's beginning.
  ///   - limit: The most bytes that are given at once.
  public init(_ source: any ByteSource, from start: UInt64 = 0, limit: Int = 1 << 20) {
    window = ByteWindow(source)
    window.restart(source, at: start)
    self.limit = max(limit, 1)
  }

  /// Goes to the next line, or to the next piece of a line longer than the limit.
  /// - Returns: False behind the last.
  /// - Throws: What the source throws.
  public mutating func next() throws(ReadingError) -> Bool {
    line.removeAll(keepingCapacity: true)
    offset = window.offset
    isEnded = false
    isContinuation = isContinued
    isContinued = false
    while true {
      if window.position >= window.end {
        guard try window.refill() else { return !line.isEmpty }
      }
      let room = min(window.end - window.position, limit - line.count)
      let run = unsafe UnsafeBufferPointer(start: window.base + window.position, count: room)
      if let feed = unsafe run.firstIndex(of: 0x0A) {
        unsafe line.append(contentsOf: run[..<feed])
        window.position += feed + 1
        if line.last == 0x0D { line.removeLast() }
        isEnded = true
        return true
      }
      unsafe line.append(contentsOf: run)
      window.position += room
      if line.count >= limit {
        // Exactly at the end of a line the piece is the line.
        if try window.require(1) {
          if unsafe window.base[window.position] == 0x0A {
            window.position += 1
            if line.last == 0x0D { line.removeLast() }
            isEnded = true
          } else {
            isContinued = true
          }
        }
        return true
      }
    }
  }

  /// Index of the first byte of the line that is no part of well-formed UTF-8; nil when all is
  /// sound.
  public var firstInvalidUTF8: Int? {
    guard line.contains(where: { $0 >= 0x80 }) else { return nil }
    var parser = Unicode.UTF8.ForwardParser()
    var bytes = line.makeIterator()
    var index = 0
    while true {
      switch parser.parseScalar(from: &bytes) {
      case .valid(let scalar): index += scalar.count
      case .error: return index
      case .emptyInput: return nil
      }
    }
  }
}
