internal import CSodium

/// libsodium's sealed box: anyone can put a message in, only the owner of the private key gets it
/// out, and it does not tell who put it in.
public enum SealedBox {
  /// By how many bytes a box is longer than its message.
  public static let overhead = 48

  /// Puts a message in a box.
  /// - Throws: `unsuitable` for a public key of another length, or one of the few that share no
  ///   secret with anybody.
  public static func seal(
    _ message: borrowing SecureBytes, to publicKey: [UInt8]
  ) throws(SecretsError) -> [UInt8] {
    try Sodium.start()
    guard publicKey.count == KeyPair.count else { throw .unsuitable }
    var box = [UInt8](repeating: 0, count: message.count + overhead)
    let status = unsafe message.lend {
      unsafe crypto_box_seal(&box, $0, UInt64(message.count), publicKey)
    }
    guard status == 0 else { throw .unsuitable }
    return box
  }

  /// Takes the message out; nil where the box is not for this pair or was changed.
  /// - Throws: `outOfLockedMemory`.
  public static func open(
    _ box: [UInt8], with pair: borrowing KeyPair
  ) throws(SecretsError) -> SecureBytes? {
    guard box.count >= overhead else { return nil }
    var message = try SecureBytes(count: box.count - overhead)
    let publicKey = pair.publicKey
    let status = unsafe message.lendForWriting { message in
      unsafe pair.privateKey.lend { privateKey in
        unsafe crypto_box_seal_open(message, box, UInt64(box.count), publicKey, privateKey)
      }
    }
    guard status == 0 else { return nil }
    return consume message
  }
}
