internal import Glibc
internal import SystemPackage
internal import VaultFormat

extension FileHandle {
  private static let most = 256

  /// Writes pages one behind the other, in as few calls as the system allows.
  func write(gathering pages: [Page], at offset: UInt64) throws(VaultError) {
    var offset = offset
    var pages = pages[...]
    while !pages.isEmpty {
      let part = pages.prefix(Self.most)
      let put = unsafe withUnsafeTemporaryAllocation(of: iovec.self, capacity: part.count) {
        parts in
        for (index, page) in part.enumerated() {
          unsafe parts.initializeElement(
            at: index, to: iovec(iov_base: page.start, iov_len: ObjectLayout.pageSize))
        }
        return unsafe pwritev(
          descriptor.rawValue, parts.baseAddress, Int32(part.count), off_t(offset))
      }
      if put < 0 {
        if errno == EINTR { continue }
        throw VaultError(Errno(rawValue: errno), path, "write")
      }
      let whole = put / ObjectLayout.pageSize
      if whole < part.count {
        // Cut short in the midst of a page: that page goes again, whole.
        guard let page = part.dropFirst(whole).first else { break }
        offset += UInt64(whole * ObjectLayout.pageSize)
        try unsafe write(at: offset, page.contents)
        offset += UInt64(ObjectLayout.pageSize)
        pages = pages.dropFirst(whole + 1)
      } else {
        offset += UInt64(put)
        pages = pages.dropFirst(whole)
      }
    }
  }
}
