internal import Glibc
internal import Secrets
internal import Synchronization
internal import VaultFormat

/// One page of memory; its owner gives it back to the pool.
@safe struct Page: @unchecked Sendable {
  let start: UnsafeMutableRawPointer

  /// The 4,096 bytes.
  var bytes: UnsafeMutableRawBufferPointer {
    unsafe UnsafeMutableRawBufferPointer(start: start, count: ObjectLayout.pageSize)
  }

  /// The 4,096 bytes, to be read.
  var contents: UnsafeRawBufferPointer { unsafe UnsafeRawBufferPointer(bytes) }
}

/// Pages of memory that are handed out and taken back: writing to a file allocates nothing once there are
/// enough of them.
///
/// What they hold is ciphertext and seals.
final class PagePool: Sendable {
  private struct Pages {
    var free: [Page] = []
  }

  /// Pages that are kept for the next when they come back.
  private static let kept = 4096

  private let pages = Mutex(Pages())
  private let taken = Atomic(0)

  /// How many pages are handed out.
  var count: Int { taken.load(ordering: .relaxed) }

  /// Hands out a page; what it holds is not defined.
  func take() -> Page {
    taken.add(1, ordering: .relaxed)
    if let page = pages.withLock({ $0.free.popLast() }) { return page }
    return unsafe Page(
      start: UnsafeMutableRawPointer.allocate(
        byteCount: ObjectLayout.pageSize, alignment: ObjectLayout.pageSize))
  }

  /// Takes a page back.
  func give(_ page: Page) {
    taken.subtract(1, ordering: .relaxed)
    let isKept = pages.withLock { pages in
      guard pages.free.count < Self.kept else { return false }
      pages.free.append(page)
      return true
    }
    if !isKept { unsafe page.start.deallocate() }
  }

  deinit {
    pages.withLock { pages in
      for page in pages.free { unsafe page.start.deallocate() }
    }
  }
}
