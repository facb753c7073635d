internal import Glibc
internal import SystemPackage
internal import VaultFormat

/// Making a vault, or taking up one whose lock was cut off.
extension LockInPlace {
  /// Gets the vault's folders and the journal ready.
  func begin(_ survey: PlainSurvey) throws(VaultError) -> (ActFolders, JournalFile) {
    let parent = place.vault.removingLastComponent()
    let space = try FreeSpace(
      in: try FolderHandle.open(parent), growth: survey.growth, longest: survey.longest,
      files: min(survey.files, UInt64(Self.mostFilesAtOnce)) + survey.folders)
    batchBytes = min(batchBytes, space.spare)
    guard try VaultRemains.of(place.vault) == .vault else { return try beginAnew() }
    return try takeUp()
  }

  /// New files that exist beside those they replace.
  private static let mostFilesAtOnce = 1024

  /// Makes the vault.
  private func beginAnew() throws(VaultError) -> (ActFolders, JournalFile) {
    try place.check(tree)
    let parent = try FolderHandle.open(place.vault.removingLastComponent())
    guard let name = place.vault.fileName else {
      throw VaultError(.refused, place.vault, "is no name for a vault")
    }
    let vault = try parent.folder(makingIfMissing: name)
    claim = try vault.claim()
    // What an attempt left that ended before anything was in the vault.
    try VaultRemains.clear(vault)
    try VaultHeaderFiles.write(header.header, in: vault)
    try parent.sync()
    let folders = try ActFolders(vault)
    let journal = try JournalFile.begin(
      .locking, header.header.vaultID, header.keys.last, in: folders)
    return (folders, journal)
  }

  /// Goes on with an act that was cut off.
  private func takeUp() throws(VaultError) -> (ActFolders, JournalFile) {
    let vault = try FolderHandle.open(place.vault)
    claim = try vault.claim()
    let vaultID = header.header.vaultID
    // The store may have been closed before the journal was removed.
    try StoreFolder.open(tree.top.handle)
    let folders = try ActFolders(vault)
    let found = try JournalFile.open(
      in: vault, vaultID, header.keys, known: try records.newestCounter(of: vaultID))
    guard let journal = found else {
      throw VaultError(.refused, place.vault, "is locked already")
    }
    switch journal.header.act {
    case .locking:
      truths = try journal.truths(header.keys)
      return (folders, journal)
    case .restoring:
      return (folders, try turnRestoreAround(folders, journal))
    case .rotating:
      throw VaultError(
        .refused, place.vault, "its keys are being changed", hint: "finish that first")
    }
  }

  /// Finishes a lock of which only the journal is left; nil where there is more to do.
  ///
  /// What was sealed must be there still. What lies in the store's folder came later, and is named.
  func finishSealed() throws(VaultError) -> LockReport? {
    guard try VaultRemains.of(place.vault) == .vault else { return nil }
    let vault = try FolderHandle.open(place.vault)
    let claim = try vault.claim()
    defer { withExtendedLifetime(claim) {} }
    let journal = try JournalFile.header(
      in: vault, header.header.vaultID, header.keys,
      known: try records.newestCounter(of: header.header.vaultID))
    guard let journal, try JournalFile.isFinished(journal, in: vault) else { return nil }
    let headers = try VaultHeaderFiles(readingIn: vault)
    let check = SealCheck(OpenedVault(vault, headers, header), records, monitor)
    let checked = try check.run()
    if let first = checked.findings.first {
      throw SealCheck.refusal(place.vault, first, of: checked.findings.count)
    }
    var report = LockReport()
    report.locked = checked.files
    report.refused = try StrayPlaintext(tree).all
    try StoreFolder.close(tree.top.handle)
    // What the seal was cut off from.
    try VaultSealing(vault: vault, header: header, store: place.store, records: records).remember()
    let folders = try ActFolders(vault)
    try folders.clearNew()
    try folders.removeEmpty()
    try vault.sync()
    try vault.remove(VaultNames.journal)
    try vault.sync()
    return report
  }
}
