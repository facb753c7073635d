internal import SystemPackage
internal import VaultFormat

/// Takes up the log of a vault that was open and not closed, before anything else is done with it
/// (docs/vault-format.md, "Log").
///
/// The log stays until the vault is sealed anew, and all that is done before may be done again: cut off
/// anywhere, the next to take it up begins from the start.
final class LogRecovery {
  let vault: OpenedVault
  let monitor: ActMonitor
  let log: LogReading
  let index: LogIndex
  /// What the vault holds in the end.
  let table: ManifestTable
  let folders: ActFolders
  let workspaces: [ObjectWorkspace]
  var tree: RecoveredTree
  var report: RecoveryReport
  /// The objects of which there was nothing but what the log has, folders apart.
  var made: Set<ObjectID> = []
  /// The objects with attributes that others have.
  var attributes: Set<ObjectID> = []
  /// The seal pages that were written, by object.
  var sealPages: [ObjectID: Set<UInt64>] = [:]
  /// The pages that were written where an object had been shorter for a while.
  var rewritten: [ObjectID: Set<UInt64>] = [:]
  private let sealing: VaultSealing
  private let manifest: ManifestFile
  private let records: SealRecords

  var workspace: ObjectWorkspace { workspaces[0] }

  /// Takes up the log of a vault, which the caller has claimed.
  ///
  /// - Parameter accepting: Whether to go on with a vault that is not as it was sealed: what the log says is
  ///   done as far as that goes, and the log removed.
  /// - Returns: What was brought back; nil where there is no log.
  /// - Throws: `VaultError`; `damaged` where the log does not belong to the vault, or the vault is not as it
  ///   was sealed and what the log says does not account for it.
  static func run(
    _ vault: OpenedVault, records: SealRecords, accepting: Bool = false, _ monitor: ActMonitor
  ) throws(VaultError) -> RecoveryReport? {
    let vaultID = vault.header.header.vaultID
    guard let log = try LogReading.open(in: vault.folder, vaultID, vault.header.keys) else {
      return nil
    }
    DescriptorLimit.raise()
    let workspaces = try ObjectWorkspace.forWorkers(vault.header.keys)
    let sealing = VaultSealing(
      vault: vault.folder, header: vault.header, store: vault.store, records: records)
    let place = try LogPlace(log, vault, records, workspaces[0])
    // All that it says was sealed, and the machine's record is what is left.
    if place.isFinished { try sealing.remember() }
    let path = vault.path.appending(VaultNames.log)
    var index = LogIndex(after: place.manifest.table, log.keys, path)
    if !place.isFinished { try index.read(log, workspaces[0]) }
    let recovery = try LogRecovery(
      vault, log, index, place.manifest, sealing, workspaces, records, monitor)
    try recovery.apply(accepting: accepting)
    return try recovery.finish(accepting: accepting)
  }

  private init(
    _ vault: OpenedVault, _ log: LogReading, _ index: LogIndex, _ manifest: ManifestFile,
    _ sealing: VaultSealing, _ workspaces: [ObjectWorkspace], _ records: SealRecords,
    _ monitor: ActMonitor
  ) throws(VaultError) {
    self.vault = vault
    self.log = log
    self.index = index
    self.manifest = manifest
    self.sealing = sealing
    self.workspaces = workspaces
    self.records = records
    self.monitor = monitor
    monitor.begin(.looking)
    table = try index.table(after: manifest.table)
    tree = try RecoveredTree(vault, index, manifest.table, workspaces[0], monitor)
    report = RecoveryReport(written: log.facts.modified)
    report.names = index.names.count
    report.objects = index.objects.values.count { $0.head?.kind.isOfTheStore == true }
    // Before the first change.
    try Self.check(index, tree, vault)
    folders = try ActFolders(vault.folder)
  }

  /// Brings the tree to the state that was promised last.
  private func apply(accepting: Bool) throws(VaultError) {
    try moveAway()
    try moveIn()
    try writePages()
    try settle()
    report.findings = try checkMade()
    if let first = report.findings.first, !accepting {
      throw SealCheck.refusal(vault.path, first, of: report.findings.count)
    }
    try moveInMade()
    for file in tree.overlong { try cut(file) }
  }

  private func cut(_ overlong: RecoveredTree.Overlong) throws(VaultError) {
    if index.objects[overlong.id] != nil {
      for file in try files(of: overlong.id) { try file.truncate(to: overlong.length) }
    } else if let key = overlong.key, let folder = try tree.folder(key.folder) {
      try folder.file(key.disk, writing: true).truncate(to: overlong.length)
    }
  }

  // MARK: - The end

  /// Compares the vault with what was promised, seals it and removes the log.
  private func finish(accepting: Bool) throws(VaultError) -> RecoveryReport {
    var check = SealCheck(vault, records, monitor)
    check.expected = table
    let found = try check.run().findings
    let unused = try unusedAttributes(found)
    report.findings += found.filter { !unused.keys.contains($0.file) }
    if let first = report.findings.first, !accepting {
      throw SealCheck.refusal(vault.path, first, of: report.findings.count)
    }
    try monitor.check(vault.path)
    monitor.begin(.finishing)
    for name in unused.values { try folders.attributes.removeIfThere(name) }
    if report.findings.isEmpty { try folders.clearNew() }
    try vault.folder.syncFileSystem()
    try monitor.check(vault.path)
    if !index.isEmpty, report.findings.isEmpty { try seal() }
    try monitor.check(vault.path)
    try folders.removeEmpty()
    try vault.folder.removeIfThere(VaultNames.log)
    try vault.folder.sync()
    return report
  }

  /// Objects with attributes that nothing has any more, by their paths in the vault.
  private func unusedAttributes(
    _ findings: [VaultFinding]
  ) throws(VaultError) -> [String: FileName] {
    let folder = "\(VaultNames.attributes.text)/"
    var unused: [String: FileName] = [:]
    for finding in findings where finding.kind == .added && finding.file.hasPrefix(folder) {
      let text = String(finding.file.dropFirst(folder.count))
      guard Hexadecimal.bytes(text)?.count == ObjectID.count, let name = FileName(text),
        try folders.attributes.facts(of: name)?.kind == .file
      else { continue }
      unused[finding.file] = name
    }
    return unused
  }

  private func seal() throws(VaultError) {
    var list = ManifestList()
    do throws(VaultFormatError) {
      try list.add(table)
    } catch {
      throw VaultError(error, vault.path)
    }
    try sealing.seal(list, after: manifest, workspaces)
  }
}
