internal import CSodium

/// XChaCha20-Poly1305 with a tag of its own, for the few short secrets of a header
/// (docs/vault-format.md, "Primitives").
///
/// Objects seal their blocks without the allocations made here.
public enum AEAD {
  /// The length of a key in bytes.
  public static let keyCount = 32
  /// The length of a nonce in bytes.
  public static let nonceCount = 24
  /// The length of a tag in bytes.
  public static let tagCount = 16

  /// A ciphertext with what else it takes to open it.
  public struct Sealed: Equatable, Sendable {
    /// 24 bytes.
    public var nonce: [UInt8]
    /// As long as the plaintext.
    public var ciphertext: [UInt8]
    /// 16 bytes.
    public var tag: [UInt8]

    /// Gathers the parts.
    public init(nonce: [UInt8], ciphertext: [UInt8], tag: [UInt8]) {
      self.nonce = nonce
      self.ciphertext = ciphertext
      self.tag = tag
    }
  }

  /// Encrypts under a fresh random nonce.
  /// - Throws: `unsuitable` for a key that is not 32 bytes long.
  public static func seal(
    _ plaintext: borrowing SecureBytes, key: borrowing SecureBytes, associated: [UInt8] = []
  ) throws(SecretsError) -> Sealed {
    try Sodium.start()
    guard key.count == keyCount else { throw .unsuitable }
    var sealed = Sealed(
      nonce: Sodium.randomBytes(nonceCount),
      ciphertext: [UInt8](repeating: 0, count: plaintext.count),
      tag: [UInt8](repeating: 0, count: tagCount))
    let status = unsafe plaintext.lend { bytes in
      unsafe key.lend { key in
        unsafe crypto_aead_xchacha20poly1305_ietf_encrypt_detached(
          &sealed.ciphertext, &sealed.tag, nil, bytes, UInt64(plaintext.count),
          associated, UInt64(associated.count), nil, sealed.nonce, key)
      }
    }
    guard status == 0 else { throw .unsuitable }
    return sealed
  }

  /// Decrypts; nil where the tag does not agree.
  /// - Throws: `unsuitable` for a key, nonce or tag of another length; `outOfLockedMemory`.
  public static func open(
    _ sealed: Sealed, key: borrowing SecureBytes, associated: [UInt8] = []
  ) throws(SecretsError) -> SecureBytes? {
    guard key.count == keyCount, sealed.nonce.count == nonceCount, sealed.tag.count == tagCount
    else { throw .unsuitable }
    var plaintext = try SecureBytes(count: sealed.ciphertext.count)
    let status = unsafe plaintext.lendForWriting { plaintext in
      unsafe key.lend { key in
        unsafe crypto_aead_xchacha20poly1305_ietf_decrypt_detached(
          plaintext, nil,
          sealed.ciphertext, UInt64(sealed.ciphertext.count), sealed.tag,
          associated, UInt64(associated.count),
          sealed.nonce, key)
      }
    }
    guard status == 0 else { return nil }
    return consume plaintext
  }
}
