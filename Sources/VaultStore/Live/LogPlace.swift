internal import SystemPackage
internal import VaultFormat

/// Where a log stands in a vault's life: what it follows.
struct LogPlace {
  /// The newest manifest.
  let manifest: ManifestFile
  /// Whether that was sealed after the log, with all that the log says.
  let isFinished: Bool

  /// Compares a log with the vault that it was found in, and that with what this machine remembers.
  /// - Throws: `VaultError`; `damaged` where one of them was put back.
  init(
    _ log: LogReading, _ vault: OpenedVault, _ records: SealRecords, _ workspace: ObjectWorkspace
  ) throws(VaultError) {
    let path = vault.path.appending(VaultNames.log)
    let sealing = VaultSealing(
      vault: vault.folder, header: vault.header, store: vault.store, records: records)
    guard let newest = try sealing.newestManifest(workspace) else {
      throw VaultError(.damaged, vault.path, "there is no manifest")
    }
    guard try vault.folder.facts(of: VaultNames.journal) == nil else {
      throw VaultError(.damaged, path, "is that of an open vault, and an act on it was cut off")
    }
    let header = vault.header
    guard log.header.epoch == header.keys.last.number, header.header.epochs.count == 1 else {
      throw VaultError(.damaged, path, "is of keys that the vault had before")
    }
    if case .putBack(let text) = VaultHeaderCheck(header.header, newest.header) {
      throw VaultError(.damaged, vault.path.appending(VaultNames.headers[0]), text)
    }
    manifest = newest
    let counter = newest.header.counter
    if log.header.counter == counter, log.header.manifest == newest.digest {
      isFinished = false
    } else if log.header.counter == counter - 1, log.header.manifest == newest.header.previous {
      isFinished = true
    } else {
      throw VaultError(
        .damaged, path, "follows another state of the vault: it or the manifest was put back")
    }
    try Self.compare(newest, with: try records.record(of: header.header.vaultID), vault)
  }

  private static func compare(
    _ newest: ManifestFile, with record: SealRecord?, _ vault: OpenedVault
  ) throws(VaultError) {
    guard let record else { return }
    let counter = newest.header.counter
    let isSame =
      record.counter == counter
      ? record.manifest == newest.digest
      : record.counter < counter - 1 || record.manifest == newest.header.previous
    guard record.counter <= counter, isSame,
      record.headerGeneration <= vault.header.header.generation
    else {
      throw VaultError(
        .damaged, vault.path.appending(VaultNames.manifest(counter)),
        "is an earlier state than this machine has seen, or another")
    }
  }
}
