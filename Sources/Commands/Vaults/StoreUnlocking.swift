import Conversations
import Reporting
import Secrets
import SystemPackage
import VaultFormat
import VaultServing
import VaultStore

/// Opens vaults one after the other; what keeps one from being opened does not keep the others.
struct StoreUnlocking {
  /// How they are opened.
  struct Options {
    /// After which time without open files they are locked again.
    var idle: IdleTime?
    /// Whether nothing may be changed in them.
    var isReadOnly = false
    /// Whether they are opened though they are not as they were sealed.
    var isAccepting = false
  }

  private enum Outcome {
    case served(ServedVault)
    case changed(VerificationDocument)
  }

  private let places: [VaultChoice.Place]
  private let given: VaultOpening
  private let options: Options

  /// Reads the secrets.
  /// - Throws: `Failure` where one cannot be read.
  init(
    _ places: [VaultChoice.Place], _ opening: OpeningSecretOptions, _ options: Options
  ) throws(Failure) {
    self.places = places
    self.options = options
    given = try VaultOpening(opening)
  }

  /// Opens them.
  /// - Returns: What became of each, what was found in those that are not as they were sealed, and the
  ///   status of the first that went wrong.
  /// - Throws: `Failure` where a secret cannot be had, and 130 when interrupted.
  func run() throws(Failure) -> (
    stores: [UnlockedStore], refused: [VerificationDocument], failure: ExitStatus?
  ) {
    var stores: [UnlockedStore] = []
    var refused: [VerificationDocument] = []
    var failure: ExitStatus?
    for place in places {
      var store = UnlockedStore(
        path: place.store ?? place.vault, vault: place.vault, app: place.app?.rawValue,
        state: StoreStates.word(.locked))
      do throws(Failure) {
        if let document = try unlock(place, &store) {
          refused.append(document)
          failure = failure ?? .damaged
          store.error = "it is not as it was sealed"
        }
      } catch {
        if error.status == .interrupted || places.count == 1 { throw error }
        StandardError.report(error)
        failure = failure ?? error.status
        store.error = error.text
      }
      stores.append(store)
    }
    return (stores, refused, failure)
  }

  /// - Returns: What was found, where that keeps the vault from being opened.
  private func unlock(
    _ chosen: VaultChoice.Place, _ store: inout UnlockedStore
  ) throws(Failure) -> VerificationDocument? {
    // Before anybody is asked for a secret, where it is known what the store is in.
    if let known = chosen.store, try isOpen(LockPlace.of(known, chosen.vault), &store) {
      return nil
    }
    let opened = try OpenedPlace(chosen, given)
    store.path = opened.place.store
    if chosen.store == nil, try isOpen(opened.place, &store) { return nil }
    // A copy has the same id, and what this machine remembers of both is one record.
    if let process = opened.place.servingProcess()?.process {
      throw Failure(
        "\(chosen.vault.string), or a copy of it, is open in process \(process)",
        hint: "lock that first", status: .inUse)
    }
    switch try serve(opened) {
    case .changed(let document): return document
    case .served(let served):
      store.state = StoreStates.word(.open)
      store.process = served.process
      store.isReadOnly = served.isReadOnly
      store.recovered = served.recovered
      if !served.isKnown {
        StandardError.write(
          "sotto: this machine has no record of \(chosen.vault.shown): an old state of all of it "
            + "would look the same\n")
      }
      return nil
    }
  }

  /// Whether there is nothing to do.
  /// - Throws: `Failure` where the store is nothing that can be opened.
  private func isOpen(
    _ place: LockPlace, _ store: inout UnlockedStore
  ) throws(Failure) -> Bool {
    store.path = place.store
    switch try place.state() {
    case .locked, .interruptedWhileOpen: return false
    case .plain:
      throw Failure(
        "\(place.store.string) is not locked", hint: "sotto status shows what is",
        status: .notAVault)
    case .interrupted(let act):
      store.state = StoreStates.word(.interrupted(act))
      throw Failure(
        "\(place.store.string): \(act.word) was cut off",
        hint: "finish that first: give that command again")
    case .abandoned:
      try AbandonedStore.clear(place)
      return false
    case .open:
      StandardError.write("sotto: \(place.store.shown) is open already\n")
      store.wasOpen = true
      store.state = StoreStates.word(.open)
      let status = place.servingProcess()?.status()
      store.process = status?.process
      store.isReadOnly = status?.isReadOnly ?? false
      return true
    }
  }

  /// Starts the process that serves the vault, and waits until it does or says why not.
  private func serve(_ opened: OpenedPlace) throws(Failure) -> Outcome {
    let place = opened.place
    for path in [place.store, place.vault] where FilePath(path.string) != path {
      throw Failure(
        "\(path.string) cannot be named to another process: its name is no UTF-8",
        hint: "rename the folder, or restore the store")
    }
    var arguments = [
      "sotto", ServeVaultCommand.name, place.store.string, place.vault.string,
    ]
    if let idle = options.idle { arguments += ["--idle", String(idle.seconds)] }
    if options.isReadOnly { arguments.append("--read-only") }
    if options.isAccepting { arguments.append("--accept") }
    let launch = try start(arguments, opened.vault)
    let report = ServingReport(
      json: launch.report { Interruption.isRequested }, vault: place.vault)
    switch report {
    case .ready(let served):
      if Interruption.isRequested { launch.stop() }
      try Interruption.check()
      return .served(served)
    case .changed(let document):
      _ = launch.wait()
      return .changed(document)
    case .failed(let failure):
      _ = launch.wait()
      throw failure
    case nil:
      let signal = launch.wait().map { " by signal \($0)" } ?? ""
      throw Failure("\(place.vault.string): the process that was to serve it was ended\(signal)")
    }
  }

  private func start(
    _ arguments: [String], _ vault: OpenedVault
  ) throws(Failure) -> ServingLaunch {
    let keys: SecureBytes
    do throws(VaultFormatError) {
      keys = try vault.header.handedOver()
    } catch {
      throw Failure(error, vault.path)
    }
    do throws(VaultError) {
      return try ServingLaunch(arguments, keys: keys, for: vault.path)
    } catch {
      throw Failure(error)
    }
  }
}
