internal import SystemPackage
internal import VaultFormat

/// The log of a vault that was open and not closed, for whoever looks at the vault and changes nothing.
struct PendingLog {
  /// What the vault holds once the log has been taken up.
  let table: ManifestTable
  /// The paths of all that the log speaks of, before it and after.
  private var paths: Set<[UInt8]> = []

  /// Reads the log; nil where there is none, or all that it says was sealed.
  /// - Throws: `VaultError`; `damaged` where it does not belong to the vault.
  init?(
    _ vault: OpenedVault, _ records: SealRecords, _ workspace: ObjectWorkspace
  ) throws(VaultError) {
    let header = vault.header
    guard let log = try LogReading.open(in: vault.folder, header.header.vaultID, header.keys) else {
      return nil
    }
    let place = try LogPlace(log, vault, records, workspace)
    if place.isFinished { return nil }
    let sealed = place.manifest.table
    var index = LogIndex(after: sealed, log.keys, vault.path.appending(VaultNames.log))
    try index.read(log, workspace)
    table = try index.table(after: sealed)
    for table in [sealed, table] { note(index, in: table) }
  }

  private mutating func note(_ index: LogIndex, in table: ManifestTable) {
    for id in index.objects.keys {
      for row in table.rows(of: id) { paths.insert(table.path(row)) }
    }
    for (key, name) in index.names {
      guard let row = table.rows(of: key.folder).first else { continue }
      let folder = table.path(row)
      paths.insert(folder.isEmpty ? name.name : folder + [UInt8(ascii: "/")] + name.name)
    }
  }

  /// Whether something that is not as it should be may be what the log brings in order.
  func accounts(for finding: VaultFinding) -> Bool {
    if let path = finding.path { return paths.contains(path) }
    return finding.kind == .added
      && [VaultNames.new, VaultNames.attributes].contains { finding.file.hasPrefix("\($0.text)/") }
  }
}
