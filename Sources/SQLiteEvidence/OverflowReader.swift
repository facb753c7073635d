internal import ByteReading
internal import EvidenceFiles
internal import SystemPackage

/// Follows the chain of pages that carries the rest of a long row (file format section 1.7, "Cell
/// Payload Overflow Pages").
///
/// Chains mostly run through consecutive pages, so a window of pages is read on the guess that the
/// next ones belong to the chain; each page's own link says whether they did. A wrong guess shrinks
/// the window to what was of use, a right one doubles it.
struct OverflowReader {
  private static let windowBytes = 256 << 10

  private let snapshot: DatabaseSnapshot
  private let content: Int
  private let most: Int

  private var window: [UInt8] = []
  private var windowStart: UInt32 = 0
  private var windowCount = 0
  private var guess: Int
  private var used = 0

  private var first: UInt32 = 0
  private var length = 0
  /// The page of the chain that is `index` links behind the first.
  private(set) var page: UInt32 = 0
  private var index = 0
  /// The pages passed, to notice a circle.
  private var passed = PageSet()

  init(_ snapshot: DatabaseSnapshot) {
    self.snapshot = snapshot
    content = snapshot.usableSize - 4
    most = max(1, Self.windowBytes / snapshot.pageSize)
    guess = most
  }

  /// Turns to the chain of `length` bytes that begins with page `first`.
  mutating func begin(_ first: UInt32, length: Int) {
    self.first = first
    self.length = length
    restart()
  }

  private mutating func restart() {
    page = first
    index = 0
    used = 0
    passed.removeAll()
    _ = passed.insert(first)
  }

  /// Reads at most `buffer.count` bytes of the chain from `offset` on.
  /// - Returns: the number of bytes read, 0 at the end.
  /// - Throws: `ReadingError` with code `unreadable` if the chain is broken before the first of
  ///   them.
  mutating func read(
    at offset: Int, into buffer: UnsafeMutableRawBufferPointer
  ) throws(ReadingError) -> Int {
    if offset / content < index { restart() }
    var done = 0
    while done < buffer.count, offset + done < length {
      let position = offset + done
      let within = position % content
      let count = min(buffer.count - done, content - within, length - position)
      do throws(ReadingError) {
        while index < position / content { try advance(at: position) }
        try load(at: position)
      } catch {
        if done > 0 { break }
        throw error
      }
      let from = Int(page - windowStart) * snapshot.pageSize + 4 + within
      unsafe window.withUnsafeBytes { bytes in
        unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[done..<(done + count)])
          .copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[from..<(from + count)]))
      }
      done += count
    }
    return done
  }

  private var isLoaded: Bool {
    page >= windowStart && Int(page - windowStart) < windowCount
  }

  /// Brings the page into the window.
  private mutating func load(at position: Int) throws(ReadingError) {
    if isLoaded { return }
    guard first > 0, snapshot.isContent(page) else {
      throw broken("there is no such page", position)
    }
    if used > 0 {
      let ranOn = UInt64(page) == UInt64(windowStart) + UInt64(windowCount)
      guess = ranOn ? min(guess * 2, most) : max(1, used)
    }
    used = 0
    let rest = (length - index * content + content - 1) / content
    windowCount = 0
    var filled = 0
    do throws(ReadingError) {
      let run = try snapshot.run(from: page, limit: min(guess, rest))
      let bytes = run.count * snapshot.pageSize
      if window.count < bytes {
        window = [UInt8](repeating: 0, count: run.count > 1 ? Self.windowBytes : bytes)
      }
      filled = try window.fill(from: run.file, at: run.offset, limit: bytes)
    } catch {
      throw broken(error.text, position)
    }
    windowStart = page
    windowCount = filled / snapshot.pageSize
    guard windowCount > 0 else { throw broken("it is cut off", position) }
  }

  /// Follows the page's link.
  private mutating func advance(at position: Int) throws(ReadingError) {
    let next: UInt32
    if !isLoaded, snapshot.pageSize > 8192, index + 1 < position / content {
      // Pages that are only passed over: of large ones the link alone is read.
      next = try link(at: position)
    } else {
      try load(at: position)
      used += 1
      next = window.stored32(Int(page - windowStart) * snapshot.pageSize)
    }
    guard next != 0 else { throw broken("the chain ends here, too early", position) }
    guard snapshot.isContent(next) else {
      throw broken("it leads to page \(next), which is none", position)
    }
    guard passed.insert(next) else { throw broken("it leads back to page \(next)", position) }
    page = next
    index += 1
  }

  private func link(at position: Int) throws(ReadingError) -> UInt32 {
    do throws(ReadingError) {
      let run = try snapshot.run(from: page, limit: 1)
      let bytes = try run.file.bytes(at: run.offset, count: 4)
      if bytes.count == 4 { return bytes.stored32(0) }
    } catch {
      throw broken(error.text, position)
    }
    throw broken("it is cut off", position)
  }

  private func broken(_ reason: String, _ position: Int) -> ReadingError {
    let place = snapshot.location(ofPage: page)
    return ReadingError(
      .unreadable, at: UInt64(position),
      "overflow page \(page), byte \(place.offset) of \(place.path.lastComponent?.string ?? ""): "
        + reason)
  }
}
