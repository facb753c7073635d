public import Erasure
public import SystemPackage

/// What a lock did, and what it left.
public struct LockReport: Sendable {
  /// Files that the vault has now, symbolic links with them, and the size of their contents.
  public var locked = FileCount()
  /// Files that were overwritten where they lay.
  public var overwritten = FileCount()
  /// Files that were removed without being overwritten, and why.
  public var notOverwritten: [NotTaken] = []
  /// What cannot be in a vault, or is somebody's new file, and stays where it is.
  public var refused: [NotTaken] = []
  /// Files that were in use, so that the lock is not complete.
  public var inUse: [NotTaken] = []
  /// Extended attributes that could not be read, and are not in the vault.
  public var attributesNotRead: [NotTaken] = []
  /// What the store's rule leaves in the clear; nil where it has no pattern.
  public var bulk: FileCount?
  /// What the medium does not promise.
  public var notCovered: [NotCovered] = []

  /// Whether the vault is sealed; otherwise the lock was not carried to its end and goes on later.
  public var isComplete: Bool { inUse.isEmpty }
}

/// Something that an act left as it was, and why.
public struct NotTaken: Sendable, Equatable {
  /// What.
  public var path: FilePath
  /// Why, in a few words.
  public var why: String

  /// Makes a line of a report.
  public init(path: FilePath, why: String) {
    self.path = path
    self.why = why
  }
}
