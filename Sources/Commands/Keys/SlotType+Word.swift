import VaultFormat

extension SlotType {
  /// The type in documents and messages.
  var word: String {
    switch self {
    case .passphrase: "passphrase"
    case .recoveryWords: "recovery-words"
    case .keyFile: "key-file"
    case .recipient: "recipient"
    case .keyRing: "key-ring"
    case .fido2: "fido2"
    case .tpm: "tpm"
    case .hybrid: "hybrid"
    }
  }
}
