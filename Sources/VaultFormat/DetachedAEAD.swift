internal import CSodium

/// Cipher 1, XChaCha20-Poly1305, with the tag in a place of its own.
enum DetachedAEAD {
  static let nonceLength = 24
  static let tagLength = 16

  /// Encrypts; plaintext and ciphertext may be the same place.
  @inline(__always)
  static func seal(
    _ plaintext: UnsafeRawPointer, _ count: Int, into ciphertext: UnsafeMutableRawPointer,
    tag: UnsafeMutableRawPointer, nonce: UnsafeRawPointer, associated: UnsafeRawBufferPointer,
    key: UnsafeRawPointer
  ) {
    _ = unsafe crypto_aead_xchacha20poly1305_ietf_encrypt_detached(
      ciphertext.assumingMemoryBound(to: UInt8.self), tag.assumingMemoryBound(to: UInt8.self), nil,
      plaintext.assumingMemoryBound(to: UInt8.self), UInt64(count),
      associated.baseAddress?.assumingMemoryBound(to: UInt8.self), UInt64(associated.count),
      nil, nonce.assumingMemoryBound(to: UInt8.self), key.assumingMemoryBound(to: UInt8.self))
  }

  /// Decrypts; without a place for the plaintext it only checks the tag, in half the time.
  @inline(__always)
  static func open(
    _ ciphertext: UnsafeRawPointer, _ count: Int, into plaintext: UnsafeMutableRawPointer?,
    tag: UnsafeRawPointer, nonce: UnsafeRawPointer, associated: UnsafeRawBufferPointer,
    key: UnsafeRawPointer
  ) -> Bool {
    unsafe crypto_aead_xchacha20poly1305_ietf_decrypt_detached(
      plaintext?.assumingMemoryBound(to: UInt8.self), nil,
      ciphertext.assumingMemoryBound(to: UInt8.self), UInt64(count),
      tag.assumingMemoryBound(to: UInt8.self),
      associated.baseAddress?.assumingMemoryBound(to: UInt8.self), UInt64(associated.count),
      nonce.assumingMemoryBound(to: UInt8.self), key.assumingMemoryBound(to: UInt8.self)) == 0
  }
}
