public import SystemPackage

/// A number of files and their bytes.
public struct FileSum: Sendable, Equatable {
  /// Files.
  public var files: UInt64
  /// Bytes.
  public var bytes: UInt64

  /// Makes a sum.
  public init(files: UInt64 = 0, bytes: UInt64 = 0) {
    self.files = files
    self.bytes = bytes
  }
}

/// A file that was not treated as the others, and why.
public struct Exception: Sendable, Equatable {
  /// The file.
  public var path: FilePath
  /// Why, in a few words.
  public var why: String

  /// Makes an exception.
  public init(_ path: FilePath, _ why: String) {
    self.path = path
    self.why = why
  }
}

/// Something that may still hold what was locked away: what, where and why.
public struct Remnant: Sendable, Equatable {
  /// The kind, a stable word.
  public var what: String
  /// The place.
  public var place: String
  /// Why it is not covered, in a few words.
  public var why: String

  /// Makes a remnant.
  public init(_ what: String, _ place: String, _ why: String) {
    self.what = what
    self.place = place
    self.why = why
  }
}

/// What a lock did to one store.
public struct LockedStore: Sendable {
  /// The store's folder.
  public var path: FilePath
  /// Its vault.
  public var vault: FilePath
  /// The application, where it is known.
  public var app: String?
  /// What it is now: `locked`, or what it was where something went wrong.
  public var state: String
  /// Whether it was locked before, so that there was nothing to do.
  public var wasLocked = false
  /// Whether it was open, so that its vault was closed and no plaintext had to be encrypted.
  public var wasOpen = false
  /// Why it is not locked.
  public var error: String?
  /// What is in the vault.
  public var locked = FileSum()
  /// Of the plaintext, what was overwritten in place.
  public var overwritten = FileSum()
  /// What was unlinked without having been overwritten.
  public var notOverwritten: [Exception] = []
  /// What was left where it is.
  public var refused: [Exception] = []
  /// What stays in the clear by rule.
  public var bulk: FileSum?
  /// What overwriting does not reach on this medium.
  public var notCovered: [Remnant] = []

  /// Makes a store of which nothing is known yet.
  public init(path: FilePath, vault: FilePath, app: String?, state: String) {
    self.path = path
    self.vault = vault
    self.app = app
    self.state = state
  }
}

/// What a restore gave back of one store.
public struct RestoredStore: Sendable {
  /// The store's folder.
  public var path: FilePath
  /// What lies in the clear again.
  public var restored = FileSum()
  /// What was found in the way and kept.
  public var kept: [Exception] = []
  /// Why it is not restored.
  public var error: String?

  /// Makes a store of which nothing is known yet.
  public init(path: FilePath) {
    self.path = path
  }
}
