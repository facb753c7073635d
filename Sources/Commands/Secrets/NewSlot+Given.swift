import Secrets
import VaultFormat

extension NewSlot {
  /// A slot that opens by a passphrase the user gave.
  /// - Throws: `Failure` where no more memory can be locked.
  static func passphrase(
    _ secret: HeldSecret, _ level: DerivationLevel
  ) throws(Failure) -> NewSlot {
    .passphrase(try secret.duplicated(), level.derivation)
  }

  /// A slot that opens by the key file whose hash that is.
  /// - Throws: `Failure` where no more memory can be locked.
  static func keyFile(_ digest: HeldSecret) throws(Failure) -> NewSlot {
    .keyFile(digest: try digest.duplicated())
  }
}
