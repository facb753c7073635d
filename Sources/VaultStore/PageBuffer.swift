internal import Secrets
internal import VaultFormat

/// Memory for whole pages, kept for the life of a worker and wiped at its end: plaintext passes
/// through it.
@safe final class PageBuffer {
  let bytes: UnsafeMutableRawBufferPointer

  init(pages: Int) {
    unsafe bytes = UnsafeMutableRawBufferPointer.allocate(
      byteCount: pages * ObjectLayout.pageSize, alignment: ObjectLayout.pageSize)
    unsafe bytes.initializeMemory(as: UInt8.self, repeating: 0)
  }

  /// Some of the pages.
  func pages(_ first: Int, _ count: Int) -> UnsafeMutableRawBufferPointer {
    unsafe part(first * ObjectLayout.pageSize, count * ObjectLayout.pageSize)
  }

  /// Some of the bytes.
  func part(_ offset: Int, _ count: Int) -> UnsafeMutableRawBufferPointer {
    unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[offset..<offset + count])
  }

  deinit {
    unsafe Sodium.wipe(bytes)
    unsafe bytes.deallocate()
  }
}
