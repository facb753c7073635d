internal import CLinux
internal import Glibc
internal import SystemPackage

/// What the system says of an entry of the store, from one `statx`.
public struct PlainStatus: Equatable, Sendable {
  /// What every kind of entry has.
  public var facts: FileFacts
  /// When it was made, where the file system keeps that.
  public var born: FileFacts.Time?
  /// Whether a flag keeps it from being changed, even by root.
  public var isFixed: Bool
  /// Whether another file system, or a folder from elsewhere, is mounted here.
  public var isMounted: Bool

  init(_ raw: statx) {
    facts = FileFacts(raw)
    let hasBirth = raw.stx_mask & UInt32(STATX_BTIME) != 0
    born = hasBirth ? FileFacts.Time(raw.stx_btime) : nil
    let flags = raw.stx_attributes
    isFixed = flags & UInt64(STATX_ATTR_IMMUTABLE | STATX_ATTR_APPEND) != 0
    isMounted = flags & UInt64(STATX_ATTR_MOUNT_ROOT) != 0
  }

  /// Whether contents and attributes are still those of an earlier look.
  func isUnchanged(since earlier: PlainStatus) -> Bool {
    facts.isSameFile(as: earlier.facts) && facts.size == earlier.facts.size
      && facts.modified == earlier.facts.modified && facts.changed == earlier.facts.changed
  }
}

extension FileFacts {
  init(_ raw: statx) {
    let type = mode_t(raw.stx_mode) & S_IFMT
    switch type {
    case S_IFREG: kind = .file
    case S_IFDIR: kind = .folder
    case S_IFLNK: kind = .link
    case S_IFIFO: kind = .pipe
    case S_IFSOCK: kind = .socket
    default: kind = .device
    }
    device = Self.device(raw.stx_dev_major, raw.stx_dev_minor)
    inode = raw.stx_ino
    names = UInt64(raw.stx_nlink)
    size = raw.stx_size
    allocated = raw.stx_blocks.multipliedReportingOverflow(by: 512).partialValue
    mode = raw.stx_mode & 0o7777
    owner = raw.stx_uid
    group = raw.stx_gid
    modified = Time(raw.stx_mtime)
    accessed = Time(raw.stx_atime)
    changed = Time(raw.stx_ctime)
  }
}

extension FileFacts {
  /// The number that `stat` gives for a device whose two halves are given apart.
  static func device(_ major: UInt32, _ minor: UInt32) -> UInt64 {
    let (major, minor) = (UInt64(major), UInt64(minor))
    return (major & ~0xfff) << 32 | (major & 0xfff) << 8 | (minor & ~0xff) << 12 | minor & 0xff
  }
}

extension FileFacts.Time {
  init(_ raw: statx_timestamp) {
    self.init(seconds: raw.tv_sec, nanoseconds: raw.tv_nsec)
  }
}

extension FolderHandle {
  /// What the system says of an entry, a link itself and not what it points to.
  /// - Returns: nil where there is no such entry.
  func status(of name: FileName) throws(VaultError) -> PlainStatus? {
    var raw = statx()
    let result = unsafe name.withCString {
      unsafe sotto_statx(
        descriptor.rawValue, $0, AT_SYMLINK_NOFOLLOW, UInt32(STATX_BASIC_STATS | STATX_BTIME), &raw)
    }
    if result == 0 { return PlainStatus(raw) }
    if errno == ENOENT { return nil }
    throw VaultError(Errno(rawValue: errno), path.appending(name), "look at")
  }

  /// What the system says of the folder itself.
  func status() throws(VaultError) -> PlainStatus {
    try PlainStatus.of(descriptor.rawValue, path)
  }
}

extension FileHandle {
  /// What the system says of the file now.
  func status() throws(VaultError) -> PlainStatus {
    try PlainStatus.of(descriptor.rawValue, path)
  }
}

extension PlainStatus {
  fileprivate static func of(
    _ descriptor: Int32, _ path: @autoclosure () -> FilePath
  ) throws(VaultError) -> PlainStatus {
    var raw = statx()
    let mask = UInt32(STATX_BASIC_STATS | STATX_BTIME)
    guard unsafe sotto_statx(descriptor, "", sotto_AT_EMPTY_PATH, mask, &raw) == 0 else {
      throw VaultError(Errno(rawValue: errno), path(), "look at")
    }
    return PlainStatus(raw)
  }
}
