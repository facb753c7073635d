/// What the process says when it ends; an interface, no number is ever given another meaning.
public enum ExitStatus: Int32, CaseIterable, Sendable {
  /// Done.
  case done = 0
  /// Done, and something was found that the caller asked to be told about.
  case found = 1
  /// Failure.
  case failure = 2
  /// Wrong passphrase.
  case wrongPassphrase = 10
  /// Not a vault.
  case notAVault = 11
  /// A vault of a newer format.
  case newerFormat = 12
  /// Damaged or tampered with.
  case damaged = 13
  /// The store is in use.
  case inUse = 14
  /// Erasure was not verified.
  case notVerified = 15
  /// The command line is wrong.
  case usage = 64
  /// Interrupted from the keyboard.
  case interrupted = 130

  /// The meaning, as manual and documents have it.
  public var meaning: String {
    switch self {
    case .done: "done"
    case .found: "done, and something was found that the caller asked to be told about"
    case .failure: "failure"
    case .wrongPassphrase: "wrong passphrase"
    case .notAVault: "not a vault"
    case .newerFormat: "newer format"
    case .damaged: "damaged or tampered"
    case .inUse: "store is in use"
    case .notVerified: "erasure not verified"
    case .usage: "usage"
    case .interrupted: "interrupted"
    }
  }
}
