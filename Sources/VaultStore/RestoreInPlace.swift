internal import Glibc
internal import SystemPackage
internal import VaultFormat

/// Brings a store back out of its vault, or goes on with that, or undoes a lock that was cut off
/// (docs/vault-format.md, "Journal").
///
/// At every instant either the vault's object or the plaintext of each file is complete on the medium.
public final class RestoreInPlace {
  let place: LockPlace
  let vault: OpenedVault
  var header: UnlockedHeader { vault.header }
  let monitor: ActMonitor
  let records: SealRecords
  let bulk: BulkRule
  private let isWaiting: Bool
  let isAccepting: Bool
  var report = RestoreReport()
  var aside: KeptAside
  /// What the journal says, where the act was begun before.
  var truths: [ObjectID: JournalRecord.Truth] = [:]
  /// Batches are not longer than this many bytes, so that plaintext and vault fit side by side.
  var batchBytes: UInt64 = 64 << 20
  /// Folders of the store that a lock which was cut off had not come to.
  var untouched: Set<ObjectID> = []
  /// The places of each object that has several names.
  var groups: [ObjectID: [RestoreSteps]] = [:]
  /// Which names are of objects that have several, as the vault was sealed.
  var sealedLinks = SealedLinks()
  /// Whether the survey saw every name of every object.
  var isSurveyWhole = true

  /// Makes a restore.
  /// - Parameters:
  ///   - place: Where store and vault are.
  ///   - vault: The vault, opened.
  ///   - records: Where this machine remembers the vaults that it sealed.
  ///   - accepting: Whether to restore what there is of a vault that is not as it was sealed.
  ///   - waiting: Whether to wait until nobody has files in the store's folder open.
  /// - Throws: `VaultError`.
  public init(
    _ place: LockPlace, _ vault: OpenedVault, _ records: SealRecords = .standard,
    accepting: Bool = false, waiting: Bool = false, _ monitor: ActMonitor = ActMonitor()
  ) throws(VaultError) {
    self.records = records
    self.place = place
    self.vault = vault
    self.monitor = monitor
    isWaiting = waiting
    isAccepting = accepting
    guard let bulk = BulkRule(vault.header.settings.bulk) else {
      throw VaultError(.damaged, place.vault, "a bulk pattern is no path below the store")
    }
    self.bulk = bulk
    aside = KeptAside(beside: place.vault)
  }

  /// Restores the store and removes the vault.
  ///
  /// Where it is interrupted, the disk fills up or the machine stops, the same act goes on later.
  /// - Throws: `VaultError`; before the first byte was touched: `inUse`, `full` and `refused`.
  public func run() throws(VaultError) -> RestoreReport {
    DescriptorLimit.raise()
    monitor.begin(.looking)
    switch try VaultRemains.of(place.vault) {
    case .none: throw VaultError(.notAVault, place.vault, "there is no vault")
    case .shell:
      try removeShell()
      return report
    case .vault: break
    }
    let claim = try vault.folder.claim()
    defer { withExtendedLifetime(claim) {} }
    try takeUpLog()
    try checkSeal()
    let folders = try ActFolders(try FolderHandle.open(place.vault))
    do {
      let tree = try openStore()
      try waitUntilFree(tree)
      let tools = try ActTools(folders, header.keys, header.keys.last, monitor)
      let journal = try begin(tree, tools)
      try restore(tree, tools, journal)
      report.kept = aside.kept
      if report.isComplete { try finish(tools) }
      return report
    } catch {
      guard error.code == .full else { throw error }
      try? folders.clearNew()
      var error = error
      error.hint = "make room on that file system, then give the same command again: it goes on"
      throw error
    }
  }

  /// Takes up the log of a vault that was open and not closed.
  ///
  /// What cannot be taken up is kept aside where the vault is restored as it is.
  private func takeUpLog() throws(VaultError) {
    do throws(VaultError) {
      report.recovery = try LogRecovery.run(
        vault, records: records, accepting: isAccepting, monitor)
      report.findings = report.recovery?.findings ?? []
    } catch {
      guard isAccepting, error.code == .damaged else { throw error }
      report.findings = [VaultFinding(.changed, file: VaultNames.log.text, error.text)]
      try aside.take(
        VaultNames.log, at: [], of: vault.folder,
        because: "holds what was changed in the vault last, and could not be taken up")
      try aside.sync()
    }
  }

  /// Compares the vault with what was sealed, as far as the act that was cut off allows.
  private func checkSeal() throws(VaultError) {
    let journal = try JournalFile.header(
      in: vault.folder, header.header.vaultID, header.keys,
      known: try records.newestCounter(of: header.header.vaultID))
    var check = SealCheck(vault, records, monitor)
    // What is given back bit by bit is looked at as a whole before.
    check.isReadingContents = journal == nil && !isAccepting
    switch journal?.act {
    case nil: break
    case .locking?, .rotating?:
      // While a lock is under way the tree is what the journal says, and no manifest knows it.
      if let journal, try !JournalFile.isFinished(journal, in: vault.folder) { return }
    case .restoring?: check.isUnderWay = true
    }
    // Where a log was not taken up whole, no manifest knows what the vault should hold.
    if report.findings.isEmpty { report.findings = try check.run().findings }
    sealedLinks = try SealedLinks(of: vault, records)
    if let first = report.findings.first, !isAccepting {
      throw SealCheck.refusal(place.vault, first, of: report.findings.count)
    }
  }

  /// Opens the store's folder, made again where somebody has removed it, and lets it be written to.
  private func openStore() throws(VaultError) -> PlainTree {
    let parent = try FolderHandle.open(place.store.removingLastComponent())
    guard let name = place.store.fileName else {
      throw VaultError(.refused, place.store, "is the root of the file system")
    }
    let folder = try parent.folder(makingIfMissing: name)
    try StoreFolder.open(folder)
    let tree = try PlainTree(place.store, bulk: bulk)
    guard try folder.facts().device == tree.top.status.facts.device,
      try FolderHandle.open(place.vault).facts().device == tree.top.status.facts.device
    else {
      throw VaultError(.refused, place.store, "is on another file system than its vault")
    }
    return tree
  }

  private func waitUntilFree(_ tree: PlainTree) throws(VaultError) {
    while true {
      try monitor.check(place.store)
      do {
        let device = tree.top.status.facts.device
        let search = OpenStoreSearch(device: device, store: place.store)
        return try checkNobodyHas(tree, search)
      } catch {
        guard isWaiting, error.code == .inUse else { throw error }
        usleep(500_000)
      }
    }
  }

  private func checkNobodyHas(
    _ tree: PlainTree, _ search: OpenStoreSearch
  ) throws(VaultError) {
    var walk = PlainWalk(tree)
    while let step = try walk.next() {
      guard case .entry(let entry) = step,
        let holder = search.holder(of: entry.status.facts)
      else { continue }
      throw VaultError(
        .inUse, entry.path, "is open in \(holder)",
        hint: "end that program, or wait for it with --wait")
    }
  }

  /// Takes up the act where it was cut off, or begins it.
  private func begin(
    _ tree: PlainTree, _ tools: ActTools
  ) throws(VaultError) -> JournalFile {
    let folders = tools.folders
    let vaultID = header.header.vaultID
    let keys = header.keys.last
    try folders.clearNew()
    let found = try JournalFile.open(
      in: folders.vault, vaultID, header.keys,
      known: try records.newestCounter(of: header.header.vaultID))
    guard let journal = found else {
      try survey(tree, tools)
      // Only now: what is found in a folder whose vault is sealed is nobody's but an intruder's or a
      // program's that was started too early.
      try sweep(tree, tools)
      return try JournalFile.begin(.restoring, vaultID, keys, in: folders)
    }
    truths = try journal.truths(header.keys)
    switch journal.header.act {
    case .restoring: break
    case .locking:
      // The journal stays the lock's: which of both is the truth stands in it either way.
      var unused = LockReport()
      try ErasingFolder.finish(folders.erasing, &unused, isLast: true)
      try undoUnrecorded(tree, tools)
    case .rotating:
      throw VaultError(
        .refused, place.vault, "its keys are being changed", hint: "finish that first")
    }
    try survey(tree, tools)
    return journal
  }
}
