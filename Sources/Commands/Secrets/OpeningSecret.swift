/// A secret that the user gave to open a vault.
enum OpeningSecret {
  /// A passphrase.
  case passphrase(HeldSecret)
  /// The hash of a key file.
  case keyFile(HeldSecret)
  /// A recipient's private key as text.
  case identity(HeldSecret)
  /// Recovery words as text.
  case recovery(HeldSecret)
}
