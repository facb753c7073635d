public import SystemPackage

/// Why a file cannot be read as a database at all.
public struct DatabaseError: Error, Equatable, Sendable {
  /// The kinds of failure, spelled as an issue's code.
  public struct Code: RawRepresentable, Hashable, Sendable {
    /// The stable spelling.
    public let rawValue: String

    /// Makes a code of its stable spelling.
    public init(rawValue: String) {
      self.rawValue = rawValue
    }

    /// The file is something else than a database.
    public static let notADatabase = Code(rawValue: "not-a-database")
    /// The file is laid out in pages but does not begin as a database: probably encrypted.
    public static let encryptedOrUnknown = Code(rawValue: "encrypted-or-unknown")
    /// The file has no bytes, and no log beside it holds the database.
    public static let empty = Code(rawValue: "empty-database")
    /// The file system does not give the file; `errno` says why.
    public static let unreadable = Code(rawValue: "unreadable")
    /// The header contradicts itself.
    public static let malformed = Code(rawValue: "malformed")
  }

  /// The kind of failure.
  public var code: Code
  /// The file concerned.
  public var path: FilePath
  /// Where in that file, in bytes from its beginning, where a place can be named.
  public var offset: UInt64?
  /// The reason the system gave, for `unreadable`.
  public var errno: Errno?
  /// What was found, in a few words.
  public var text: String

  /// Makes an error of its kind, file, place in bytes and a few words.
  public init(
    _ code: Code, _ path: FilePath, offset: UInt64? = nil, errno: Errno? = nil, _ text: String
  ) {
    self.code = code
    self.path = path
    self.offset = offset
    self.errno = errno
    self.text = text
  }
}
