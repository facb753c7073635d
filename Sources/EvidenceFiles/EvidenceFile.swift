public import ByteReading
import CLinux
import Glibc
public import SystemPackage

/// A file opened as evidence: read only, no link followed at its end, no access time changed where the
/// system allows.
///
/// `open(2)`: O_NOATIME is refused with EPERM to whoever neither owns the file nor holds CAP_FOWNER;
/// the file is then opened without it and `mayChangeAccessTime` says so.
public final class EvidenceFile: ByteSource {
  /// The path it was opened by.
  public let path: FilePath
  /// What `fstat` said when it was opened.
  public let status: FileStatus
  /// Whether reading may have set the access time.
  public let mayChangeAccessTime: Bool

  private let descriptor: Int32

  /// Opens the regular file at `path`.
  /// - Throws: `EvidenceError`; `invalidArgument` where there is something else than a regular file
  ///   (a folder, a pipe: opening never waits for a writer).
  public init(_ path: FilePath) throws(EvidenceError) {
    let flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY
    var opened = unsafe path.withPlatformString { unsafe open($0, flags | sotto_O_NOATIME) }
    var withoutPrivilege = false
    if opened < 0, errno == EPERM {
      withoutPrivilege = true
      opened = unsafe path.withPlatformString { unsafe open($0, flags) }
    }
    guard opened >= 0 else { throw EvidenceError(Errno(rawValue: errno), path) }
    var raw = stat()
    guard unsafe fstat(opened, &raw) == 0 else {
      let reason = Errno(rawValue: errno)
      close(opened)
      throw EvidenceError(reason, path)
    }
    let status = FileStatus(raw)
    guard status.kind == .file else {
      close(opened)
      throw EvidenceError(status.kind == .folder ? .isDirectory : .invalidArgument, path)
    }
    self.path = path
    self.status = status
    self.mayChangeAccessTime = withoutPrivilege
    self.descriptor = opened
  }

  deinit {
    close(descriptor)
  }

  public var length: UInt64? { status.size }

  /// The status of the open file now, whatever its path has come to name.
  /// - Throws: `EvidenceError` with the error number of `fstat`.
  public func currentStatus() throws(EvidenceError) -> FileStatus {
    var raw = stat()
    guard unsafe fstat(descriptor, &raw) == 0 else {
      throw EvidenceError(Errno(rawValue: errno), path)
    }
    return FileStatus(raw)
  }

  public func read(
    at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer
  ) throws(ReadingError) -> Int {
    guard let position = off_t(exactly: offset), let base = buffer.baseAddress, buffer.count > 0
    else { return 0 }
    while true {
      let count = unsafe pread(descriptor, base, buffer.count, position)
      if count >= 0 { return count }
      if errno != EINTR {
        throw ReadingError(.unreadable, at: offset, Errno(rawValue: errno).description)
      }
    }
  }
}
