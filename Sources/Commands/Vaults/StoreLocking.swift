import Applications
import ByteReading
import Conversations
import Erasure
import EvidenceFiles
import Inventory
import Reporting
import SystemPackage
import VaultFormat
import VaultStore

/// Locks stores one after the other; what keeps one from being locked does not keep the others.
struct StoreLocking {
  private struct Job {
    var target: LockTarget
    var place: LockPlace
    var state: StoreState
  }

  private var jobs: [Job] = []
  private let given: VaultOpening
  private let new: NewVaultSecrets
  private let isWaiting: Bool

  /// Finds out what each store is in.
  /// - Parameters:
  ///   - vault: Where the vault shall be, where that was said.
  /// - Throws: `Failure` where a store cannot be locked there, or a secret cannot be read.
  init(
    _ targets: [LockTarget], vault: String?, opening: OpeningSecretOptions,
    new: NewVaultSecrets, wait: Bool
  ) throws(Failure) {
    self.new = new
    isWaiting = wait
    let chosen: FilePath? = if let vault { try NamedPath.possible(vault) } else { nil }
    let remembered = VaultChoice()
    for target in targets {
      do throws(VaultError) {
        let place = try LockPlace(
          store: target.store, vault: chosen ?? remembered.vault(of: target.store))
        jobs.append(Job(target: target, place: place, state: try StoreState.of(place)))
      } catch {
        throw Failure(error)
      }
    }
    given = try VaultOpening(opening)
  }

  /// Asks once whether to go on; not where everything is locked already.
  /// - Throws: `Failure` where the answer is no, or nobody is there to ask.
  func confirm(yes: Bool) throws(Failure) {
    let stores = jobs.filter { $0.state != .locked && $0.state != .interruptedWhileOpen }.map(
      \.place.store.shown)
    guard !stores.isEmpty else { return }
    let what = Confirmation.naming(stores, "stores")
    try Confirmation.ask("Encrypt \(what) and overwrite the plaintext?", yes: yes)
  }

  /// Locks them.
  /// - Returns: What was done to each, and the status of the first that went wrong.
  /// - Throws: `Failure` where a secret cannot be had, and 130 when interrupted.
  func run() throws(Failure) -> (stores: [LockedStore], failure: ExitStatus?) {
    var stores: [LockedStore] = []
    var failure: ExitStatus?
    var slots: [NewSlot]?
    for job in jobs {
      var store = LockedStore(
        path: job.place.store, vault: job.place.vault, app: job.target.app?.rawValue,
        state: "locked")
      do throws(Failure) {
        if let report = try lock(job, &slots) {
          try store.take(report)
        } else {
          store.wasLocked = true
          try nameStrays(job, &store)
        }
      } catch {
        if error.status == .interrupted || jobs.count == 1 { throw error }
        StandardError.report(error)
        failure = failure ?? error.status
        store.error = error.text
        store.state = StoreStates.word(try? StoreState.of(job.place))
      }
      stores.append(store)
    }
    return (stores, failure)
  }

  private func lock(_ job: Job, _ slots: inout [NewSlot]?) throws(Failure) -> LockReport? {
    let header: UnlockedHeader
    switch job.state {
    case .locked:
      StandardError.write("sotto: \(job.place.store.shown) is locked already\n")
      return nil
    case .open, .abandoned:
      throw Failure("\(job.place.store.string) is open", status: .inUse)
    case .interruptedWhileOpen:
      try given.open(job.place.vault).takeUpLogTelling()
      return nil
    case .interrupted(.rotating):
      throw Failure(
        "\(job.place.store.string) is locked, and a rotation of its keys was cut off",
        hint: "sotto key rotate goes on with it")
    case .interrupted(.locking), .interrupted(.restoring):
      try RunningRule.check(job.target, wait: isWaiting)
      header = try given.open(job.place.vault).header
    case .plain:
      try RunningRule.check(job.target, wait: isWaiting)
      if slots == nil { slots = try newSlots() }
      header = try newHeader(job, slots ?? [])
    }
    return try ActRun.run { (monitor) throws(VaultError) in
      try LockInPlace(job.place, header, waiting: isWaiting, monitor).run()
    }
  }

  /// Names what lies in the folder of a store that is locked already.
  /// - Throws: `Failure` where there is something that a lock could take.
  private func nameStrays(_ job: Job, _ store: inout LockedStore) throws(Failure) {
    let bulk =
      RememberedVault.all().first { $0.known.vault == job.place.vault }?.bulk ?? job.target.bulk
    let strays: StrayPlaintext
    do throws(VaultError) {
      strays = try StrayPlaintext(job.place, bulk: bulk)
    } catch {
      throw Failure(error)
    }
    store.refused = strays.all.map { Exception($0.path, $0.why) }
    guard let first = strays.files.first else { return }
    let more = strays.files.count > 1 ? ", and \(strays.files.count - 1) more" : ""
    throw Failure(
      "\(first.path.string) lies in the clear: \(first.why)\(more)",
      hint: "move it away, or restore the store and lock it again")
  }

  private func newSlots() throws(Failure) -> [NewSlot] {
    let fresh = jobs.filter { $0.state == .plain }.map(\.place.store.shown)
    let what = fresh.count == 1 ? fresh[0] : "\(fresh.count) stores"
    return try new.slots(given.given, for: what)
  }

  private func newHeader(_ job: Job, _ slots: [NewSlot]) throws(Failure) -> UnlockedHeader {
    let settings = VaultSettings(
      bulk: job.target.bulk, application: job.target.app?.rawValue,
      storePath: job.place.store.storedText.bytes, made: Calendar.now())
    do throws(VaultFormatError) {
      return try VaultHeader.create(slots: slots, settings: settings)
    } catch {
      throw Failure(error, job.place.vault)
    }
  }
}

extension LockedStore {
  /// Takes over what the engine says of a lock.
  /// - Throws: `Failure` with status 14 where files were in use, so that the lock is not complete.
  fileprivate mutating func take(_ report: LockReport) throws(Failure) {
    locked = FileSum(report.locked)
    overwritten = FileSum(report.overwritten)
    notOverwritten = report.notOverwritten.map { Exception($0.path, $0.why) }
    refused = (report.refused + report.attributesNotRead).map { Exception($0.path, $0.why) }
    bulk = report.bulk.map { FileSum($0) }
    notCovered = report.notCovered.map {
      Remnant($0.what.rawValue, $0.where.string, $0.why)
    }
    guard let first = report.inUse.first else { return }
    let more = report.inUse.count > 1 ? ", and \(report.inUse.count - 1) more" : ""
    throw Failure(
      "\(first.path.string) is in use: \(first.why)\(more)",
      hint: "end the program and give the same command again: it goes on", status: .inUse)
  }
}

extension FileSum {
  init(_ count: FileCount) {
    self.init(files: count.files, bytes: count.bytes)
  }
}
