internal import Secrets

/// What a key slot gives who opens it.
struct SlotContents: ~Copyable {
  /// The pair to which volume keys are boxed.
  let pair: KeyPair
  /// The key without which no header can be forged.
  let headerKey: SecureBytes

  /// The two keys as a slot has them, encrypted.
  static func seal(
    _ privateKey: borrowing SecureBytes, _ headerKey: borrowing SecureBytes,
    under wrapping: borrowing SecureBytes
  ) throws(SecretsError) -> AEAD.Sealed {
    var both = try SecureBytes(count: privateKey.count + headerKey.count)
    unsafe both.withMutableBytes { both in
      unsafe privateKey.withBytes { unsafe both.copyMemory(from: $0) }
      let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: both[privateKey.count...])
      unsafe headerKey.withBytes { unsafe rest.copyMemory(from: $0) }
    }
    return try AEAD.seal(both, key: key(of: wrapping))
  }

  /// By what a slot tells a wrong secret.
  static func commitment(of wrapping: borrowing SecureBytes) -> Digest {
    var hash = KeyedHash(key: wrapping)
    hash.add("sotto v1 slot commitment")
    return hash.digest()
  }

  private static func key(
    of wrapping: borrowing SecureBytes
  ) throws(SecretsError) -> SecureBytes {
    var hash = KeyedHash(key: wrapping)
    hash.add("sotto v1 slot key")
    return try hash.key()
  }

  /// Opens what a wrapping key encrypted; nil where it is not what was written.
  static func open(
    _ sealed: AEAD.Sealed, under wrapping: borrowing SecureBytes
  ) throws(SecretsError) -> SlotContents? {
    guard let both = try AEAD.open(sealed, key: key(of: wrapping)),
      both.count == KeyPair.count + Digest.count
    else { return nil }
    return SlotContents(
      pair: try KeyPair(privateKey: both.part(0..<KeyPair.count)),
      headerKey: try both.part(KeyPair.count..<both.count))
  }
}
