internal import Secrets

/// Why bytes of a vault could not be read: what, in which structure, where.
public struct VaultFormatError: Error, Equatable, Sendable {
  /// The kinds of failure; each has an exit status of its own.
  public enum Code: Sendable, Equatable {
    /// The bytes are not of a vault at all.
    case notAVault
    /// The format version, the cipher or a type is one that this version does not know.
    case newer
    /// The secret opens no slot.
    case wrongSecret
    /// The bytes are not what was written.
    case damaged
    /// A key could not be held, or memory for a derivation not be had.
    case noMemory
    /// What was asked for does not fit the format: a 65th slot, the last slot removed, a
    /// misspelled recipient.
    case unsuitable
  }

  /// The kind of failure.
  public var code: Code
  /// The structure, in the words of docs/vault-format.md.
  public var part: String
  /// Where in the structure, in bytes from its beginning, where that can be said.
  public var offset: Int?
  /// What was found or expected, in a few words.
  public var text: String

  /// Makes an error of a kind, a structure and a few words.
  public init(_ code: Code, _ part: String, at offset: Int? = nil, _ text: String) {
    self.code = code
    self.part = part
    self.offset = offset
    self.text = text
  }

  /// Says of which structure a secret could not be held or made.
  init(_ error: SecretsError, _ part: String) {
    switch error {
    case .noCryptography: self.init(.noMemory, part, "libsodium does not start")
    case .outOfLockedMemory: self.init(.noMemory, part, "no more memory can be locked")
    case .outOfMemory: self.init(.noMemory, part, "no memory for the key derivation")
    case .unsuitable, .dumpable: self.init(.unsuitable, part, "not of the length it must have")
    }
  }
}
