import Applications
import Conversations
import Inventory
import Reporting
import SystemPackage
import VaultServing
import VaultStore

/// Locks stores that are open, by asking the processes that serve them; no secret is needed for that.
struct StoreClosing {
  private var stores: [(chosen: VaultChoice.Place, place: LockPlace)] = []
  /// The words that mean no store that is open.
  private(set) var otherWords: [String] = []
  /// Whether programs that have files open are waited for.
  var isWaiting = false
  /// Whether what is open is cut off.
  var isForced = false

  /// Finds out which of the stores that are meant are open.
  /// - Parameters:
  ///   - words: What is meant; of those that mean something else nothing is looked at here.
  ///   - all: Whether every store is meant that this machine remembers.
  /// - Throws: `Failure` where a place to look at is none.
  init(_ words: [String], all: Bool, in places: StorePlacesOptions) throws(Failure) {
    let choice = VaultChoice()
    if all {
      for chosen in choice.all(in: try places.places()) { add(chosen) }
    }
    for word in words {
      let chosen = (try? choice.places(word)) ?? []
      let before = stores.count
      for place in chosen { add(place) }
      // An application may have stores that are open and others that are not.
      if chosen.isEmpty || stores.count - before < chosen.count { otherWords.append(word) }
    }
  }

  private mutating func add(_ chosen: VaultChoice.Place) {
    guard let store = chosen.store, let place = try? LockPlace.of(store, chosen.vault),
      !stores.contains(where: { $0.place == place }),
      MountedStore.at(place.store) != nil || place.servingProcess() != nil
    else { return }
    stores.append((chosen, place))
  }

  /// Whether there is nothing to close.
  var isEmpty: Bool { stores.isEmpty }

  /// Closes them.
  /// - Parameter alone: Whether nothing else is asked of the command, so that what goes wrong ends it.
  /// - Returns: What became of each, and the status of the first that went wrong.
  /// - Throws: `Failure`; 130 when interrupted.
  func run(alone: Bool) throws(Failure) -> (stores: [LockedStore], failure: ExitStatus?) {
    var closed: [LockedStore] = []
    var failure: ExitStatus?
    for (chosen, place) in stores {
      var store = LockedStore(
        path: place.store, vault: place.vault, app: chosen.app?.rawValue,
        state: StoreStates.word(.locked))
      store.wasOpen = true
      do throws(Failure) {
        try close(place)
        store.state = StoreStates.word(try? StoreState.of(place))
      } catch {
        if error.status == .interrupted || alone && stores.count == 1 { throw error }
        StandardError.report(error)
        failure = failure ?? error.status
        store.error = error.text
        store.state = StoreStates.word(try? StoreState.of(place))
      }
      closed.append(store)
    }
    return (closed, failure)
  }

  private func close(_ place: LockPlace) throws(Failure) {
    var isTold = false
    while true {
      guard let process = place.servingProcess() else { return try closeUnserved(place) }
      switch try ask(process) {
      case .locked: return
      case .busy(let files):
        let text = StoreClosing.text(place, process, files)
        guard isWaiting else {
          throw Failure(
            "\(place.store.string) is in use: \(text)",
            hint: "end the program, say --wait, or say --force to cut it off", status: .inUse)
        }
        if !isTold { StandardError.write("sotto: waiting: \(text)\n") }
        isTold = true
        try Interruption.pause()
      }
    }
  }

  private func ask(_ process: ServingProcess) throws(Failure) -> ServingProcess.Answer {
    do throws(VaultError) {
      return try process.lock(isForced: isForced) { () throws(VaultError) in
        if Interruption.isRequested {
          throw VaultError(.interrupted, process.vault, "interrupted")
        }
      }
    } catch {
      throw Failure(error)
    }
  }

  /// What is to be done where no process answers.
  private func closeUnserved(_ place: LockPlace) throws(Failure) {
    switch try place.state() {
    case .abandoned: try AbandonedStore.clear(place)
    case .open:
      throw Failure(
        "\(place.store.string) is open, and the process that serves it does not answer",
        hint: "lock it as the user who has unlocked it")
    // Somebody else has closed it meanwhile.
    case .locked, .plain, .interrupted, .interruptedWhileOpen: return
    }
  }

  /// Who has something open, as far as this user may see.
  private static func text(
    _ place: LockPlace, _ process: ServingProcess, _ files: Int
  ) -> String {
    let users = MountedStore.at(place.store)?.users(servedBy: process.process) ?? []
    guard !users.isEmpty else {
      return files == 1 ? "a file is open" : "\(max(files, 1)) files are open"
    }
    let some = users.prefix(3).map(\.description).joined(separator: ", ")
    return "\(some)\(users.count > 3 ? " and \(users.count - 3) more" : "")"
  }
}
