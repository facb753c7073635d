internal import Secrets
internal import SystemPackage
internal import VaultFormat

/// What comes before a vault is served: nobody else has it, what a crash cut off is carried to its end,
/// and it is as it was sealed.
struct StoreOpening {
  let place: LockPlace
  let records: SealRecords
  let claim: FolderClaim
  let folder: ClosedStoreFolder
  /// What of the store lies in the clear by rule; nil where nothing may.
  let bulk: BulkTree?
  private(set) var vault: OpenedVault
  private(set) var recovery: RecoveryReport?
  private let monitor: ActMonitor

  /// Claims the vault and makes it whole.
  init(
    _ place: LockPlace, handedOver keys: borrowing SecureBytes, accepting isAccepting: Bool,
    _ records: SealRecords, _ monitor: ActMonitor
  ) throws(VaultError) {
    self.place = place
    self.records = records
    self.monitor = monitor
    // Before the headers are read: from here on nobody else changes them.
    claim = try FolderHandle.open(place.vault).claim()
    vault = try OpenedVault.open(at: place.vault, handedOver: keys)
    try Self.checkNoAct(place)
    folder = try ClosedStoreFolder(place)
    let rule = try Self.checkFolder(place, folder, vault.header.settings.bulk)
    bulk = rule == .none ? nil : try BulkTree(folder, rule)
    try checkHost()
    recovery = try LogRecovery.run(
      vault, records: records, accepting: isAccepting, monitor)
    try finishHeaderChange()
  }

  // MARK: - The store's folder

  private static func checkNoAct(_ place: LockPlace) throws(VaultError) {
    switch try StoreState.of(place) {
    case .locked, .interruptedWhileOpen: return
    case .plain: throw VaultError(.refused, place.store, "is not locked")
    case .interrupted:
      throw VaultError(
        .refused, place.vault, "an act on it was cut off",
        hint: "finish that first: give that command again")
    case .open, .abandoned:
      throw VaultError(
        .inUse, place.store, "something is mounted there still", hint: "sotto lock takes it away")
    }
  }

  /// Nothing but bulk may lie where the vault is mounted: it would be out of sight, and in the clear.
  private static func checkFolder(
    _ place: LockPlace, _ folder: ClosedStoreFolder, _ patterns: [String]
  ) throws(VaultError) -> BulkRule {
    guard let rule = BulkRule(patterns) else {
      throw VaultError(.damaged, place.vault, "a bulk pattern is no path below the store")
    }
    let strays = try StrayPlaintext(try PlainTree(folder.folder, bulk: rule))
    if let first = strays.files.first {
      let more = strays.files.count > 1 ? ", and \(strays.files.count - 1) more" : ""
      throw VaultError(
        .refused, first.path, "lies in the clear: \(first.why)\(more)",
        hint: "move it away, then unlock again")
    }
    return rule
  }

  // MARK: - The vault

  private var sealing: VaultSealing {
    VaultSealing(
      vault: vault.folder, header: vault.header, store: place.store, records: records)
  }

  /// The newest manifest; nil where it cannot be read, which the check will name.
  private func manifest() throws(VaultError) -> ManifestFile? {
    do throws(VaultError) {
      return try sealing.newestManifest(try ObjectWorkspace(vault.header.keys))
    } catch {
      if error.code == .damaged { return nil }
      throw error
    }
  }

  private var mark: HostMark {
    HostMark(vault: vault.header.header.vaultID, machineID: VaultSealing.machineID())
  }

  /// A vault that is open on another machine, or was when that one stopped, is that one's to close.
  private func checkHost() throws(VaultError) {
    guard try vault.folder.facts(of: VaultNames.log) != nil,
      let sealed = try manifest()?.header.hostMark, sealed != .unknown, sealed != mark
    else { return }
    throw VaultError(
      .inUse, place.vault, "is open on another machine, or was when that machine stopped",
      hint: "lock it there")
  }

  /// A change of keys that was cut off is finished before anything else is changed.
  private mutating func finishHeaderChange() throws(VaultError) {
    guard let manifest = try manifest(),
      VaultHeaderCheck(vault.header.header, manifest.header) == .unfinished
    else { return }
    vault = try vault.finishingHeaderChange(records)
  }

  /// Says what is not as it was sealed; contents in blocks are checked when they are read.
  func check() throws(VaultError) -> VaultReport {
    try SealCheck(vault, records, monitor).run()
  }

  /// Makes the newest manifest this machine's, so that another one will not open the vault meanwhile.
  func markHost() throws(VaultError) {
    guard let sealed = try manifest()?.header.hostMark, sealed != mark else { return }
    _ = try sealing.sealTree(with: try ObjectWorkspace.forWorkers(vault.header.keys))
  }
}
