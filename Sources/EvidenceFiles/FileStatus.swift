import CLinux
import Glibc
public import SystemPackage

/// What the file system says of a file, from one `fstat`.
public struct FileStatus: Equatable, Sendable {
  /// What an entry of a folder is.
  public enum Kind: Equatable, Sendable {
    case file, folder, link, other
  }

  /// What it is.
  public var kind: Kind
  /// Device number.
  public var device: UInt64
  /// Inode number; with `device` it says which file this is, whatever its name.
  public var inode: UInt64
  /// Size in bytes.
  public var size: UInt64
  /// Permission bits, with set-user, set-group and sticky bits.
  public var mode: UInt32
  /// Number of the owning user.
  public var owner: UInt32
  /// Number of the owning group.
  public var group: UInt32
  /// Time of the last change of contents, in nanoseconds since 1970.
  public var modified: Int64
  /// Time of the last change of contents or attributes, in nanoseconds since 1970.
  public var changed: Int64

  init(_ raw: stat) {
    switch raw.st_mode & S_IFMT {
    case S_IFREG: kind = .file
    case S_IFDIR: kind = .folder
    case S_IFLNK: kind = .link
    default: kind = .other
    }
    device = UInt64(raw.st_dev)
    inode = UInt64(raw.st_ino)
    size = UInt64(max(0, raw.st_size))
    mode = raw.st_mode & 0o7777
    owner = raw.st_uid
    group = raw.st_gid
    modified = Int64(raw.st_mtim.tv_sec) &* 1_000_000_000 &+ Int64(raw.st_mtim.tv_nsec)
    changed = Int64(raw.st_ctim.tv_sec) &* 1_000_000_000 &+ Int64(raw.st_ctim.tv_nsec)
  }

  /// The status of what is at `path`, a link itself and not what it points to.
  /// - Throws: `EvidenceError` with the error number of `lstat`.
  public static func of(_ path: FilePath) throws(EvidenceError) -> FileStatus {
    var raw = stat()
    let result = unsafe path.withPlatformString { unsafe lstat($0, &raw) }
    guard result == 0 else { throw EvidenceError(Errno(rawValue: errno), path) }
    return FileStatus(raw)
  }
}
