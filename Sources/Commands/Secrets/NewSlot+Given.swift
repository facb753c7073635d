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

  /// A slot that opens by the private key of a recipient, `sotto1…`.
  /// - Throws: `Failure` with status 64 where the text is no public key.
  static func recipient(_ text: String) throws(Failure) -> NewSlot {
    do throws(VaultFormatError) {
      return .recipient(publicKey: try Recipient.decode(text))
    } catch {
      throw Failure(
        "\(text) is no recipient: \(error.text)", hint: "sotto key identity makes one",
        status: .usage)
    }
  }
}
