import Synchronization

/// A sliding window over a source: the bytes about to be read, a bounded number of them in memory.
///
/// The window is what keeps memory flat: a 300 MB value passes through the same buffer as a short one.
@safe
struct ByteWindow: ~Copyable {
  /// 128 KiB: stays in a core's second-level cache, and one `pread` of it costs little beside its copy.
  static let defaultCapacity = 128 * 1024

  let base: UnsafeMutablePointer<UInt8>
  let capacity: Int
  /// Index of the next unread byte.
  var position = 0
  /// One past the last byte read from the source.
  var end = 0
  /// Where in the source the byte at index 0 is.
  private(set) var start: UInt64 = 0
  private(set) var source: any ByteSource
  /// Whether the source has said that there is no more.
  private(set) var isExhausted = false

  init(_ source: any ByteSource, capacity: Int = ByteWindow.defaultCapacity) {
    self.source = source
    self.capacity = capacity
    unsafe base = WindowBuffers.take(capacity)
  }

  deinit {
    unsafe WindowBuffers.giveBack(base, capacity)
  }

  /// Where in the source the next unread byte is.
  var offset: UInt64 { start &+ UInt64(position) }

  /// Begins again with another source, keeping the buffer.
  mutating func restart(_ source: any ByteSource, at offset: UInt64 = 0) {
    self.source = source
    position = 0
    end = 0
    start = offset
    isExhausted = false
  }

  /// Drops what was read, moves what was not to the front and reads more behind it.
  /// - Returns: Whether any byte came.
  /// - Throws: What the source throws.
  mutating func refill() throws(ReadingError) -> Bool {
    if isExhausted { return false }
    if position > 0 {
      let kept = end - position
      if kept > 0 {
        unsafe UnsafeMutableRawPointer(base).copyMemory(from: base + position, byteCount: kept)
      }
      start &+= UInt64(position)
      position = 0
      end = kept
    }
    guard end < capacity else { return false }
    let room = unsafe UnsafeMutableRawBufferPointer(start: base + end, count: capacity - end)
    let count = try unsafe source.read(at: start &+ UInt64(end), into: room)
    if count == 0 {
      isExhausted = true
      return false
    }
    end += count
    return true
  }

  /// Makes at least `count` bytes available, when the source has them and the window is that large.
  mutating func require(_ count: Int) throws(ReadingError) -> Bool {
    while end - position < count {
      guard try refill() else { return false }
    }
    return true
  }

  /// Goes forward without reading what lies between.
  mutating func skip(_ count: UInt64) {
    let available = UInt64(end - position)
    if count <= available {
      position += Int(count)
    } else {
      let (target, overflow) = offset.addingReportingOverflow(count)
      start = overflow ? UInt64.max : target
      position = 0
      end = 0
    }
  }
}

/// Buffers of the default size that are used again, since thousands of small files are read in turn and
/// a fresh buffer of this size costs a round of page faults each.
private enum WindowBuffers {
  /// Sendable since every buffer in it belongs to nobody else; the mutex hands it to one taker.
  @safe
  private struct Kept: @unchecked Sendable {
    var buffers: [UnsafeMutablePointer<UInt8>] = unsafe []
  }

  private static let kept = Mutex(Kept())
  /// More than this many are never idle at once: one a worker, with one to spare each.
  private static let limit = 16

  static func take(_ capacity: Int) -> UnsafeMutablePointer<UInt8> {
    if capacity == ByteWindow.defaultCapacity,
      let buffer = unsafe kept.withLock({ unsafe $0.buffers.popLast() })
    {
      return unsafe buffer
    }
    return .allocate(capacity: capacity)
  }

  static func giveBack(_ buffer: UnsafeMutablePointer<UInt8>, _ capacity: Int) {
    let wasKept =
      capacity == ByteWindow.defaultCapacity
      && kept.withLock { kept in
        guard unsafe kept.buffers.count < limit else { return false }
        unsafe kept.buffers.append(buffer)
        return true
      }
    if !wasKept { unsafe buffer.deallocate() }
  }
}
