public import Secrets

/// The header of a vault or a key ring (docs/vault-format.md, "Header").
///
/// What can be read of it without a secret; `unlock` gives the rest.
public struct VaultHeader: Equatable, Sendable {
  /// What the header belongs to.
  public enum Kind: UInt8, Sendable {
    /// A vault.
    case vault = 1
    /// A key ring, which is nothing but its header.
    case keyRing = 2
  }

  /// What the header belongs to.
  public let kind: Kind
  /// The vault's id, random.
  public let vaultID: ObjectID
  /// The header's generation, one more with each change.
  public let generation: UInt64
  /// The ways to get at the volume keys, 1 to 64.
  public let slots: [KeySlot]
  /// The epochs, 1 to 16, their numbers ascending.
  public let epochs: [EpochRecord]
  /// The settings, encrypted: nonce, ciphertext, tag.
  var sealedSettings: [UInt8]
  /// H over all before it, by keys that only a secret gives.
  var authenticator: Digest

  /// Makes a header that is still to be sealed.
  init(
    kind: Kind, vaultID: ObjectID, generation: UInt64, slots: [KeySlot], epochs: [EpochRecord]
  ) {
    self.kind = kind
    self.vaultID = vaultID
    self.generation = generation
    self.slots = slots
    self.epochs = epochs
    sealedSettings = []
    authenticator = .zero
  }

  static let magic = Array("sottovlt".utf8)
  static let version: UInt16 = 1
  static let prefixCount = 48
  /// How many key slots there can be.
  public static let slotLimits: ClosedRange<UInt16> = 1...64
  /// How many epochs there can be.
  public static let epochLimits: ClosedRange<UInt16> = 1...16
  static let settingsLimits: ClosedRange<UInt32> = 40...1_048_576

  /// The longest that a header of this version can be, in bytes.
  public static let longest =
    length(
      slots: Int(slotLimits.upperBound), epochs: Int(epochLimits.upperBound),
      settings: Int(settingsLimits.upperBound))

  /// The length of a header with so many slots, epochs and bytes of settings.
  static func length(slots: Int, epochs: Int, settings: Int) -> Int {
    prefixCount + KeySlot.count * slots
      + (EpochRecord.prefixCount + EpochRecord.boxCount * slots) * epochs
      + settings + 2 * Digest.count
  }

  /// The first 48 bytes, which the settings are bound to.
  var prefix: [UInt8] {
    var bytes = Self.magic
    bytes.append(integer: Self.version)
    bytes += [kind.rawValue, 0]
    let length = Self.length(
      slots: slots.count, epochs: epochs.count, settings: sealedSettings.count)
    bytes.append(integer: UInt32(clamping: length))
    bytes += vaultID.bytes
    bytes.append(integer: generation)
    bytes.append(integer: UInt16(clamping: slots.count))
    bytes.append(integer: UInt16(clamping: epochs.count))
    bytes.append(integer: UInt32(clamping: sealedSettings.count))
    return bytes
  }

  /// What the authenticator is over.
  var authenticated: [UInt8] {
    var bytes = prefix
    for slot in slots { bytes += slot.bytes }
    for epoch in epochs { bytes += epoch.bytes }
    return bytes + sealedSettings
  }

  /// The bytes of either file.
  public var bytes: [UInt8] {
    let bytes = authenticated + authenticator.bytes
    return bytes + Self.hash(bytes).bytes
  }

  /// H(header), as a manifest has it.
  public var digest: Digest { Self.hash(bytes) }

  /// H without a key.
  static func hash(_ bytes: [UInt8]) -> Digest {
    var hash = KeyedHash()
    hash.add(bytes)
    return hash.digest()
  }

  /// The authenticator that belongs here.
  func authenticator(_ last: EpochKeys, _ headerKey: HeaderKey) -> Digest {
    var hash = KeyedHash(key: last.header)
    hash.add(headerKey.bytes)
    hash.add(authenticated)
    return hash.digest()
  }
}
