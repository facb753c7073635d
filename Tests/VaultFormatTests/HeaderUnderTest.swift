import Secrets
import VaultFormat

/// The cheapest derivation that the format allows.
let cheapest = PassphraseDerivation(passes: 1, memoryKiB: 8)

/// Secrets of tests, where nothing is secret.
func secret(_ text: String) throws -> SecureBytes {
  try SecureBytes(Array(text.utf8))
}

/// 32 bytes that count up from `first`.
func counting(_ count: Int, from first: UInt8 = 0) throws -> SecureBytes {
  try SecureBytes((0..<count).map { first &+ UInt8(truncatingIfNeeded: $0) })
}

/// What is in key material.
func bytes(of secret: borrowing SecureBytes) -> [UInt8] {
  secret.withBytes { Array($0) }
}

extension Array<UInt8> {
  /// The header with its checksum made to match: what anyone can do without a secret.
  func withChecksum() -> [UInt8] {
    var hash = KeyedHash()
    hash.add(dropLast(Digest.count))
    return dropLast(Digest.count) + hash.digest().bytes
  }

  /// The bytes with one changed.
  func changing(_ offset: Int, to byte: UInt8) -> [UInt8] {
    var bytes = self
    bytes[offset] = byte
    return bytes
  }

  /// The bytes with one bit changed.
  func flipping(_ offset: Int, _ mask: UInt8 = 1) -> [UInt8] {
    changing(offset, to: self[offset] ^ mask)
  }
}

extension VaultHeader {
  /// Whether a passphrase opens it, or how it fails.
  func code(passphrase: String) throws -> VaultFormatError.Code? {
    do throws(VaultFormatError) {
      _ = try unlock(.passphrase(try secretOrWrong(passphrase)))
      return nil
    } catch {
      return error.code
    }
  }
}

private func secretOrWrong(_ text: String) throws(VaultFormatError) -> SecureBytes {
  do throws(SecretsError) {
    return try SecureBytes(Array(text.utf8))
  } catch {
    throw VaultFormatError(.noMemory, "test", "\(error)")
  }
}
