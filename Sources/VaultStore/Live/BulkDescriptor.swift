internal import CLinux
internal import Glibc
internal import SystemPackage

/// A descriptor of something in the clear; closed when the last owner lets go.
final class BulkDescriptor: Sendable {
  let raw: Int32

  init(owning raw: Int32) {
    self.raw = raw
  }

  deinit {
    close(raw)
  }

  /// The path by which the system finds what it is a descriptor of, and nothing else, whatever has its name.
  var path: String { "/proc/self/fd/\(raw)" }

  /// Opens what it names.
  func reopen(_ flags: Int32) throws(Errno) -> BulkDescriptor {
    while true {
      let opened = unsafe open(path, flags | O_CLOEXEC | O_NOCTTY)
      if opened >= 0 { return BulkDescriptor(owning: opened) }
      if errno != EINTR { throw Errno(rawValue: errno) }
    }
  }

  /// Opens the folder that it names.
  func reopenFolder() throws(Errno) -> BulkDescriptor {
    while true {
      let opened = unsafe openat(raw, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
      if opened >= 0 { return BulkDescriptor(owning: opened) }
      if errno != EINTR { throw Errno(rawValue: errno) }
    }
  }

  /// Reads contents; fewer bytes than asked for only at the end.
  func read(
    at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer
  ) throws(Errno) -> Int {
    guard let base = buffer.baseAddress else { return 0 }
    var count = 0
    while count < buffer.count {
      guard let position = off_t(exactly: offset &+ UInt64(count)) else { break }
      let got = unsafe pread(raw, base + count, buffer.count - count, position)
      if got > 0 {
        count += got
      } else if got == 0 {
        break
      } else if errno != EINTR {
        throw Errno(rawValue: errno)
      }
    }
    return count
  }

  /// Writes all bytes.
  func write(at offset: UInt64, _ bytes: UnsafeRawBufferPointer) throws(Errno) {
    guard let base = bytes.baseAddress else { return }
    var count = 0
    while count < bytes.count {
      guard let position = off_t(exactly: offset &+ UInt64(count)) else { throw .fileTooLarge }
      let put = unsafe pwrite(raw, base + count, bytes.count - count, position)
      if put > 0 {
        count += put
      } else if put == 0 {
        throw .ioError
      } else if errno != EINTR {
        throw Errno(rawValue: errno)
      }
    }
  }

  /// What the system says of it.
  func status() throws(Errno) -> stat {
    var raw = stat()
    try Self.check { unsafe fstatat(self.raw, "", &raw, sotto_AT_EMPTY_PATH) }
    return raw
  }

  /// Calls until the call is not interrupted.
  static func check(_ call: () -> Int32) throws(Errno) {
    while call() != 0 {
      if errno != EINTR { throw Errno(rawValue: errno) }
    }
  }
}
