internal import CFuse
internal import Glibc
internal import Synchronization
internal import SystemPackage
internal import VaultStore

// Folders, open.
extension Request {
  func openFolder(_ number: fuse_ino_t, _ handle: UnsafeMutablePointer<fuse_file_info>?) {
    answer { () throws(Errno) in
      guard let handle = unsafe handle else { throw .invalidArgument }
      let node = node(number)
      try vault.open(node, writing: false)
      served.openHandles.add(1, ordering: .relaxed)
      let listing = unsafe Unmanaged.passRetained(FolderListing(node))
      unsafe handle.pointee.fh = UInt64(UInt(bitPattern: listing.toOpaque()))
      // The kernel keeps the listing, and drops it when it changes the folder.
      unsafe handle.pointee.keep_cache = 1
      unsafe handle.pointee.cache_readdir = 1
      if unsafe fuse_reply_open(raw, handle) != 0 { unsafe closeFolder(handle) }
    }
  }

  func releaseFolder(_ handle: UnsafeMutablePointer<fuse_file_info>?) {
    if let handle = unsafe handle { unsafe closeFolder(handle) }
    answerDone()
  }

  /// Lists a folder, from a position on, as far as `size` bytes go; with attributes, the kernel knows each
  /// object afterwards as if it had looked it up.
  func list(
    _ size: Int, _ offset: off_t, _ handle: UnsafeMutablePointer<fuse_file_info>?,
    withAttributes: Bool
  ) {
    answer { () throws(Errno) in
      guard let listing = unsafe listing(handle)?.takeUnretainedValue() else {
        throw .invalidArgument
      }
      var known: [LiveNode] = []
      // What the kernel was not told after all, it does not know.
      defer { for node in known { vault.release(node, 1) } }
      try unsafe served.readBuffers.withBuffer(size) { (buffer) throws(Errno) in
        var page = unsafe ListingPage(request: self, buffer: buffer, withAttributes: withAttributes)
        do throws(Errno) {
          try page.add(listing, from: UInt64(clamping: offset))
        } catch {
          known = page.known
          throw error
        }
        if unsafe fuse_reply_buf(raw, page.start, page.used) != 0 { known = page.known }
      }
    }
  }

  private func listing(
    _ handle: UnsafeMutablePointer<fuse_file_info>?
  ) -> Unmanaged<FolderListing>? {
    guard let number = unsafe handle?.pointee.fh,
      let address = unsafe UnsafeRawPointer(bitPattern: UInt(number))
    else { return nil }
    return unsafe Unmanaged<FolderListing>.fromOpaque(address)
  }

  private func closeFolder(_ handle: UnsafeMutablePointer<fuse_file_info>) {
    guard let listing = unsafe listing(handle)?.takeRetainedValue() else { return }
    vault.close(listing.folder, writing: false)
    served.openHandles.subtract(1, ordering: .relaxed)
  }
}
