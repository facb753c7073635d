internal import SystemPackage
public import VaultFormat

/// Changes of keys, which touch no object.
///
/// Both files of the header are replaced, what they held is overwritten, then the manifest is sealed
/// again with the same entries. Cut off anywhere, one of the two states of the header opens the vault,
/// and `finishHeaderChange` makes it that of both files.
extension OpenedVault {
  /// Adds a key slot.
  /// - Returns: The vault as it is then; the slot is its header's last.
  /// - Throws: `VaultError`; `damaged` where headers or manifest are not as they were sealed, `refused`
  ///   while an act that was cut off is not finished.
  public func add(
    _ slot: NewSlot, records: SealRecords = .standard
  ) throws(VaultError) -> OpenedVault {
    try change(records) { (header) throws(VaultFormatError) in try header.adding(slot: slot) }
  }

  /// Removes a key slot; what it opened with does not open the vault any more.
  /// - Returns: The vault as it is then.
  /// - Throws: `VaultError`; `refused` for the last slot.
  public func remove(
    _ slotID: ObjectID, records: SealRecords = .standard
  ) throws(VaultError) -> OpenedVault {
    try change(records) { (header) throws(VaultFormatError) in try header.removing(slotID) }
  }

  /// Puts a new key slot in the place of another.
  /// - Returns: The vault as it is then.
  /// - Throws: `VaultError`.
  public func replace(
    _ slotID: ObjectID, with slot: NewSlot, records: SealRecords = .standard
  ) throws(VaultError) -> OpenedVault {
    try change(records) { (header) throws(VaultFormatError) in
      try header.replacing(slotID, with: slot)
    }
  }

  /// Finishes a change of keys that was cut off before the vault was sealed again; where there is none,
  /// nothing is done.
  ///
  /// To be asked before anything else is changed.
  /// - Throws: `VaultError`; `damaged` where headers or manifest are not as they were sealed.
  public func finishHeaderChange(
    records: SealRecords = .standard
  ) throws(VaultError) -> OpenedVault {
    let claim = try folder.claim()
    defer { withExtendedLifetime(claim) {} }
    return try finishingHeaderChange(records)
  }

  private func change(
    _ records: SealRecords,
    _ change: (UnlockedHeader) throws(VaultFormatError) -> UnlockedHeader
  ) throws(VaultError) -> OpenedVault {
    let claim = try folder.claim()
    defer { withExtendedLifetime(claim) {} }
    // Its journal counts the seals, and would pass for that of an act which is finished.
    guard try folder.facts(of: VaultNames.journal) == nil else {
      throw VaultError(
        .refused, path, "an act on it was cut off",
        hint: "finish that first: give that command again")
    }
    _ = try LogRecovery.run(self, records: records, ActMonitor())
    return try changing(records, change)
  }

  // MARK: - For those who have claimed the vault

  /// Makes a new state of the header that of the vault.
  func changing(
    _ records: SealRecords,
    _ change: (UnlockedHeader) throws(VaultFormatError) -> UnlockedHeader
  ) throws(VaultError) -> OpenedVault {
    let manifest = try checkedManifest(records)
    let changed: UnlockedHeader
    do throws(VaultFormatError) {
      changed = try change(header)
    } catch {
      throw VaultError(error, path)
    }
    return try replaceHeader(changed, manifest, records)
  }

  /// Finishes a change that was cut off; what a log says is taken up before.
  func finishingHeaderChange(_ records: SealRecords) throws(VaultError) -> OpenedVault {
    _ = try LogRecovery.run(self, records: records, ActMonitor())
    let manifest = try checkedManifest(records)
    let isSealed = manifest.map { VaultHeaderCheck(header.header, $0.header) == .sealed } ?? true
    let isLeft = try folder.facts(of: VaultNames.newHeader) != nil
    if isSealed, !isLeft, headerFiles.areBoth(header.header) {
      try clearNew()
      return self
    }
    return try replaceHeader(header, isSealed ? nil : manifest, records)
  }

  /// Removes a manifest that was not finished; what acts have in `new` is theirs.
  private func clearNew() throws(VaultError) {
    guard try folder.facts(of: VaultNames.journal) == nil,
      try folder.facts(of: VaultNames.new)?.kind == .folder
    else { return }
    try folder.folder(VaultNames.new).removeEverything()
    try folder.removeFolder(VaultNames.new)
    try folder.sync()
  }

  /// How the vault is sealed now; nil where its creation was cut off before that.
  private func checkedManifest(_ records: SealRecords) throws(VaultError) -> ManifestFile? {
    let sealing = VaultSealing(vault: folder, header: header, store: store, records: records)
    let manifest = try sealing.newestManifest(try ObjectWorkspace(header.keys))
    if let manifest, case .putBack(let text) = VaultHeaderCheck(header.header, manifest.header) {
      throw VaultError(.damaged, path.appending(VaultNames.headers[0]), text)
    }
    return manifest
  }

  private func replaceHeader(
    _ header: UnlockedHeader, _ manifest: ManifestFile?, _ records: SealRecords
  ) throws(VaultError) -> OpenedVault {
    try VaultHeaderFiles.write(header.header, in: folder)
    try clearNew()
    if let manifest {
      var list = ManifestList()
      do throws(VaultFormatError) {
        try list.add(manifest.table)
      } catch {
        throw VaultError(error, path)
      }
      // Under the newest keys of the header that is now in the files.
      let sealing = VaultSealing(vault: folder, header: header, store: store, records: records)
      try sealing.seal(list, after: manifest, [try ObjectWorkspace(header.keys)])
    }
    return OpenedVault(folder, try VaultHeaderFiles(readingIn: folder), header)
  }
}
