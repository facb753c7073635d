/// One step of an act that cannot be undone by looking at the files: which of two is the truth.
public struct JournalRecord: Equatable, Sendable {
  /// The length in bytes.
  public static let count = 64

  /// What is the truth from then on.
  public enum Truth: UInt8, Sendable {
    /// The vault's object.
    case object = 1
    /// The plaintext.
    case plaintext = 2
  }

  /// What is the truth.
  public let truth: Truth
  /// The record's number, from 1.
  public let number: UInt64
  /// The object.
  public let object: ObjectID
}
