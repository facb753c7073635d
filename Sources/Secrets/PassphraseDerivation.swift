internal import CSodium

/// Argon2id, version 1.3, one lane, 32 bytes of output: what a guess at a passphrase costs.
public struct PassphraseDerivation: Equatable, Sendable {
  /// How often the memory is gone over.
  public var passes: UInt32
  /// The memory, in KiB.
  public var memoryKiB: UInt32

  /// The passes that are run at all; others come from a forged header.
  public static let passesAllowed: ClosedRange<UInt32> = 1...64
  /// The memory that is asked for at all, in KiB; up to 4 GiB.
  public static let memoryAllowed: ClosedRange<UInt32> = 8...4_194_304
  /// The length of a salt in bytes.
  public static let saltCount = 16

  /// A tenth of a second or so, 64 MiB.
  public static let interactive = PassphraseDerivation(passes: 2, memoryKiB: 65_536)
  /// Half a second or so, 256 MiB.
  public static let moderate = PassphraseDerivation(passes: 3, memoryKiB: 262_144)
  /// Some seconds, 1 GiB.
  public static let sensitive = PassphraseDerivation(passes: 4, memoryKiB: 1_048_576)

  /// Sets the parameters, within the limits or not.
  public init(passes: UInt32, memoryKiB: UInt32) {
    self.passes = passes
    self.memoryKiB = memoryKiB
  }

  /// Whether both parameters are ones that are run.
  public var isAllowed: Bool {
    Self.passesAllowed.contains(passes) && Self.memoryAllowed.contains(memoryKiB)
  }

  /// Derives 32 bytes from a passphrase.
  /// - Throws: `unsuitable` for parameters outside the limits or a salt that is not 16 bytes long,
  ///   before anything is run; `outOfMemory` where the system does not give the memory.
  public func derive(
    _ passphrase: borrowing SecureBytes, salt: [UInt8]
  ) throws(SecretsError) -> SecureBytes {
    guard isAllowed, salt.count == Self.saltCount else { throw .unsuitable }
    var key = try SecureBytes(count: Digest.count)
    let status = unsafe key.lendForWriting { key in
      unsafe passphrase.lend { text in
        unsafe crypto_pwhash(
          key, UInt64(Digest.count),
          UnsafeRawPointer(text).assumingMemoryBound(to: CChar.self), UInt64(passphrase.count),
          salt, UInt64(passes), Int(memoryKiB) * 1024, crypto_pwhash_ALG_ARGON2ID13)
      }
    }
    guard status == 0 else { throw .outOfMemory }
    return key
  }
}
