public import Secrets

/// What a user can present to open a key slot.
public struct SlotSecret: ~Copyable, Sendable {
  /// The type of the slots that it may open.
  public let type: SlotType
  let bytes: SecureBytes

  /// A passphrase, as its bytes were typed or read.
  public static func passphrase(_ text: consuming SecureBytes) -> SlotSecret {
    SlotSecret(type: .passphrase, bytes: text)
  }

  /// The 20 bytes of recovery words; `RecoveryWords` has them from the words.
  public static func recoveryWords(_ entropy: consuming SecureBytes) -> SlotSecret {
    SlotSecret(type: .recoveryWords, bytes: entropy)
  }

  /// H of the contents of a key file.
  public static func keyFile(digest: consuming SecureBytes) -> SlotSecret {
    SlotSecret(type: .keyFile, bytes: digest)
  }

  /// A recipient's private key; `Recipient` has it from its text.
  public static func identity(privateKey: consuming SecureBytes) -> SlotSecret {
    SlotSecret(type: .recipient, bytes: privateKey)
  }

  /// The last volume key of a key ring.
  public static func ring(_ volumeKey: consuming SecureBytes) -> SlotSecret {
    SlotSecret(type: .keyRing, bytes: volumeKey)
  }

  /// The wrapping key W of a slot that begins with `prefix`, its first 80 bytes.
  ///
  /// For all types but a recipient's, which has none.
  /// - Throws: `unsuitable` for a secret of the wrong length; `outOfMemory` for the derivation.
  func wrappingKey(
    of vaultID: ObjectID, prefix: ArraySlice<UInt8>, derivation: PassphraseDerivation?,
    salt: [UInt8]
  ) throws(SecretsError) -> SecureBytes {
    let secret = try material(of: vaultID, derivation: derivation, salt: salt)
    var hash = KeyedHash(key: secret)
    hash.add("sotto v1 slot")
    hash.add(vaultID.bytes)
    hash.add(prefix)
    return try hash.key()
  }

  /// The secret of docs/vault-format.md, "Header".
  private func material(
    of vaultID: ObjectID, derivation: PassphraseDerivation?, salt: [UInt8]
  ) throws(SecretsError) -> SecureBytes {
    switch (type, derivation, bytes.count) {
    case (.passphrase, let derivation?, _):
      return try derivation.derive(bytes, salt: salt)
    case (.recoveryWords, nil, RecoveryWords.entropyCount), (.keyFile, nil, Digest.count):
      return try bytes.duplicate()
    case (.keyRing, nil, Digest.count):
      var hash = KeyedHash(key: bytes)
      hash.add("sotto v1 ring")
      hash.add(vaultID.bytes)
      return try hash.key()
    default:
      throw .unsuitable
    }
  }
}
