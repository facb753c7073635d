internal import Secrets

extension KeySlot {
  /// Makes a slot for a vault.
  /// - Throws: `unsuitable` for a secret, public key or derivation that cannot be used; `noMemory`.
  init(
    _ new: NewSlot, of vaultID: ObjectID, headerKey: borrowing SecureBytes, made: UInt64
  ) throws(VaultFormatError) {
    var bytes: [UInt8]
    do throws(SecretsError) {
      switch new.source {
      case .recipient(let publicKey):
        bytes = try Self.bytes(recipient: publicKey, headerKey)
      case .secret(let secret):
        bytes = try Self.bytes(secret, new.derivation, of: vaultID, headerKey)
      }
    } catch {
      throw VaultFormatError(error, "key slot")
    }
    bytes.append(integer: made)
    try self.init(parsing: bytes[...])
  }

  /// All but when it was made, for a recipient.
  private static func bytes(
    recipient publicKey: [UInt8], _ headerKey: borrowing SecureBytes
  ) throws(SecretsError) -> [UInt8] {
    let salt = [UInt8](repeating: 0, count: PassphraseDerivation.saltCount)
    var bytes = start(.recipient, nil, salt: salt, publicKey)
    bytes += try SealedBox.seal(headerKey, to: publicKey)
    bytes.append(zeros: 216 - bytes.count)
    return bytes
  }

  /// All but when it was made, for a secret.
  private static func bytes(
    _ secret: borrowing SlotSecret, _ derivation: PassphraseDerivation?, of vaultID: ObjectID,
    _ headerKey: borrowing SecureBytes
  ) throws(SecretsError) -> [UInt8] {
    let pair = try KeyPair.random()
    let salt = Sodium.randomBytes(PassphraseDerivation.saltCount)
    let bytes = start(secret.type, derivation, salt: salt, pair.publicKey)
    let wrapping = try secret.wrappingKey(
      of: vaultID, prefix: bytes[...], derivation: derivation, salt: salt)
    let sealed = try SlotContents.seal(pair.privateKey, headerKey, under: wrapping)
    return bytes + SlotContents.commitment(of: wrapping).bytes
      + sealed.nonce + sealed.ciphertext + sealed.tag
  }

  /// The first 80 bytes.
  private static func start(
    _ type: SlotType, _ derivation: PassphraseDerivation?, salt: [UInt8], _ publicKey: [UInt8]
  ) -> [UInt8] {
    var bytes = ObjectID.random().bytes
    bytes += [type.rawValue, derivation == nil ? 0 : 1]
    bytes.append(zeros: 2)
    bytes.append(integer: derivation?.passes ?? 0)
    bytes.append(integer: derivation?.memoryKiB ?? 0)
    bytes.append(zeros: 4)
    return bytes + salt + publicKey
  }
}
