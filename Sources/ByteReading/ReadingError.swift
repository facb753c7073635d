/// What went wrong while bytes were read, and where.
public struct ReadingError: Error, Equatable, Sendable {
  /// The kinds of failure; open, so that a new decoder can name its own.
  public struct Code: RawRepresentable, Hashable, Sendable {
    /// The stable spelling, which is also an issue's code.
    public let rawValue: String

    /// Makes a code of its stable spelling.
    public init(rawValue: String) {
      self.rawValue = rawValue
    }

    /// The bytes end in the middle of a value.
    public static let torn = Code(rawValue: "torn")
    /// The bytes break the grammar of their format.
    public static let malformed = Code(rawValue: "malformed")
    /// Values are nested deeper than is followed.
    public static let tooDeep = Code(rawValue: "too-deep")
    /// A length says more than there is, or more than is held in memory.
    public static let overlong = Code(rawValue: "overlong")
    /// The file system or the structure beneath did not give the bytes.
    public static let unreadable = Code(rawValue: "unreadable")
  }

  /// The kind of failure.
  public var code: Code
  /// Where in the source, in bytes from its beginning.
  public var offset: UInt64
  /// What was expected or what was found, in a few words.
  public var text: String

  /// Makes an error of a kind, a place in bytes and a few words.
  public init(_ code: Code, at offset: UInt64, _ text: String) {
    self.code = code
    self.offset = offset
    self.text = text
  }
}
