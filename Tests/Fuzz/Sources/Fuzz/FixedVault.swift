import Secrets
import VaultFormat

/// A vault whose keys everybody knows, so that inputs can be sealed as its own.
enum FixedVault {
  static let id = [UInt8](1...16)
  static let headerKey = [UInt8](repeating: 0x48, count: 32)
  static let privateKey = [UInt8](repeating: 0x50, count: 32)
  static let publicKey = KeyPair.fixed.publicKey
  /// The secrets, by the type of slot they open.
  static let passphrase = Array("seven marbles".utf8)
  static let entropy = [UInt8](repeating: 0x45, count: 20)
  static let keyFile = [UInt8](repeating: 0x46, count: 32)
  static let ring = [UInt8](repeating: 0x52, count: 32)

  /// The volume key of an epoch.
  static func volumeKey(_ epoch: UInt32) -> [UInt8] {
    vaultHash([], Array("epoch".utf8), littleEndian(UInt64(epoch), 4))
  }

  /// K(purpose) of an epoch.
  static func key(_ epoch: UInt32, _ purpose: String) -> [UInt8] {
    vaultHash(volumeKey(epoch), Array("sotto v1 \(purpose)".utf8))
  }

  /// The key of an object's head, its blocks or its root.
  static func key(_ epoch: UInt32, _ use: String, of object: [UInt8]) -> [UInt8] {
    vaultHash(key(epoch, "content"), Array(use.utf8), object)
  }

  /// A whole header, with a slot for a key file and the epochs 1 and 2.
  static let header: [UInt8] = {
    var bytes = [UInt8](repeating: 0, count: 48 + 224 + 2 * (48 + 80) + 40 + 64)
    bytes.put(Array("sottovlt".utf8), at: 0)
    bytes.put([1, 0, 1, 0], at: 8)
    bytes.put(UInt64(bytes.count), 4, at: 12)
    bytes.put(id, at: 16)
    bytes.put([7, 0, 0, 0, 0, 0, 0, 0, 1, 0, 2, 0, 40, 0, 0, 0], at: 32)
    bytes.put([UInt8](1...16) + [3], at: 48)
    for epoch in [1, 2] { bytes.put([UInt8(epoch), 0, 0, 0, 1], at: 48 + 224 + 128 * (epoch - 1)) }
    HeaderSealing(slot: 0, parts: .all).mend(&bytes)
    return bytes
  }()

  /// The header, opened.
  static let unlocked: UnlockedHeader = {
    guard let header = try? VaultHeader(parsing: header),
      let unlocked = try? header.unlock(.keyFile(digest: secure(keyFile)))
    else { preconditionFailure("the fixed header does not open") }
    return unlocked
  }()

  /// The keys of an epoch, 1 or 2.
  static func keys(_ epoch: UInt32) -> EpochKeys {
    guard let keys = unlocked.keys[epoch] else { preconditionFailure("no epoch \(epoch)") }
    return keys
  }
}

extension KeyPair {
  /// The pair of every slot that is sealed here.
  static var fixed: KeyPair {
    guard let pair = try? KeyPair(privateKey: secure(FixedVault.privateKey)) else {
      preconditionFailure("no pair of keys")
    }
    return pair
  }
}
