/// One way in which a vault is not as it was sealed.
public struct VaultFinding: Sendable, Equatable {
  /// What kind of change it is.
  public enum Kind: String, Sendable {
    /// Bytes are not what was written.
    case changed
    /// Another object of the vault is in its place.
    case swapped
    /// It is found under another name or in another folder.
    case moved
    /// It is what it once was, but not what it was last.
    case rolledBack = "rolled-back"
    /// Its file is shorter or longer than it was.
    case truncated
    /// It is not there.
    case missing
    /// It is there and does not belong to the vault.
    case added
    /// Its extended attributes are not what was written.
    case metadata
    /// The header, a copy of it, or this machine's record of the vault differs.
    case header
  }

  /// What kind of change it is.
  public var kind: Kind
  /// The path inside the store, where it can be known; empty for the store's own folder.
  public var path: [UInt8]?
  /// The file, as a path below the vault's folder.
  public var file: String
  /// What was found, lower case, without a full stop.
  public var text: String

  /// Makes a finding.
  public init(_ kind: Kind, path: [UInt8]? = nil, file: String, _ text: String) {
    self.kind = kind
    self.path = path
    self.file = file
    self.text = text
  }
}
