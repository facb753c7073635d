internal import CLinux
internal import Glibc
public import SystemPackage

/// An open file, read and written by position; closed when the last owner lets go.
///
/// Interrupted and short calls are taken up again here, so that no caller sees them.
public final class FileHandle: Sendable {
  /// The descriptor, for calls that are not offered here; it must not be closed.
  public let descriptor: FileDescriptor
  private let folder: FilePath
  private let name: FileName

  /// Takes over an open descriptor.
  init(owning descriptor: Int32, in folder: FilePath, _ name: FileName) {
    self.descriptor = FileDescriptor(rawValue: descriptor)
    self.folder = folder
    self.name = name
  }

  deinit {
    Glibc.close(descriptor.rawValue)
  }

  /// The path it was opened by.
  public var path: FilePath { folder.appending(name) }

  private func failure(_ act: String) -> VaultError {
    VaultError(Errno(rawValue: errno), path, act)
  }

  private func check(_ act: String, _ call: () -> Int32) throws(VaultError) {
    while call() != 0 {
      if errno != EINTR { throw failure(act) }
    }
  }

  // MARK: - Bytes

  /// Reads until the buffer is full or the file ends.
  /// - Returns: How many bytes were read; fewer than asked for only at the end.
  public func read(
    at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer
  ) throws(VaultError) -> Int {
    guard let base = buffer.baseAddress, let start = off_t(exactly: offset) else { return 0 }
    var count = 0
    while count < buffer.count {
      let (position, isBeyond) = start.addingReportingOverflow(off_t(count))
      if isBeyond { break }
      let got = unsafe pread(descriptor.rawValue, base + count, buffer.count - count, position)
      if got > 0 {
        count += got
      } else if got == 0 {
        break
      } else if errno != EINTR {
        throw failure("read")
      }
    }
    return count
  }

  /// Reads the whole of a short file.
  /// - Throws: `VaultError`; `damaged` where the file is longer than `limit`.
  public func readAll(limit: Int) throws(VaultError) -> [UInt8] {
    let size = try facts().size
    guard size <= UInt64(limit) else {
      throw VaultError(.damaged, path, "is longer than \(limit) bytes")
    }
    var bytes = [UInt8](repeating: 0, count: Int(size))
    let count = try unsafe bytes.withUnsafeMutableBufferPointer { (buffer) throws(VaultError) in
      try unsafe read(at: 0, into: UnsafeMutableRawBufferPointer(buffer))
    }
    bytes.removeLast(bytes.count - count)
    return bytes
  }

  /// Writes all bytes.
  public func write(at offset: UInt64, _ bytes: UnsafeRawBufferPointer) throws(VaultError) {
    guard let base = bytes.baseAddress else { return }
    guard let start = off_t(exactly: offset),
      !start.addingReportingOverflow(off_t(bytes.count)).overflow
    else { throw VaultError(.invalidArgument, path, "write") }
    var count = 0
    while count < bytes.count {
      let put = unsafe pwrite(
        descriptor.rawValue, base + count, bytes.count - count, start + off_t(count))
      if put > 0 {
        count += put
      } else if put == 0 {
        throw VaultError(.ioError, path, "write")
      } else if errno != EINTR {
        throw failure("write")
      }
    }
  }

  /// Writes all bytes.
  public func write(at offset: UInt64, _ bytes: [UInt8]) throws(VaultError) {
    try unsafe bytes.withUnsafeBufferPointer { (buffer) throws(VaultError) in
      try unsafe write(at: offset, UnsafeRawBufferPointer(buffer))
    }
  }

  /// Cuts the file, or lengthens it by a hole.
  public func truncate(to size: UInt64) throws(VaultError) {
    guard let size = off_t(exactly: size) else {
      throw VaultError(.invalidArgument, path, "set the length")
    }
    try check("set the length") { ftruncate(descriptor.rawValue, size) }
  }

  // MARK: - The medium

  /// Waits until contents and length are on the medium.
  public func sync() throws(VaultError) {
    try check("sync") { fsync(descriptor.rawValue) }
  }

  /// Waits until contents are on the medium, and of the rest what is needed to read them.
  public func syncContents() throws(VaultError) {
    try check("sync") { fdatasync(descriptor.rawValue) }
  }

  /// Asks the system to forget its clean pages of the file, so that the next read is from the medium.
  public func dropPages() {
    _ = posix_fadvise(descriptor.rawValue, 0, 0, POSIX_FADV_DONTNEED)
  }

  /// Says that the file will be read from beginning to end.
  public func adviseSequential() {
    _ = posix_fadvise(descriptor.rawValue, 0, 0, POSIX_FADV_SEQUENTIAL)
  }

  /// The first position from `offset` on that is not in a hole; nil where only a hole follows.
  ///
  /// A file system that does not say gives `offset` itself.
  public func nextData(from offset: UInt64) throws(VaultError) -> UInt64? {
    guard let start = off_t(exactly: offset) else { return nil }
    while true {
      let found = lseek(descriptor.rawValue, start, sotto_SEEK_DATA)
      if found >= 0 { return UInt64(found) }
      switch errno {
      case EINTR: continue
      case ENXIO: return nil
      case EINVAL, EOPNOTSUPP: return offset
      default: throw failure("look for holes in")
      }
    }
  }

  /// The first position from `offset` on that is in a hole, or the end of the file.
  public func nextHole(from offset: UInt64) throws(VaultError) -> UInt64 {
    guard let start = off_t(exactly: offset) else { return offset }
    while true {
      let found = lseek(descriptor.rawValue, start, sotto_SEEK_HOLE)
      if found >= 0 { return UInt64(found) }
      switch errno {
      case EINTR: continue
      case ENXIO: return offset
      case EINVAL, EOPNOTSUPP: return try facts().size
      default: throw failure("look for holes in")
      }
    }
  }

  // MARK: - About the file

  /// What the system says of it now.
  public func facts() throws(VaultError) -> FileFacts {
    var raw = stat()
    guard unsafe fstat(descriptor.rawValue, &raw) == 0 else { throw failure("look at") }
    return FileFacts(raw)
  }

  /// Sets the permission bits.
  public func setMode(_ mode: UInt16) throws(VaultError) {
    try check("set the mode of") { fchmod(descriptor.rawValue, mode_t(mode)) }
  }

  /// Sets owner and group.
  public func setOwner(_ owner: UInt32, group: UInt32) throws(VaultError) {
    try check("set the owner of") { fchown(descriptor.rawValue, owner, group) }
  }

  /// Sets the times of the last access and the last change.
  public func setTimes(
    accessed: FileFacts.Time, modified: FileFacts.Time
  ) throws(VaultError) {
    let times = [accessed.raw, modified.raw]
    try check("set the times of") { unsafe futimens(descriptor.rawValue, times) }
  }
}
