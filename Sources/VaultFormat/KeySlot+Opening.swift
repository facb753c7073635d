internal import Secrets

extension KeySlot {
  /// Opens the slot; nil where the secret is not this slot's.
  /// - Throws: `damaged` where it is, but the keys in the slot are not what was written;
  ///   `noMemory`.
  func open(
    _ secret: borrowing SlotSecret, of vaultID: ObjectID
  ) throws(VaultFormatError) -> SlotContents? {
    guard type == secret.type, !type.isReserved else { return nil }
    do throws(SecretsError) {
      if type == .recipient {
        let pair = try KeyPair(privateKey: secret.bytes.duplicate())
        guard pair.publicKey == publicKey else { return nil }
        if let headerKey = try SealedBox.open(box, with: pair) {
          return SlotContents(pair: pair, headerKey: headerKey)
        }
      } else {
        let wrapping = try secret.wrappingKey(
          of: vaultID, prefix: prefix, derivation: derivation, salt: salt)
        guard SlotContents.commitment(of: wrapping).matches(commitment) else { return nil }
        if let contents = try SlotContents.open(sealed, under: wrapping),
          contents.pair.publicKey == publicKey
        {
          return contents
        }
      }
    } catch .unsuitable {
      return nil
    } catch {
      throw VaultFormatError(error, "key slot \(id.hex)")
    }
    throw VaultFormatError(.damaged, "key slot \(id.hex)", at: 80, "its keys do not open")
  }
}
