internal import Secrets

extension VaultHeader {
  /// Makes the first header of a new vault or key ring, with its first epoch.
  ///
  /// `made` is in seconds since 1970.
  /// - Throws: `unsuitable` for none or too many slots, or one that cannot be made; `noMemory`.
  public static func create(
    _ kind: Kind = .vault, slots new: [NewSlot], settings: VaultSettings = VaultSettings(),
    made: UInt64 = Calendar.now()
  ) throws(VaultFormatError) -> UnlockedHeader {
    let vaultID = ObjectID.random()
    let headerKey: HeaderKey
    let keys: VolumeKeys
    do throws(SecretsError) {
      headerKey = HeaderKey(try .random(count: Digest.count))
    } catch {
      throw VaultFormatError(error, "header key")
    }
    keys = VolumeKeys([], try .random(number: 1))
    var slots: [KeySlot] = []
    for slot in new {
      slots.append(try KeySlot(slot, of: vaultID, headerKey: headerKey.bytes, made: made))
    }
    try check(slots: slots.count)
    let epoch = try EpochRecord(keys.last, of: vaultID, slots: slots, made: made)
    let header = VaultHeader(
      kind: kind, vaultID: vaultID, generation: 1, slots: slots, epochs: [epoch])
    return try UnlockedHeader(header, keys, headerKey, slotID: slots[0].id, settings)
  }

  /// Refuses a number of slots that no header can have.
  static func check(slots count: Int) throws(VaultFormatError) {
    guard slotLimits.contains(UInt16(clamping: count)) else {
      throw VaultFormatError(.unsuitable, "header", "\(count) key slots")
    }
  }
}
