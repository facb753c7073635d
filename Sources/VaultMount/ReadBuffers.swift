internal import Glibc
internal import Synchronization

/// Memory that what is read passes through on its way to the kernel.
///
/// As many buffers as there are threads reading at one time; each is used again and again, so that a read
/// allocates nothing. What they held is overwritten at the end.
final class ReadBuffers: Sendable {
  /// The largest read that the kernel is told to send.
  static let capacity = 1 << 20

  private let idle = Mutex<[Memory]>([])

  /// Calls `body` with memory for `count` bytes, whatever stands in it.
  func withBuffer<E: Error>(
    _ count: Int, _ body: (UnsafeMutableRawBufferPointer) throws(E) -> Void
  ) throws(E) {
    // The kernel never asks for more; a shorter answer would be taken for a hole in the file.
    guard count <= Self.capacity else {
      let memory = Memory(count)
      defer { memory.discard() }
      return try unsafe body(memory.bytes)
    }
    let memory = idle.withLock { $0.popLast() } ?? Memory(Self.capacity)
    defer { idle.withLock { $0.append(memory) } }
    try unsafe body(UnsafeMutableRawBufferPointer(rebasing: memory.bytes[..<count]))
  }

  deinit {
    for memory in idle.withLock({ $0 }) { memory.discard() }
  }

  /// One buffer.
  ///
  /// Sendable because whoever took it out of the list is alone with it.
  @safe private struct Memory: @unchecked Sendable {
    let bytes: UnsafeMutableRawBufferPointer

    init(_ count: Int) {
      unsafe bytes = .allocate(byteCount: count, alignment: 4096)
    }

    func discard() {
      if let start = unsafe bytes.baseAddress { unsafe explicit_bzero(start, bytes.count) }
      unsafe bytes.deallocate()
    }
  }
}
