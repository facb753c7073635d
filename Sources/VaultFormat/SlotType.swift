/// By what a key slot opens.
public enum SlotType: UInt8, Sendable, CaseIterable {
  /// A passphrase, through Argon2id.
  case passphrase = 1
  /// Fifteen words with 160 random bits.
  case recoveryWords = 2
  /// The contents of a file.
  case keyFile = 3
  /// A private key that is with the recipient.
  case recipient = 4
  /// The volume key of a key ring.
  case keyRing = 5
  /// Reserved: a FIDO2 authenticator.
  case fido2 = 6
  /// Reserved: the machine's TPM.
  case tpm = 7
  /// Reserved: X25519 together with ML-KEM.
  case hybrid = 8

  /// Whether this version keeps such a slot but cannot open it.
  public var isReserved: Bool { rawValue >= Self.fido2.rawValue }
}
