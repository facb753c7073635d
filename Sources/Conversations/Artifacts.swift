public import ByteReading

/// An application whose stores are known, by its stable name.
public struct ApplicationID: RawRepresentable, Hashable, Sendable, Comparable {
  /// The name in documents and on the command line, such as `lm-studio`.
  public let rawValue: String

  /// Makes an id of its name.
  public init(rawValue: String) {
    self.rawValue = rawValue
  }

  public static func < (left: ApplicationID, right: ApplicationID) -> Bool {
    left.rawValue < right.rawValue
  }
}

/// What a store holds.
public enum StoreKind: String, Hashable, Sendable, CaseIterable {
  /// Conversations the application has now.
  case conversations
  /// Text kept for retrieval, and its vectors.
  case documents
  /// Files a person gave to the application.
  case uploads
  /// What was typed at a prompt, without answers.
  case history
  /// Logs.
  case logs
  /// Settings, presets, drafts.
  case settings
  /// Keys and tokens in the clear.
  case secrets
  /// What can be made again, and browser profiles that are named and not parsed.
  case cache
  /// Trash, migration leftovers, old data folders, temporary files: never part of totals.
  case copies
}

/// Where something was read.
public struct Provenance: Hashable, Sendable {
  /// The file, by the path that opens it on this machine.
  public var path: StoredText
  /// For a file, line or item: bytes from the file's beginning.
  public var offset: UInt64?
  /// For a database record: the table.
  public var table: String?
  /// For a database record: its primary key as text.
  public var row: StoredText?

  /// Makes a provenance of a file and a place in it.
  public init(
    path: StoredText, offset: UInt64? = nil, table: String? = nil, row: StoredText? = nil
  ) {
    self.path = path
    self.offset = offset
    self.table = table
    self.row = row
  }
}

/// Something that could not be read whole, or that a reader of the inventory must know.
public struct Issue: Hashable, Sendable {
  /// How much it matters.
  public enum Severity: String, Hashable, Sendable, CaseIterable {
    /// Nothing is missing, yet it should be known.
    case info
    /// Something may be missing.
    case warning
    /// Something is missing.
    case error
  }

  /// The stable spellings of what can be said; open, since every format has its own.
  public struct Code: RawRepresentable, Hashable, Sendable {
    /// The spelling in documents.
    public let rawValue: String

    /// Makes a code of its spelling.
    public init(rawValue: String) {
      self.rawValue = rawValue
    }
  }

  /// The file or folder concerned.
  public var path: StoredText
  /// Where in the file, in bytes, when that is known.
  public var offset: UInt64?
  /// How much it matters.
  public var severity: Severity
  /// What it is.
  public var code: Code
  /// The same for people: lower case, no full stop.
  public var text: String

  /// Makes an issue.
  public init(
    _ code: Code, _ severity: Severity, path: StoredText, offset: UInt64? = nil, _ text: String
  ) {
    self.path = path
    self.offset = offset
    self.severity = severity
    self.code = code
    self.text = text
  }
}

extension Issue.Code {
  /// A file of no bytes where a format has some.
  public static let empty = Self(rawValue: "empty")
  /// A document ends in the middle of a value: the rest was never written or is gone.
  public static let torn = Self(rawValue: "torn")
  /// A document breaks the grammar of its format.
  public static let malformed = Self(rawValue: "malformed")
  /// A file ends before its own header says.
  public static let truncated = Self(rawValue: "truncated")
  /// Written by a version later than any that is known.
  public static let tooNew = Self(rawValue: "too-new")
  /// A length or a size past what there is.
  public static let overlong = Self(rawValue: "overlong")
  /// Nested deeper than is followed.
  public static let tooDeep = Self(rawValue: "too-deep")
  /// Permission is lacking.
  public static let denied = Self(rawValue: "denied")
  /// The medium or the file system did not give the bytes.
  public static let unreadable = Self(rawValue: "unreadable")
  /// The file was there when its folder was listed and is gone now.
  public static let vanished = Self(rawValue: "vanished")
  /// A string holds bytes that are no UTF-8.
  public static let invalidUTF8 = Self(rawValue: "invalid-utf8")
  /// A setting or link names a place outside of where to look.
  public static let pointsOutside = Self(rawValue: "points-outside")
  /// A database was written all the while it was read.
  public static let liveChanging = Self(rawValue: "live-changing")
  /// Reading may have set access times, since the files belong to somebody else.
  public static let accessTimeMayChange = Self(rawValue: "atime-may-change")
  /// An archive is named with what it lists, and was not opened.
  public static let archiveNotOpened = Self(rawValue: "archive-not-opened")
  /// Recognised, named with its size, and not parsed.
  public static let notParsed = Self(rawValue: "not-parsed")
  /// Encrypted, so that nothing can be read.
  public static let encrypted = Self(rawValue: "encrypted")
  /// Of a kind or version that is not known; what could be told apart was read.
  public static let unknownFormat = Self(rawValue: "unknown-format")
  /// Messages name each other as parents in a circle.
  public static let cyclicParents = Self(rawValue: "cyclic-parents")
  /// A message names a parent that is not there.
  public static let danglingParent = Self(rawValue: "dangling-parent")
  /// A piece without the thing it belongs to: a file without its chat, rows without their owner.
  public static let orphan = Self(rawValue: "orphan")
  /// Only a linear copy still holds a message that the tree no longer has.
  public static let remnant = Self(rawValue: "remnant")
  /// The same conversation is stored a second time.
  public static let duplicate = Self(rawValue: "duplicate")
}
