internal import VaultFormat

/// What a node of an open vault is.
public enum NodeKind: Sendable {
  case file, folder, link, pipe, socket, characterDevice, blockDevice
}

/// What a node says of itself, as `stat(2)` wants it.
public struct NodeAttributes: Sendable {
  /// The number by which programs know it; the same at every unlock.
  public var inode: UInt64
  /// What it is.
  public var kind: NodeKind
  /// The twelve permission bits.
  public var mode: UInt16
  /// How many names it has; of a folder two and one for each folder in it, or one where that is not known.
  public var links: UInt32
  /// The owner's number.
  public var owner: UInt32
  /// The group's number.
  public var group: UInt32
  /// Of a device its number, else 0.
  public var device: UInt32
  /// The size of the contents in bytes.
  public var size: UInt64
  /// Bytes that it takes up.
  public var allocated: UInt64
  /// When the contents were read.
  public var accessed: FileFacts.Time
  /// When the contents were changed.
  public var modified: FileFacts.Time
  /// When contents or attributes were changed.
  public var changed: FileFacts.Time
}

/// A change of attributes; nil leaves one as it is.
public struct AttributeChange: Sendable {
  /// The twelve permission bits.
  public var mode: UInt16?
  /// The owner's number.
  public var owner: UInt32?
  /// The group's number.
  public var group: UInt32?
  /// The size of the contents in bytes.
  public var size: UInt64?
  /// When the contents were read.
  public var accessed: FileFacts.Time?
  /// When the contents were changed.
  public var modified: FileFacts.Time?
  /// When contents or attributes were changed; now, where nothing is said.
  public var changed: FileFacts.Time?

  /// Changes nothing.
  public init() {}
}

/// One name in a folder of an open vault.
public struct FolderEntry: Sendable {
  /// The name.
  public var name: [UInt8]
  /// The number of what it names.
  public var inode: UInt64
  /// What that is.
  public var kind: NodeKind
}

/// How a rename treats what has the new name (`renameat2(2)`).
public enum RenameMode: Sendable {
  /// It is replaced.
  case replace
  /// It must not be there.
  case noReplace
  /// Both change names.
  case exchange
}

/// What is done with a stretch of a file (`fallocate(2)`).
public enum AllocationMode: Sendable {
  /// The file is lengthened where the stretch ends behind it.
  case extend
  /// Nothing that can be seen.
  case keepSize
  /// The stretch becomes a hole; the size stays.
  case punchHole
  /// The stretch reads as zeros; the file is lengthened where it ends behind it.
  case zeroRange
}

/// Whether an extended attribute must be new (`setxattr(2)`).
public enum AttributeMode: Sendable {
  /// Either.
  case set
  /// It must be new.
  case create
  /// It must be there.
  case replace
}

/// How much room there is.
public struct FileSystemStatistics: Sendable {
  /// All bytes of the file system that the vault is on.
  public var bytes: UInt64
  /// Free bytes.
  public var free: UInt64
  /// Free bytes that the user may use.
  public var available: UInt64
  /// All inodes.
  public var files: UInt64
  /// Free inodes.
  public var freeFiles: UInt64
}

extension FileFacts.Time {
  init(_ time: ObjectTime) {
    self.init(seconds: time.seconds, nanoseconds: time.nanoseconds)
  }
}
