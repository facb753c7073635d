/// Why a secret could not be held or made.
public enum SecretsError: Error, Equatable, Sendable {
  /// libsodium did not start.
  case noCryptography
  /// The system gives no more memory that is kept out of swap.
  case outOfLockedMemory
  /// The memory for a key derivation could not be had.
  case outOfMemory
  /// A length that the primitive does not take.
  case unsuitable
  /// The system does not forbid dumps of this process.
  case dumpable
}
