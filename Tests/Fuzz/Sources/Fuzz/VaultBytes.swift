import Secrets

/// Fields of a vault's structures at their places, as docs/vault-format.md has them.
///
/// By hand and not by VaultFormat's own writers: what they get wrong must not be wrong here too.
extension [UInt8] {
  func number(at place: Int, _ count: Int) -> UInt64 {
    self[place..<place + count].reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  mutating func put(_ bytes: [UInt8], at place: Int) {
    replaceSubrange(place..<place + bytes.count, with: bytes)
  }

  mutating func put(_ number: UInt64, _ count: Int, at place: Int) {
    put(littleEndian(number, count), at: place)
  }

  /// The first bytes, filled up with zeros where there are fewer.
  func page(_ count: Int = 4096) -> [UInt8] {
    prefix(count) + [UInt8](repeating: 0, count: Swift.max(0, count - self.count))
  }

  var isZero: Bool { allSatisfy { $0 == 0 } }
}

/// The low bytes of a number, least significant first.
func littleEndian(_ number: UInt64, _ count: Int = 8) -> [UInt8] {
  (0..<count).map { UInt8(truncatingIfNeeded: number >> UInt64(8 * $0)) }
}

/// H of the format, over parts that are joined; without a key where it is empty.
func vaultHash(_ key: [UInt8], _ parts: [UInt8]...) -> [UInt8] {
  let message = Array(parts.joined())
  return key.withUnsafeBytes { key in
    message.withUnsafeBytes { KeyedHash.digest(of: $0, keyBytes: key).bytes }
  }
}

/// Bytes in memory that is locked; there is always enough for a fuzzer.
func secure(_ bytes: [UInt8]) -> SecureBytes {
  do {
    return try SecureBytes(bytes)
  } catch {
    preconditionFailure("no memory to lock")
  }
}

/// Nonce, ciphertext and tag.
func vaultSeal(
  _ plaintext: [UInt8], key: [UInt8], associated: [UInt8] = []
) -> (nonce: [UInt8], ciphertext: [UInt8], tag: [UInt8]) {
  guard let sealed = try? AEAD.seal(secure(plaintext), key: secure(key), associated: associated)
  else { preconditionFailure("nothing can be sealed") }
  return (sealed.nonce, sealed.ciphertext, sealed.tag)
}

/// The plaintext; nil where the tag does not agree.
func vaultOpen(
  _ nonce: [UInt8], _ ciphertext: [UInt8], _ tag: [UInt8], key: [UInt8], associated: [UInt8]
) -> [UInt8]? {
  let sealed = AEAD.Sealed(nonce: nonce, ciphertext: ciphertext, tag: tag)
  guard let opened = try? AEAD.open(sealed, key: secure(key), associated: associated) else {
    return nil
  }
  return opened.withBytes { Array($0) }
}
