internal import Secrets

extension VaultHeader {
  /// Reads a header: its structure, its limits, its checksum.
  /// - Throws: `notAVault` for something else; `newer` for a version, a cipher or a type that this
  ///   version does not know; `damaged`.
  public init(parsing bytes: [UInt8]) throws(VaultFormatError) {
    try Self.check(bytes)
    var cursor = HeaderCursor(bytes[..<(bytes.count - Digest.count)], "header")
    _ = try cursor.take(10)
    let code = try cursor.integer(UInt8.self)
    guard let kind = Kind(rawValue: code) else {
      throw VaultFormatError(.newer, "header", at: 10, "kind \(code)")
    }
    self.kind = kind
    try cursor.zeros(1)
    _ = try cursor.take(4)
    vaultID = try cursor.id()
    generation = try cursor.integer("generation", in: 1...UInt64.max)
    let slotCount = Int(try cursor.integer("number of slots", in: Self.slotLimits))
    let epochCount = Int(try cursor.integer("number of epochs", in: Self.epochLimits))
    let settings = Int(try cursor.integer("length of the settings", in: Self.settingsLimits))
    guard kind == .vault || settings == Int(Self.settingsLimits.lowerBound),
      bytes.count == Self.length(slots: slotCount, epochs: epochCount, settings: settings)
    else {
      throw VaultFormatError(.damaged, "header", at: 40, "the lengths do not add up")
    }
    slots = try Self.slots(&cursor, slotCount)
    epochs = try Self.epochs(&cursor, epochCount, slots: slotCount)
    sealedSettings = Array(try cursor.take(settings))
    authenticator = Digest(try cursor.take(Digest.count)) ?? .zero
  }

  /// Refuses what is not a whole header of this version.
  private static func check(_ bytes: [UInt8]) throws(VaultFormatError) {
    guard bytes.count >= prefixCount, bytes.starts(with: magic) else {
      throw VaultFormatError(.notAVault, "header", "does not begin like one")
    }
    var cursor = HeaderCursor(bytes[magic.count...], "header")
    let version = try cursor.integer(UInt16.self)
    guard version <= Self.version else {
      throw VaultFormatError(.newer, "header", at: 8, "format version \(version)")
    }
    _ = try cursor.take(2)
    let length = try cursor.integer(UInt32.self)
    guard version == Self.version, bytes.count == Int(length), bytes.count >= 2 * prefixCount,
      hash(Array(bytes.dropLast(Digest.count))).bytes == Array(bytes.suffix(Digest.count))
    else {
      throw VaultFormatError(.damaged, "header", "the checksum does not match")
    }
  }

  private static func slots(
    _ cursor: inout HeaderCursor, _ count: Int
  ) throws(VaultFormatError) -> [KeySlot] {
    var slots: [KeySlot] = []
    for _ in 0..<count {
      let start = cursor.offset
      let slot = try KeySlot(parsing: cursor.take(KeySlot.count))
      guard !slots.contains(where: { $0.id == slot.id }) else {
        throw VaultFormatError(.damaged, "header", at: start, "two slots with one id")
      }
      slots.append(slot)
    }
    return slots
  }

  private static func epochs(
    _ cursor: inout HeaderCursor, _ count: Int, slots: Int
  ) throws(VaultFormatError) -> [EpochRecord] {
    var epochs: [EpochRecord] = []
    for _ in 0..<count {
      let start = cursor.offset
      let bytes = try cursor.take(EpochRecord.prefixCount + EpochRecord.boxCount * slots)
      let epoch = try EpochRecord(parsing: bytes, slots: slots)
      guard epoch.number > epochs.last?.number ?? 0 else {
        throw VaultFormatError(.damaged, "header", at: start, "epochs that do not ascend")
      }
      epochs.append(epoch)
    }
    return epochs
  }
}
