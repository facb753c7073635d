internal import Glibc
internal import VaultStore

extension stat {
  /// The attributes of an object as stat(2) says them.
  init(_ attributes: NodeAttributes) {
    self.init()
    st_ino = ino_t(attributes.inode)
    st_mode = attributes.kind.format | mode_t(attributes.mode & 0o7777)
    st_nlink = nlink_t(attributes.links)
    st_uid = attributes.owner
    st_gid = attributes.group
    st_rdev = dev_t(attributes.device)
    st_size = off_t(clamping: attributes.size)
    st_blksize = 4096
    // Rounded up: a file that has anything of its own is not all hole.
    st_blocks = blkcnt_t(
      clamping: attributes.allocated / 512 + (attributes.allocated % 512 == 0 ? 0 : 1))
    st_atim = timespec(attributes.accessed)
    st_mtim = timespec(attributes.modified)
    st_ctim = timespec(attributes.changed)
  }
}

extension timespec {
  init(_ time: FileFacts.Time) {
    self.init(tv_sec: time_t(time.seconds), tv_nsec: Int(time.nanoseconds))
  }
}

extension FileFacts.Time {
  init(_ time: timespec) {
    self.init(
      seconds: Int64(time.tv_sec), nanoseconds: UInt32(truncatingIfNeeded: time.tv_nsec))
  }
}

extension NodeKind {
  /// The bits of a mode that say what something is.
  var format: mode_t {
    switch self {
    case .file: S_IFREG
    case .folder: S_IFDIR
    case .link: S_IFLNK
    case .pipe: S_IFIFO
    case .socket: S_IFSOCK
    case .characterDevice: S_IFCHR
    case .blockDevice: S_IFBLK
    }
  }

  /// What a mode says something is; nil for what this system does not know.
  init?(mode: mode_t) {
    switch mode & S_IFMT {
    // mknod(2) without a type makes a file.
    case S_IFREG, 0: self = .file
    case S_IFDIR: self = .folder
    case S_IFLNK: self = .link
    case S_IFIFO: self = .pipe
    case S_IFSOCK: self = .socket
    case S_IFCHR: self = .characterDevice
    case S_IFBLK: self = .blockDevice
    default: return nil
    }
  }
}
