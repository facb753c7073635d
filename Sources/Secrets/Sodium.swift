internal import CSodium

/// libsodium as a whole: started once, before anything of it is used.
public enum Sodium {
  private static let started: Bool = sodium_init() >= 0

  /// Starts libsodium; more than once does nothing.
  /// - Throws: `noCryptography` where it does not start.
  public static func start() throws(SecretsError) {
    guard started else { throw .noCryptography }
  }

  /// Fills the bytes from the system's random source.
  public static func fillRandom(_ bytes: UnsafeMutableRawBufferPointer) {
    guard let base = bytes.baseAddress else { return }
    unsafe randombytes_buf(base, bytes.count)
  }

  /// `count` random bytes that are no secret: ids, salts, nonces.
  public static func randomBytes(_ count: Int) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    unsafe bytes.withUnsafeMutableBytes { unsafe fillRandom($0) }
    return bytes
  }

  /// Overwrites bytes with zeros in a way that the compiler does not leave out.
  public static func wipe(_ bytes: UnsafeMutableRawBufferPointer) {
    guard let base = bytes.baseAddress else { return }
    unsafe sodium_memzero(base, bytes.count)
  }

  /// Overwrites an array that held something private.
  public static func wipe(_ bytes: inout [UInt8]) {
    unsafe bytes.withUnsafeMutableBytes { unsafe wipe($0) }
  }
}
