internal import Erasure
internal import Glibc
internal import SystemPackage
public import VaultFormat

/// Encrypts a store where it lies, or goes on with a lock that was cut off (docs/vault-format.md,
/// "Journal").
///
/// At every instant either the plaintext or the vault's object of each file is complete on the medium.
public final class LockInPlace {
  let place: LockPlace
  let header: UnlockedHeader
  let monitor: ActMonitor
  let records: SealRecords
  let tree: PlainTree
  /// Whether to wait until files that are in use are free.
  let isWaiting: Bool
  var report = LockReport()
  /// Keeps other commands from the vault.
  var claim: FolderClaim?
  /// What of the tree is known to be the truth, where the vault may have objects from before.
  var truths: [ObjectID: JournalRecord.Truth]?
  /// The names inside the store of each file that has several.
  var links: [PlainSurvey.FileID: [[FileName]]] = [:]
  /// Looked for once a pass, when the first file turns out to be in use.
  var openFiles: OpenStoreSearch?

  /// Batches are not longer than this many bytes, so that plaintext and vault fit side by side.
  var batchBytes: UInt64 = 64 << 20

  /// A file is tried this often before it counts as in use.
  private static let mostPasses = 5

  /// Makes a lock.
  /// - Parameters:
  ///   - place: Where store and vault are.
  ///   - header: The header of a new vault, or that of one whose lock was cut off, opened. Its
  ///     settings say what is bulk.
  ///   - records: Where this machine remembers the vaults that it sealed.
  ///   - waiting: Whether to wait until files that are in use are free.
  /// - Throws: `VaultError`.
  public init(
    _ place: LockPlace, _ header: UnlockedHeader, _ records: SealRecords = .standard,
    waiting: Bool = false, _ monitor: ActMonitor = ActMonitor()
  ) throws(VaultError) {
    self.records = records
    self.place = place
    self.header = header
    self.monitor = monitor
    isWaiting = waiting
    guard let bulk = BulkRule(header.settings.bulk) else {
      throw VaultError(.refused, place.store, "a bulk pattern is no path below the store")
    }
    tree = try PlainTree(place.store, bulk: bulk)
  }

  /// Locks the store.
  ///
  /// Where it is interrupted, the disk fills up or the machine stops, the same act goes on later.
  /// - Throws: `VaultError`; before the first byte was touched: `inUse`, `full` and `refused`.
  public func run() throws(VaultError) -> LockReport {
    DescriptorLimit.raise()
    if let report = try finishSealed() { return report }
    let survey = try surveyWhenFree()
    links = survey.links
    report.bulk = tree.bulk == .none ? nil : survey.bulk
    let (folders, journal) = try begin(survey)
    do {
      let tools = try ActTools(folders, header.keys, header.keys.last, monitor)
      try lock(survey, tools, journal)
      if report.isComplete { try finish(tools) }
      report.notCovered = Medium.of(place.store).notCovered
      return report
    } catch {
      guard error.code == .full else { throw error }
      // What was being written is of no use to anybody, and the room is needed.
      try? folders.clearNew()
      var error = error
      error.hint = "make room on that file system, then give the same command again: it goes on"
      throw error
    }
  }

  /// Looks at the store, again and again where somebody has it open and that is waited for.
  private func surveyWhenFree() throws(VaultError) -> PlainSurvey {
    monitor.begin(.looking)
    while true {
      try monitor.check(place.store)
      do {
        let device = tree.top.status.facts.device
        let search = OpenStoreSearch(device: device, store: place.store)
        return try PlainSurvey(tree, openFiles: search)
      } catch {
        guard isWaiting, error.code == .inUse else { throw error }
        pause()
      }
    }
  }

  private func pause() {
    usleep(500_000)
  }

  /// Locks the folders and then the files, more than once where files were in use or changed.
  private func lock(
    _ survey: PlainSurvey, _ tools: ActTools, _ journal: JournalFile
  ) throws(VaultError) {
    monitor.begin(.locking, bytes: survey.bytes, files: survey.files)
    try ErasingFolder.finish(tools.folders.erasing, &report, isLast: false)
    try tools.folders.clearNew()
    var passes = 0
    while true {
      passes += 1
      report.inUse = []
      report.refused = []
      report.attributesNotRead = []
      openFiles = nil
      try lockFolders(tools, journal)
      try lockFiles(tools, journal)
      if report.inUse.isEmpty { break }
      // Whether an object of the tree counts is only known from the journal now.
      truths = try journal.truths(header.keys)
      if isWaiting {
        pause()
      } else if passes == Self.mostPasses {
        break
      }
      try monitor.check(place.store)
    }
    try ErasingFolder.finish(tools.folders.erasing, &report, isLast: true)
  }
}
