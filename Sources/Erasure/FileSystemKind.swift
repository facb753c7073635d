/// Where a file system puts bytes that are written over others.
public enum WritingHabit: Equatable, Sendable {
  /// To the same place.
  case inPlace
  /// To a new place, the old bytes staying where they were: copy on write, or a log.
  case elsewhere
  /// To the same place in a layer above another, which keeps what was there before.
  case layered
  /// To memory.
  case memory
  /// To another machine.
  case network
  /// To a folder of this virtual machine's host.
  case host
  /// Nothing is known of it.
  case unknown
}

/// The file systems whose habit is known, by their name in `mountinfo` and their number in `statfs`.
enum FileSystemKind {
  /// One known file system.
  struct Known {
    let name: String
    let magic: UInt32
    let habit: WritingHabit
  }

  /// The numbers are those of `linux/magic.h`, `statfs(2)` and the file systems' own sources.
  static let known: [Known] = [
    Known(name: "ext4", magic: 0xEF53, habit: .inPlace),
    Known(name: "ext3", magic: 0xEF53, habit: .inPlace),
    Known(name: "ext2", magic: 0xEF53, habit: .inPlace),
    Known(name: "xfs", magic: 0x5846_5342, habit: .inPlace),
    Known(name: "jfs", magic: 0x3153_464A, habit: .inPlace),
    Known(name: "vfat", magic: 0x4D44, habit: .inPlace),
    Known(name: "exfat", magic: 0x2011_BAB0, habit: .inPlace),
    Known(name: "ntfs3", magic: 0x7366_746E, habit: .inPlace),
    Known(name: "hfsplus", magic: 0x482B, habit: .inPlace),
    Known(name: "btrfs", magic: 0x9123_683E, habit: .elsewhere),
    Known(name: "zfs", magic: 0x2FC1_2FC1, habit: .elsewhere),
    Known(name: "bcachefs", magic: 0xCA45_1A4E, habit: .elsewhere),
    Known(name: "f2fs", magic: 0xF2F5_2010, habit: .elsewhere),
    Known(name: "nilfs2", magic: 0x3434, habit: .elsewhere),
    Known(name: "ubifs", magic: 0x2405_1905, habit: .elsewhere),
    Known(name: "jffs2", magic: 0x72B6, habit: .elsewhere),
    Known(name: "overlay", magic: 0x794C_7630, habit: .layered),
    Known(name: "tmpfs", magic: 0x0102_1994, habit: .memory),
    Known(name: "ramfs", magic: 0x8584_58F6, habit: .memory),
    Known(name: "nfs", magic: 0x6969, habit: .network),
    Known(name: "nfs4", magic: 0x6969, habit: .network),
    Known(name: "cifs", magic: 0xFF53_4D42, habit: .network),
    Known(name: "smb3", magic: 0xFE53_4D42, habit: .network),
    Known(name: "ceph", magic: 0x00C3_6400, habit: .network),
    Known(name: "afs", magic: 0x5346_414F, habit: .network),
    Known(name: "fuse.sshfs", magic: 0x6573_5546, habit: .network),
    Known(name: "fuse.rclone", magic: 0x6573_5546, habit: .network),
    Known(name: "fuse.s3fs", magic: 0x6573_5546, habit: .network),
    Known(name: "fuse.glusterfs", magic: 0x6573_5546, habit: .network),
    Known(name: "fuse.gvfsd-fuse", magic: 0x6573_5546, habit: .network),
    Known(name: "virtiofs", magic: 0x6573_5546, habit: .host),
    Known(name: "9p", magic: 0x0102_1997, habit: .host),
    Known(name: "vboxsf", magic: 0x786F_4256, habit: .host),
    Known(name: "fuse.vmhgfs-fuse", magic: 0x6573_5546, habit: .host),
  ]

  /// The habit of a file system with that name.
  static func habit(named name: String) -> WritingHabit {
    known.first { $0.name == name }?.habit ?? .unknown
  }

  /// Whether a file system with that number never writes in place.
  static func writesElsewhere(magic: UInt32) -> Bool {
    known.contains { $0.magic == magic && $0.habit == .elsewhere }
  }
}
