public import Secrets

/// One way to get at the volume keys (docs/vault-format.md, "Header").
///
/// Kept as its bytes, of which those of a reserved type mean nothing here.
public struct KeySlot: Equatable, Sendable {
  /// The length in bytes.
  public static let count = 224
  /// The length of what the wrapping key is bound to, in bytes.
  static let prefixCount = 80
  /// The length of the header key in a recipient's box, in bytes.
  static let boxCount = Digest.count + SealedBox.overhead

  /// The 224 bytes.
  public let bytes: [UInt8]
  /// The slot's id.
  public let id: ObjectID
  /// By what it opens.
  public let type: SlotType
  /// The cost of the passphrase; nil for all other types.
  public let derivation: PassphraseDerivation?
  /// When the slot was made, in seconds since 1970; nil for a reserved type.
  public let made: UInt64?

  /// Reads a slot.
  /// - Throws: `newer` for a type or a derivation this version does not know; `damaged` for
  ///   parameters outside their limits or bytes that must be zero and are not.
  init(parsing bytes: ArraySlice<UInt8>) throws(VaultFormatError) {
    var cursor = HeaderCursor(bytes, "key slot")
    id = try cursor.id()
    let code = try cursor.integer(UInt8.self)
    guard let type = SlotType(rawValue: code) else {
      throw VaultFormatError(.newer, "key slot", at: 16, "type \(code)")
    }
    self.type = type
    self.bytes = Array(bytes)
    guard !type.isReserved else {
      derivation = nil
      made = nil
      guard bytes.count == Self.count else {
        throw VaultFormatError(.damaged, "key slot", "\(bytes.count) bytes long")
      }
      return
    }
    derivation = try Self.derivation(&cursor, type)
    try cursor.zeros(4)
    if type == .recipient { try cursor.zeros(16) } else { _ = try cursor.take(16) }
    _ = try cursor.take(KeyPair.count)
    if type == .recipient {
      _ = try cursor.take(Self.boxCount)
      try cursor.zeros(216 - cursor.offset)
    } else {
      _ = try cursor.take(216 - cursor.offset)
    }
    made = try cursor.integer(UInt64.self)
  }

  private static func derivation(
    _ cursor: inout HeaderCursor, _ type: SlotType
  ) throws(VaultFormatError) -> PassphraseDerivation? {
    let code = try cursor.integer(UInt8.self)
    guard code <= 1 else {
      throw VaultFormatError(.newer, "key slot", at: 17, "derivation \(code)")
    }
    guard (code == 1) == (type == .passphrase) else {
      throw VaultFormatError(.damaged, "key slot", at: 17, "a derivation that its type has not")
    }
    try cursor.zeros(2)
    guard type == .passphrase else {
      try cursor.zeros(8)
      return nil
    }
    let passes = try cursor.integer("passes", in: PassphraseDerivation.passesAllowed)
    let memory = try cursor.integer("memory", in: PassphraseDerivation.memoryAllowed)
    return PassphraseDerivation(passes: passes, memoryKiB: memory)
  }

  /// Random bytes that make equal secrets of two slots different; zero for a recipient.
  var salt: [UInt8] { Array(bytes[32..<48]) }
  /// The X25519 key to which epochs' volume keys are boxed.
  public var publicKey: [UInt8] { Array(bytes[48..<80]) }
  /// What the wrapping key is bound to.
  var prefix: ArraySlice<UInt8> { bytes[..<Self.prefixCount] }
  /// By what a wrong secret is told.
  var commitment: Digest { Digest(bytes[80..<112]) ?? .zero }
  /// The private key and the header key.
  var sealed: AEAD.Sealed {
    AEAD.Sealed(
      nonce: Array(bytes[112..<136]), ciphertext: Array(bytes[136..<200]),
      tag: Array(bytes[200..<216]))
  }
  /// A recipient's header key.
  var box: [UInt8] { Array(bytes[80..<80 + Self.boxCount]) }
}
