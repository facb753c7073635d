import Secrets
import VaultFormat

/// The cheapest derivation that the format allows.
let cheapest = PassphraseDerivation(passes: 1, memoryKiB: 8)

/// A secret of tests, where nothing is secret.
func secret(_ text: String) throws -> SecureBytes {
  try SecureBytes(Array(text.utf8))
}

/// Bytes that count up from `first`.
func counting(_ count: Int, from first: UInt8 = 0) throws -> SecureBytes {
  try SecureBytes((0..<count).map { first &+ UInt8(truncatingIfNeeded: $0) })
}

/// What is in key material.
func bytes(of secret: borrowing SecureBytes) -> [UInt8] {
  secret.withBytes { Array($0) }
}

/// How an act failed; nil where it did not.
func failure(_ act: () throws -> Void) -> VaultFormatError.Code? {
  do {
    try act()
    return nil
  } catch {
    return (error as? VaultFormatError)?.code
  }
}

/// How the bytes of a header fail to open by a passphrase; nil where they open.
func failure(opening bytes: [UInt8], _ passphrase: String) -> VaultFormatError.Code? {
  failure { _ = try VaultHeader(parsing: bytes).unlock(.passphrase(secret(passphrase))) }
}

extension Array<UInt8> {
  /// The header with its checksum made to match, as anyone can without a secret.
  func withChecksum() -> [UInt8] {
    var hash = KeyedHash()
    hash.add(dropLast(Digest.count))
    return dropLast(Digest.count) + hash.digest().bytes
  }

  /// The bytes with bits of one changed.
  func flipping(_ offset: Int, _ bits: UInt8 = 1) -> [UInt8] {
    var bytes = self
    bytes[offset] ^= bits
    return bytes
  }

  /// The bytes with some replaced.
  func setting(_ offset: Int, to new: [UInt8]) -> [UInt8] {
    var bytes = self
    bytes.replaceSubrange(offset..<offset + new.count, with: new)
    return bytes
  }
}
