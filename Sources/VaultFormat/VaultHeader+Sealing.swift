internal import Secrets

extension VaultHeader {
  /// The header with these settings and its authenticator.
  /// - Throws: `unsuitable` for settings that are too long, or any in a key ring; `noMemory`.
  func sealed(
    _ settings: VaultSettings, _ last: EpochKeys, _ headerKey: HeaderKey
  ) throws(VaultFormatError) -> VaultHeader {
    let plaintext = settings.bytes
    let overhead = AEAD.nonceCount + AEAD.tagCount
    guard plaintext.count <= Int(Self.settingsLimits.upperBound) - overhead,
      kind == .vault || plaintext.isEmpty
    else {
      throw VaultFormatError(.unsuitable, "settings", "\(plaintext.count) bytes long")
    }
    var header = self
    // The settings are bound to the header's beginning, which says how long they are.
    header.sealedSettings = [UInt8](repeating: 0, count: plaintext.count + overhead)
    do throws(SecretsError) {
      let sealed = try AEAD.seal(
        SecureBytes(plaintext), key: last.settings, associated: header.prefix)
      header.sealedSettings = sealed.nonce + sealed.ciphertext + sealed.tag
    } catch {
      throw VaultFormatError(error, "settings")
    }
    header.authenticator = header.authenticator(last, headerKey)
    return header
  }

  /// Opens the settings.
  /// - Throws: `damaged` where they are not what was written; `noMemory`.
  func openSettings(_ last: EpochKeys) throws(VaultFormatError) -> VaultSettings {
    let end = sealedSettings.count - AEAD.tagCount
    let sealed = AEAD.Sealed(
      nonce: Array(sealedSettings[..<AEAD.nonceCount]),
      ciphertext: Array(sealedSettings[AEAD.nonceCount..<end]),
      tag: Array(sealedSettings[end...]))
    let plaintext: [UInt8]?
    do throws(SecretsError) {
      plaintext = try unsafe AEAD.open(sealed, key: last.settings, associated: prefix)?.withBytes {
        unsafe Array($0)
      }
    } catch {
      throw VaultFormatError(error, "settings")
    }
    guard let plaintext else {
      throw VaultFormatError(.damaged, "settings", "they do not open")
    }
    return try VaultSettings(parsing: plaintext)
  }
}
