import Applications
import Conversations
import EvidenceFiles
import Inventory
import Reporting
import SystemPackage
import VaultFormat
import VaultServing
import VaultStore

/// What stores are in: those that scan finds, those that this machine remembers, those that are named.
struct StoreStates {
  private let places: [LookingPlace]

  init(_ places: [LookingPlace]) {
    self.places = places
  }

  /// The states of the stores that words mean; of all where there are none.
  /// - Throws: `Failure` where a word means nothing.
  func all(_ words: [String]) throws(Failure) -> [StoreStatus] {
    var found: [StoreStatus] = []
    func add(_ status: StoreStatus) {
      if !found.contains(where: { $0.path == status.path }) { found.append(status) }
    }
    let vaults = VaultChoice()
    if words.isEmpty {
      for place in vaults.all(in: places) { add(try status(place)) }
      for target in try StoreChoice([], all: true, places).targets { add(try status(target)) }
    }
    for word in words {
      do throws(Failure) {
        for place in try vaults.places(word) { add(try status(place)) }
      } catch {
        guard error.status == .notAVault else { throw error }
        for target in try StoreChoice([word], all: false, places).targets {
          add(try status(target))
        }
      }
    }
    return found.sorted { ($0.app ?? "", $0.path.string) < ($1.app ?? "", $1.path.string) }
  }

  /// The word for a state, in documents.
  static func word(_ state: StoreState?) -> String {
    switch state {
    case .plain, nil: "plain"
    case .locked: "locked"
    case .open: "open"
    case .interrupted, .interruptedWhileOpen, .abandoned: "interrupted"
    }
  }

  private func status(_ place: VaultChoice.Place) throws(Failure) -> StoreStatus {
    let store = place.store ?? place.vault
    var status = StoreStatus(
      path: store, vault: place.vault, app: place.app?.rawValue, state: .locked)
    status.sealed = place.sealed
    // The folder at the store's own place may be gone; the vault is what counts.
    if EvidenceTree(.machine).isFolder(store) || MountedStore.at(store) != nil {
      try read(&status, store, place.vault, bulk: place.bulk)
    }
    return status
  }

  private func status(_ target: LockTarget) throws(Failure) -> StoreStatus {
    var status = StoreStatus(
      path: target.store, vault: nil, app: target.app?.rawValue, state: .plain)
    let vault = target.store.vaultBeside
    if VaultFolder.isOne(vault) {
      status.vault = vault
      try read(&status, target.store, vault, bulk: target.bulk)
    }
    return status
  }

  private func read(
    _ status: inout StoreStatus, _ store: FilePath, _ vault: FilePath, bulk: [String]
  ) throws(Failure) {
    do throws(VaultError) {
      let place = try LockPlace(store: store, vault: vault)
      switch try StoreState.of(place) {
      case .plain: status.state = .plain
      // Until it is sealed its keys are in memory, mounted or not.
      case .locked where isServed(place, &status),
        .interruptedWhileOpen where isServed(place, &status):
        return
      case .locked:
        status.state = .locked
        // Only its owner may look into a folder that is closed.
        status.stray = ((try? StrayPlaintext(place, bulk: bulk))?.all ?? []).map(\.path)
      case .open:
        status.state = .open
        _ = isServed(place, &status)
      case .interrupted(let act):
        status.state = .interrupted
        status.act = act.word
      case .abandoned, .interruptedWhileOpen:
        status.state = .interrupted
        status.act = "serving"
      }
    } catch {
      throw Failure(error)
    }
  }

  /// Whether a process serves the vault; what it says is taken over.
  private func isServed(_ place: LockPlace, _ status: inout StoreStatus) -> Bool {
    guard let process = place.servingProcess() else { return false }
    status.state = .open
    status.process = process.process
    // One that is at work on locking it has no time for that.
    guard let served = process.status() else { return true }
    status.since = Instant(milliseconds: served.since)
    status.openFiles = served.openFiles
    status.trouble = served.trouble
    status.sealed =
      served.sealed.flatMap { Instant(seconds: Int64(clamping: $0)) } ?? status.sealed
    return true
  }
}
