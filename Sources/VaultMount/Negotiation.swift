internal import CFuse
internal import Glibc
internal import Synchronization

/// What the kernel and we agree to do for each other, before anything else is asked.
enum Negotiation {
  /// What is wanted beside the library's own choice.
  private static let wanted: [UInt32] = [
    // Writes gather in the kernel's pages: a row of SQLite costs no round trip.
    UInt32(FUSE_CAP_WRITEBACK_CACHE),
    // Several reads of a file at a time, and several requests in a folder.
    UInt32(FUSE_CAP_ASYNC_READ), UInt32(FUSE_CAP_PARALLEL_DIROPS), UInt32(FUSE_CAP_ASYNC_DIO),
    // Opening with O_TRUNC is one request instead of two.
    UInt32(FUSE_CAP_ATOMIC_O_TRUNC),
    // Pages go when we say so, which is never: files change through the mount only.
    UInt32(FUSE_CAP_EXPLICIT_INVAL_DATA), UInt32(FUSE_CAP_CACHE_SYMLINKS),
    // Attributes come with a listing where somebody wants them.
    UInt32(FUSE_CAP_READDIRPLUS), UInt32(FUSE_CAP_READDIRPLUS_AUTO),
  ]

  /// What the library would take, and must not.
  private static let unwanted: [UInt32] = [
    // Comparing times at each read, for files that others change.
    UInt32(FUSE_CAP_AUTO_INVAL_DATA),
    // Our memory is written out whole; pipes in between only cost.
    UInt32(FUSE_CAP_SPLICE_READ), UInt32(FUSE_CAP_SPLICE_WRITE), UInt32(FUSE_CAP_SPLICE_MOVE),
    // Its first form would have the kernel tell nobody that a set-id bit is to go, while the pages that
    // should take it off lie unwritten. `complete` asks for the second form.
    UInt32(FUSE_CAP_HANDLE_KILLPRIV),
    // Locks are the kernel's.
    UInt32(FUSE_CAP_POSIX_LOCKS), UInt32(FUSE_CAP_FLOCK_LOCKS),
  ]

  /// Settles what the library knows of.
  static func agree(_ connection: UnsafeMutablePointer<fuse_conn_info>?) {
    guard let connection = unsafe connection else { return }
    let capable = unsafe connection.pointee.capable
    unsafe connection.pointee.want &= ~unwanted.reduce(0, |)
    unsafe connection.pointee.want |= wanted.reduce(0, |) & capable
    unsafe connection.pointee.max_write = UInt32(ReadBuffers.capacity)
    // The kernel takes less by itself; what root may raise afterwards is `BackingDevice`.
    unsafe connection.pointee.max_readahead = UInt32(ReadBuffers.capacity)
    unsafe connection.pointee.max_background = 64
    unsafe connection.pointee.congestion_threshold = 48
  }

  /// Asks for what the library has no word for, in its answer to the kernel's first request.
  ///
  /// `FUSE_HANDLE_KILLPRIV_V2`: without it, the kernel asks before *every* write whether the file has the
  /// attribute `security.capability`, and the write-back cache is of no use. Kernels that do not know it do
  /// without. Can go when libfuse 3.17 (`FUSE_CAP_HANDLE_KILLPRIV_V2`) is what systems have.
  static func complete(_ parts: UnsafeMutablePointer<iovec>, _ count: Int32) {
    guard count == 2, unsafe parts[0].iov_len == MemoryLayout<fuse_out_header>.size,
      unsafe parts[1].iov_len >= MemoryLayout<fuse_init_out>.size,
      let header = unsafe parts[0].iov_base, let body = unsafe parts[1].iov_base,
      unsafe header.load(as: fuse_out_header.self).error == 0
    else { return }
    unsafe body.assumingMemoryBound(to: fuse_init_out.self).pointee.flags |=
      UInt32(FUSE_HANDLE_KILLPRIV_V2)
  }
}
