internal import CLinux
internal import Glibc

/// What the system says of a file, folder or link, from one call.
public struct FileFacts: Equatable, Sendable {
  /// What an entry of a folder is.
  public enum Kind: Equatable, Sendable {
    case file, folder, link, pipe, socket, device
  }

  /// A time as the system keeps it.
  public struct Time: Hashable, Sendable {
    /// Seconds since 1970.
    public var seconds: Int64
    /// Nanoseconds of the second.
    public var nanoseconds: UInt32

    /// Makes a time.
    public init(seconds: Int64, nanoseconds: UInt32) {
      self.seconds = seconds
      self.nanoseconds = nanoseconds
    }
  }

  /// What it is.
  public var kind: Kind
  /// Device number.
  public var device: UInt64
  /// Inode number; with `device` it says which file this is, whatever its name.
  public var inode: UInt64
  /// How many names it has.
  public var names: UInt64
  /// Size in bytes.
  public var size: UInt64
  /// Bytes that it takes on the medium; fewer than `size` where it has holes.
  public var allocated: UInt64
  /// The twelve permission bits.
  public var mode: UInt16
  /// Number of the owning user.
  public var owner: UInt32
  /// Number of the owning group.
  public var group: UInt32
  /// Time of the last change of contents.
  public var modified: Time
  /// Time of the last access.
  public var accessed: Time
  /// Time of the last change of contents or attributes.
  public var changed: Time

  init(_ raw: stat) {
    switch raw.st_mode & S_IFMT {
    case S_IFREG: kind = .file
    case S_IFDIR: kind = .folder
    case S_IFLNK: kind = .link
    case S_IFIFO: kind = .pipe
    case S_IFSOCK: kind = .socket
    default: kind = .device
    }
    device = UInt64(raw.st_dev)
    inode = UInt64(raw.st_ino)
    names = UInt64(raw.st_nlink)
    size = UInt64(max(0, raw.st_size))
    allocated = UInt64(max(0, raw.st_blocks)).multipliedReportingOverflow(by: 512).partialValue
    mode = UInt16(truncatingIfNeeded: raw.st_mode & 0o7777)
    owner = raw.st_uid
    group = raw.st_gid
    modified = Time(raw.st_mtim)
    accessed = Time(raw.st_atim)
    changed = Time(raw.st_ctim)
  }

  /// Whether both are of the same file.
  public func isSameFile(as other: FileFacts) -> Bool {
    device == other.device && inode == other.inode
  }
}

extension FileFacts.Time {
  init(_ raw: timespec) {
    self.init(
      seconds: Int64(raw.tv_sec), nanoseconds: UInt32(truncatingIfNeeded: raw.tv_nsec))
  }

  var raw: timespec { timespec(tv_sec: Int(seconds), tv_nsec: Int(nanoseconds)) }
}
