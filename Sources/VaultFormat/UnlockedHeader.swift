internal import Secrets

/// A header with what a secret gave: the volume keys and the settings.
///
/// Values; each change gives a new one, of the next generation, and leaves the old.
public struct UnlockedHeader: Sendable {
  /// The header as it stands in its files.
  public let header: VaultHeader
  /// The keys of its epochs.
  public let keys: VolumeKeys
  /// The slot that opened, or the first that was made.
  public let slotID: ObjectID
  /// What it says of the store.
  public let settings: VaultSettings
  let headerKey: HeaderKey

  /// Seals a state of the header.
  /// - Throws: `unsuitable` for settings that are too long; `noMemory`.
  init(
    _ header: VaultHeader, _ keys: VolumeKeys, _ headerKey: HeaderKey, slotID: ObjectID,
    _ settings: VaultSettings
  ) throws(VaultFormatError) {
    self.header = try header.sealed(settings, keys.last, headerKey)
    self.keys = keys
    self.slotID = slotID
    self.settings = settings
    self.headerKey = headerKey
  }

  /// Opens what a slot's contents open.
  /// - Throws: `damaged` where the header is not what was written; `noMemory`.
  init(
    _ header: VaultHeader, slot place: Int, _ contents: consuming SlotContents
  ) throws(VaultFormatError) {
    var epochs: [EpochKeys] = []
    for epoch in header.epochs {
      epochs.append(try epoch.open(place, contents.pair, of: header.vaultID))
    }
    try self.init(header, epochs, contents.headerKey, slotID: header.slots[place].id)
  }

  /// Checks a header by the keys of all its epochs, in their order, and the header key.
  /// - Throws: `damaged` where the header is not what was written; `noMemory`.
  init(
    _ header: VaultHeader, _ epochs: [EpochKeys], _ headerKey: consuming SecureBytes,
    slotID: ObjectID
  ) throws(VaultFormatError) {
    guard let last = epochs.last else {
      throw VaultFormatError(.damaged, "header", "no epoch")
    }
    self.header = header
    keys = VolumeKeys(epochs.dropLast(), last)
    self.slotID = slotID
    self.headerKey = HeaderKey(headerKey)
    guard header.authenticator(last, self.headerKey).matches(header.authenticator) else {
      throw VaultFormatError(.damaged, "header", "the authenticator does not agree")
    }
    settings = try header.openSettings(last)
  }
}
