internal import CSodium

/// An X25519 pair, as a key slot or a recipient has one.
public struct KeyPair: ~Copyable, Sendable {
  /// The length of either half in bytes.
  public static let count = 32

  /// 32 bytes that anyone may know.
  public let publicKey: [UInt8]
  /// 32 bytes.
  public let privateKey: SecureBytes

  /// Makes the pair of a private key.
  /// - Throws: `unsuitable` where it is not 32 bytes long.
  public init(privateKey: consuming SecureBytes) throws(SecretsError) {
    guard privateKey.count == Self.count else { throw .unsuitable }
    var publicKey = [UInt8](repeating: 0, count: Self.count)
    let status = unsafe privateKey.lend {
      unsafe crypto_scalarmult_curve25519_base(&publicKey, $0)
    }
    guard status == 0 else { throw .unsuitable }
    self.publicKey = publicKey
    self.privateKey = privateKey
  }

  /// Makes a new pair.
  /// - Throws: `outOfLockedMemory`.
  public static func random() throws(SecretsError) -> KeyPair {
    try KeyPair(privateKey: .random(count: count))
  }
}
