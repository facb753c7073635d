import SystemPackage
import VaultFormat

/// A secret that the user gave to open a vault.
enum OpeningSecret {
  /// A passphrase.
  case passphrase(HeldSecret)
  /// The hash of a key file.
  case keyFile(HeldSecret)
  /// A recipient's private key.
  case identity(HeldSecret)
  /// The bytes that recovery words stand for.
  case recovery(HeldSecret)

  /// The secret as a header takes it.
  /// - Throws: `Failure` where no more memory can be locked.
  func slotSecret() throws(Failure) -> SlotSecret {
    switch self {
    case .passphrase(let text): .passphrase(try text.duplicated())
    case .keyFile(let digest): .keyFile(digest: try digest.duplicated())
    case .identity(let key): .identity(privateKey: try key.duplicated())
    case .recovery(let bytes): .recoveryWords(try bytes.duplicated())
    }
  }

  /// The bytes of recovery words.
  /// - Parameter source: Where the words come from, for messages.
  /// - Throws: `Failure` with status 10 where they are none, or mistyped.
  static func recovery(
    words: HeldSecret, from source: String
  ) throws(Failure) -> OpeningSecret {
    do throws(VaultFormatError) {
      return .recovery(HeldSecret(try RecoveryWords.decode(words.bytes)))
    } catch {
      throw Failure(error, FilePath(source))
    }
  }
}
