public import SystemPackage

/// Something that may still hold plaintext after it was overwritten and unlinked: what, where, and why.
public struct NotCovered: Hashable, Sendable {
  /// The kinds of remains; the raw value is the word in JSON.
  public enum What: String, CaseIterable, Sendable {
    /// Names of files and folders.
    case names
    /// What was replaced or deleted before, in blocks that belong to no file.
    case freeSpace = "free-space"
    /// Cells of a flash drive that were written before.
    case flash
    /// A disk that is somebody else's file.
    case virtualDisk = "virtual-disk"
    /// Another machine's disk.
    case network
    /// A file system that writes changed bytes to new blocks.
    case copyOnWrite = "copy-on-write"
    /// A file system that compresses, and so never writes in place.
    case compression
    /// Blocks that several files share.
    case reflinks
    /// A journal that holds contents.
    case journals
    /// Earlier states of the file system.
    case snapshots
    /// Memory written to disk.
    case swap
    /// Memory itself.
    case memory
    /// A service that copies the folder elsewhere.
    case sync
    /// A program that keeps copies.
    case backups
    /// A file system of which nothing is known.
    case unknown
  }

  /// What may remain.
  public var what: What
  /// The folder, device or file where it may.
  public var `where`: FilePath
  /// One plain sentence, lower case, without a full stop.
  public var why: String

  /// Makes an entry of the three.
  public init(_ what: What, where place: FilePath, why: String) {
    self.what = what
    self.where = place
    self.why = why
  }
}
