internal import Secrets

/// What a header says of an epoch: its volume key, in a box for each key slot
/// (docs/vault-format.md, "Header").
public struct EpochRecord: Equatable, Sendable {
  /// The length without the boxes, in bytes.
  static let prefixCount = 48
  /// The length of a box in bytes.
  static let boxCount = Digest.count + SealedBox.overhead

  /// The epoch's number, from 1.
  public let number: UInt32
  /// The cipher of what is sealed in it.
  public let cipher: UInt8
  /// When it began, in seconds since 1970.
  public let made: UInt64
  /// By what a wrong volume key is told.
  let commitment: Digest
  /// The volume key in a box to each slot's public key, in the order of the slots.
  var boxes: [[UInt8]]

  /// XChaCha20-Poly1305, the only cipher of this version.
  public static let cipher: UInt8 = 1

  /// Reads the record of an epoch in a header with `slots` key slots.
  /// - Throws: `newer` for a cipher this version does not know; `damaged`.
  init(parsing bytes: ArraySlice<UInt8>, slots: Int) throws(VaultFormatError) {
    var cursor = HeaderCursor(bytes, "epoch")
    number = try cursor.integer("number", in: 1...UInt32.max)
    cipher = try cursor.integer(UInt8.self)
    guard cipher == Self.cipher else {
      throw VaultFormatError(.newer, "epoch \(number)", at: 4, "cipher \(cipher)")
    }
    try cursor.zeros(3)
    made = try cursor.integer(UInt64.self)
    commitment = Digest(try cursor.take(Digest.count)) ?? .zero
    boxes = []
    for _ in 0..<slots { boxes.append(Array(try cursor.take(Self.boxCount))) }
  }

  /// Makes the record of an epoch for these slots.
  /// - Throws: `unsuitable` for a slot's public key that cannot be used.
  init(
    _ keys: EpochKeys, of vaultID: ObjectID, slots: [KeySlot], made: UInt64
  ) throws(VaultFormatError) {
    number = keys.number
    cipher = Self.cipher
    self.made = made
    commitment = Self.commitment(of: keys.volume, number: keys.number, vaultID: vaultID)
    boxes = []
    for slot in slots { boxes.append(try Self.box(keys, for: slot)) }
  }

  /// The volume key in a box for a slot.
  /// - Throws: `unsuitable` for a public key that cannot be used.
  static func box(_ keys: EpochKeys, for slot: KeySlot) throws(VaultFormatError) -> [UInt8] {
    do throws(SecretsError) {
      return try SealedBox.seal(keys.volume, to: slot.publicKey)
    } catch {
      throw VaultFormatError(error, "public key of slot \(slot.id.hex)")
    }
  }

  /// Opens the box of a slot, by the slot's place among the slots.
  /// - Throws: `damaged` where it does not open or holds another key than it says; `noMemory`.
  func open(
    _ place: Int, _ pair: borrowing KeyPair, of vaultID: ObjectID
  ) throws(VaultFormatError) -> EpochKeys {
    let volume: SecureBytes?
    do throws(SecretsError) {
      volume = try SealedBox.open(boxes[place], with: pair)
    } catch {
      throw VaultFormatError(error, "epoch \(number)")
    }
    guard let volume else { throw notOpened }
    return try open(volume, of: vaultID)
  }

  /// Takes up the volume key.
  /// - Throws: `damaged` where it is another than the epoch has; `noMemory`.
  func open(
    _ volume: consuming SecureBytes, of vaultID: ObjectID
  ) throws(VaultFormatError) -> EpochKeys {
    guard Self.commitment(of: volume, number: number, vaultID: vaultID).matches(commitment) else {
      throw notOpened
    }
    return try EpochKeys(number: number, volume: volume)
  }

  private var notOpened: VaultFormatError {
    VaultFormatError(.damaged, "epoch \(number)", "its volume key does not open")
  }

  private static func commitment(
    of volume: borrowing SecureBytes, number: UInt32, vaultID: ObjectID
  ) -> Digest {
    var hash = KeyedHash(key: volume)
    hash.add("sotto v1 epoch")
    hash.add(vaultID.bytes)
    hash.add(integer: number)
    return hash.digest()
  }

  /// The bytes.
  var bytes: [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(integer: number)
    bytes.append(cipher)
    bytes.append(zeros: 3)
    bytes.append(integer: made)
    bytes += commitment.bytes
    return boxes.reduce(into: bytes) { $0 += $1 }
  }
}
