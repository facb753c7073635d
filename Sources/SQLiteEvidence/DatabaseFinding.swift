public import SystemPackage

/// Something about a database's files that whoever reads the result has to know.
public struct DatabaseFinding: Hashable, Sendable {
  /// The kinds of finding, spelled as an issue's code.
  public struct Code: RawRepresentable, Hashable, Sendable {
    /// The stable spelling.
    public let rawValue: String

    /// Makes a code of its stable spelling.
    public init(rawValue: String) {
      self.rawValue = rawValue
    }

    /// A write-ahead log that is no part of the database: another header, version or page size.
    public static let walIgnored = Code(rawValue: "wal-ignored")
    /// A frame in the midst of the write-ahead log fails its checksum; the commits behind it are
    /// lost.
    public static let walTorn = Code(rawValue: "wal-torn")
    /// Frames after the last commit, sound or torn: a transaction that was never completed.
    public static let walUncommitted = Code(rawValue: "wal-uncommitted")
    /// Frames that an earlier generation of the log left behind; every reused log has them.
    public static let walEarlierGeneration = Code(rawValue: "wal-earlier-generation")
    /// The main file is empty and the database is in its log alone.
    public static let walAlone = Code(rawValue: "wal-alone")
    /// A hot journal was applied: the pages of an unfinished transaction are read as they were
    /// before.
    public static let journalApplied = Code(rawValue: "journal-applied")
    /// A journal is no part of the database: nothing in it, or the transaction was completed.
    public static let journalIgnored = Code(rawValue: "journal-ignored")
    /// A record of a hot journal fails its checksum or is cut off; SQLite's own rollback ends
    /// there.
    public static let journalTorn = Code(rawValue: "journal-torn")
    /// A companion file is there and the file system does not give it.
    public static let companionUnreadable = Code(rawValue: "companion-unreadable")
    /// The file ends before the last page its header counts.
    public static let truncated = Code(rawValue: "truncated")
    /// A page of a tree cannot be read or is no such page.
    public static let damagedPage = Code(rawValue: "damaged-page")
    /// A row cannot be read, or not whole.
    public static let damagedRecord = Code(rawValue: "damaged-record")
    /// The chain of pages that carries a long value breaks off.
    public static let damagedOverflow = Code(rawValue: "damaged-overflow")
    /// Two places of a tree lead to one page; its rows are given once.
    public static let linkedTwice = Code(rawValue: "page-linked-twice")
    /// A table's definition cannot be understood.
    public static let damagedSchema = Code(rawValue: "damaged-schema")
    /// A value is longer than was asked for in memory; its beginning was given.
    public static let overlongValue = Code(rawValue: "overlong-value")
    /// More was found than is listed.
    public static let moreDamage = Code(rawValue: "more-damage")
  }

  /// The kind of finding.
  public var code: Code
  /// The file it is in: the main file, its log or its journal.
  public var path: FilePath
  /// Where in that file, in bytes from its beginning.
  public var offset: UInt64
  /// The database page concerned, if it is about one.
  public var page: UInt32?
  /// What was found, in a few words.
  public var text: String

  /// Makes a finding of its kind, file, place in bytes and a few words.
  public init(
    _ code: Code, _ path: FilePath, at offset: UInt64, page: UInt32? = nil, _ text: String
  ) {
    self.code = code
    self.path = path
    self.offset = offset
    self.page = page
    self.text = text
  }

  /// Whether something may be lost or wrong; the other findings only say what was done.
  public var isDamage: Bool {
    switch code {
    case .walUncommitted, .walEarlierGeneration, .journalApplied, .journalIgnored: false
    default: true
    }
  }
}
