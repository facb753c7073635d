internal import Glibc
internal import Secrets
internal import SystemPackage
internal import VaultFormat

/// Writes a new manifest and this machine's record of it (docs/vault-format.md, "Manifest").
struct VaultSealing: Sendable {
  /// The vault's folder.
  let vault: FolderHandle
  /// The header that the manifest will name, as it stands in both files.
  let header: UnlockedHeader
  /// Where the store is.
  let store: FilePath
  /// Where the record is kept.
  let records: SealRecords
  /// Whether `new` stays though nothing is in it, because somebody else may be about to make a file there.
  var isNewKept = false

  /// Seals the vault as its tree is now, by the heads of its objects.
  /// - Returns: The files and links in it.
  /// - Throws: `VaultError`.
  func sealTree(with workspaces: [ObjectWorkspace]) throws(VaultError) -> FileCount {
    let list = try ManifestList.ofTree(in: vault, with: workspaces)
    let files = list.files
    try seal(list, after: try newestManifest(workspaces[0]), workspaces)
    return files
  }

  /// Seals a list as what the vault holds.
  func seal(
    _ list: ManifestList, after previous: ManifestFile?, _ workspaces: [ObjectWorkspace]
  ) throws(VaultError) {
    let counter = (previous?.header.counter ?? 0).addingReportingOverflow(1)
    guard !counter.overflow else {
      throw VaultError(.refused, vault.path, "its counter cannot go higher")
    }
    _ = try seal(
      list, counter.partialValue, after: previous?.digest ?? .zero, workspaces)
  }

  /// Seals a list as what the vault holds, with the next counter.
  /// - Returns: The digest of the manifest's head page, and when it was sealed.
  func seal(
    _ list: ManifestList, _ counter: UInt64, after previous: Digest,
    _ workspaces: [ObjectWorkspace]
  ) throws(VaultError) -> (digest: Digest, time: UInt64) {
    let vaultID = header.header.vaultID
    let sealed = Calendar.now()
    let contents = list.contents(
      ManifestHeader(
        vaultID: vaultID, counter: counter, previous: previous,
        headerGeneration: header.header.generation, headerDigest: header.header.digest,
        hostMark: HostMark(vault: vaultID, machineID: Self.machineID()), sealed: sealed,
        entries: 0))
    let digest = try write(contents, counter, workspaces)
    try remember(counter, digest, sealed)
    return (digest, sealed)
  }

  /// Takes up a seal that was cut off when its manifest was in its place.
  /// - Throws: `VaultError`; `damaged` where the manifest cannot be read.
  func remember() throws(VaultError) {
    guard let newest = try newestManifest(try ObjectWorkspace(header.keys)) else {
      throw VaultError(.damaged, vault.path, "there is no manifest")
    }
    try remember(newest.header.counter, newest.digest, newest.header.sealed)
  }

  /// Makes this machine remember the newest manifest, and removes those that are older than the one
  /// before it.
  private func remember(
    _ counter: UInt64, _ digest: Digest, _ sealed: UInt64
  ) throws(VaultError) {
    try records.write(
      SealRecord(
        vaultID: header.header.vaultID, counter: counter, manifest: digest,
        headerGeneration: header.header.generation, header: header.header.digest, store: store,
        vault: vault.path, application: header.settings.application,
        bulk: header.settings.bulk, sealed: sealed))
    for old in try ManifestFile.counters(in: vault) where old != counter && old != counter &- 1 {
      try vault.remove(VaultNames.manifest(old))
    }
    try vault.sync()
  }

  /// The newest manifest; nil where there is none at all.
  /// - Throws: `VaultError`; `damaged` where it is not as it was sealed.
  func newestManifest(_ workspace: ObjectWorkspace) throws(VaultError) -> ManifestFile? {
    guard let counter = try ManifestFile.counters(in: vault).first else { return nil }
    do throws(ObjectFault) {
      return try ManifestFile(counter, of: header.header.vaultID, in: vault, workspace)
    } catch {
      throw error.error(vault.path.appending(VaultNames.manifest(counter)))
    }
  }

  private func write(
    _ contents: [UInt8], _ counter: UInt64, _ workspaces: [ObjectWorkspace]
  ) throws(VaultError) -> Digest {
    var head = ObjectHead(.manifest, id: .random(), epoch: header.keys.last.number)
    head.generation = counter
    head.size = UInt64(contents.count)
    let new = try vault.folder(makingIfMissing: VaultNames.new)
    guard let name = FileName(head.id.hex) else { return .zero }
    let file = try new.create(name)
    let written = try workspaces[0].write(
      head, .bytes(contents), to: file, with: Array(workspaces.dropFirst()))
    try file.sync()
    try new.rename(name, to: vault, as: VaultNames.manifest(counter))
    try vault.sync()
    if !isNewKept { try vault.removeFolderIfEmpty(VaultNames.new) }
    return written.digest
  }

  /// What systemd and D-Bus know the machine by; empty where there is no such file.
  static func machineID() -> [UInt8] {
    guard let folder = try? FolderHandle.open("/etc", followingLink: true),
      let bytes = try? folder.file("machine-id").readAll(limit: 64)
    else { return [] }
    return Array(bytes.prefix { $0 != UInt8(ascii: "\n") })
  }
}
