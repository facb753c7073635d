internal import Secrets
internal import SystemPackage
internal import VaultFormat

/// Writes everything in a vault anew under a new volume key (docs/vault-format.md, "Journal").
///
/// At every instant each object is complete under one of the two keys, so that a rotation that was cut
/// off goes on where it was: the journal is there from its beginning until the old tree is gone, the
/// header names the old epoch until then.
public final class VaultRotation {
  private let records: SealRecords
  let monitor: ActMonitor
  /// The vault, its header as it is at present.
  private(set) var vault: OpenedVault

  private init(_ vault: OpenedVault, _ records: SealRecords, _ monitor: ActMonitor) {
    self.vault = vault
    self.records = records
    self.monitor = monitor
  }

  /// Rotates the keys of a vault, or goes on with a rotation that was cut off.
  /// - Returns: The vault as it is then.
  /// - Throws: `VaultError`; `damaged` where the vault is not as it was sealed, `refused` where another
  ///   act on it was cut off.
  public static func run(
    _ vault: OpenedVault, records: SealRecords = .standard, _ monitor: ActMonitor = ActMonitor()
  ) throws(VaultError) -> OpenedVault {
    let claim = try vault.folder.claim()
    defer { withExtendedLifetime(claim) {} }
    DescriptorLimit.raise()
    let rotation = VaultRotation(
      try vault.finishingHeaderChange(records), records, monitor)
    try rotation.rotate()
    return rotation.vault
  }

  private var header: UnlockedHeader { vault.header }
  private var sealing: VaultSealing {
    VaultSealing(vault: vault.folder, header: header, store: vault.store, records: records)
  }

  private func rotate() throws(VaultError) {
    let folder = vault.folder
    let journal = try JournalFile.header(in: folder, header.header.vaultID, header.keys)
    guard journal?.act ?? .rotating == .rotating else {
      throw VaultError(
        .refused, vault.path, "another act on it was cut off", hint: "finish that first")
    }
    var folders = try ActFolders(folder)
    try folders.clearNew()
    if header.header.epochs.count == 1 {
      _ = try manifest()
      if journal == nil {
        _ = try JournalFile.begin(
          .rotating, header.header.vaultID, header.keys.last, in: folders)
      }
      vault = try vault.changing(records) { (header) throws(VaultFormatError) in
        try header.beginningEpoch()
      }
      // Sealing has taken away what was empty.
      folders = try ActFolders(folder)
    }
    let tools = try ActTools(folders, header.keys, header.keys.last, monitor)
    try rewrite(tools)
    try removeOldTrees()
    try VaultSweep.run(tools, header.keys.last)
    try tools.sync()
    try folder.removeIfThere(VaultNames.journal)
    try folder.sync()
    let last = header.keys.last.number
    vault = try vault.changing(records) { (header) throws(VaultFormatError) in
      try header.droppingEpochs(before: last)
    }
    try folders.removeEmpty()
    try folder.sync()
  }

  private func manifest() throws(VaultError) -> ManifestFile {
    guard let manifest = try sealing.newestManifest(try ObjectWorkspace(header.keys)) else {
      throw VaultError(.damaged, vault.path, "there is no manifest")
    }
    return manifest
  }

  /// Makes the new tree complete and seals the vault with it, unless that is done already.
  private func rewrite(_ tools: ActTools) throws(VaultError) {
    let table = try manifest().table
    let last = header.keys.last
    if table.rows.allSatisfy({ $0.epoch == last.number }) { return }
    var files = FileCount()
    for row in table.rows where row.kind != .folder { files.add(row.size) }
    monitor.begin(.rotating, bytes: files.bytes, files: files.files)
    for epoch in header.header.epochs where epoch.number != last.number {
      guard let keys = header.keys[epoch.number] else { continue }
      try RotationWalk(vault, table, tools, from: keys, to: last)?.run()
    }
    monitor.begin(.finishing)
    try compare(with: table, tools)
    _ = try sealing.sealTree(with: tools.workspaces)
  }

  /// Makes sure that the new tree has all that the manifest lists, each in its place.
  private func compare(
    with table: ManifestTable, _ tools: ActTools
  ) throws(VaultError) {
    let comparison = ManifestComparison(table, isRotating: true)
    let workspace = tools.workspaces[0]
    guard var walk = try VaultTreeWalk(of: header.keys.last, in: vault.folder, workspace) else {
      throw VaultError(.damaged, vault.path, "the tree of the new keys is missing")
    }
    while let step = walk.next() {
      switch step {
      case .folder(let place, .success(let object), _): comparison.found(object, at: place)
      case .folder(let place, .failure(let fault), _):
        throw fault.error(vault.path.appending(place.file))
      case .object(let place, let folder, let disk):
        comparison.found(try workspace.open(try folder.handle.file(disk)), at: place)
      case .end, .stray: break
      }
    }
    if let finding = comparison.finish().first {
      throw VaultError(
        .damaged, vault.path.appending(finding.file), finding.text,
        hint: "`sotto verify` says what of the vault is not as it was sealed")
    }
  }

  private func removeOldTrees() throws(VaultError) {
    let last = header.keys.last.number
    for name in try vault.folder.names() {
      guard let epoch = VaultNames.epoch(ofTree: name), epoch != last,
        try vault.folder.facts(of: name)?.kind == .folder
      else { continue }
      try vault.folder.folder(name).removeEverything()
      try vault.folder.removeFolder(name)
    }
  }
}
