import ByteReading
import Reporting
import SystemPackage
import VaultFormat
import VaultStore

/// Restores stores one after the other; what keeps one from being restored does not keep the others.
struct StoreRestoring {
  private let places: [VaultChoice.Place]
  private let given: VaultOpening
  private let isAccepting: Bool
  private let isWaiting: Bool

  /// Reads the secrets.
  /// - Parameter accepting: Whether a vault is restored that is not as it was sealed.
  /// - Throws: `Failure` where one cannot be read.
  init(
    _ places: [VaultChoice.Place], _ opening: OpeningSecretOptions, accepting: Bool, wait: Bool
  ) throws(Failure) {
    self.places = places
    given = try VaultOpening(opening)
    isAccepting = accepting
    isWaiting = wait
  }

  /// Asks once whether to go on.
  /// - Throws: `Failure` where the answer is no, or nobody is there to ask.
  func confirm(yes: Bool) throws(Failure) {
    let vaults = places.map(\.vault.shown)
    guard !vaults.isEmpty else { return }
    let what = Confirmation.naming(vaults, "vaults")
    try Confirmation.ask("Decrypt \(what) for good?", yes: yes)
  }

  /// Restores them.
  /// - Returns: What came back of each, and the status of the first that went wrong.
  /// - Throws: `Failure` where a secret cannot be had, and 130 when interrupted.
  func run() throws(Failure) -> (stores: [RestoredStore], failure: ExitStatus?) {
    var stores: [RestoredStore] = []
    var failure: ExitStatus?
    for place in places {
      var store = RestoredStore(path: place.store ?? place.vault)
      do throws(Failure) {
        let status = try restore(place, &store)
        failure = failure ?? status
      } catch {
        if error.status == .interrupted || places.count == 1 { throw error }
        StandardError.report(error)
        failure = failure ?? error.status
        store.error = error.text
      }
      stores.append(store)
    }
    return (stores, failure)
  }

  /// - Returns: The status, where all is back but the vault was not as it was sealed.
  private func restore(
    _ place: VaultChoice.Place, _ store: inout RestoredStore
  ) throws(Failure) -> ExitStatus? {
    do throws(VaultError) {
      if try RestoreRemains.remove(at: place.vault) {
        StandardError.write("sotto: \(store.path.shown) is restored already\n")
        return nil
      }
    } catch {
      throw Failure(error)
    }
    let opened = try OpenedPlace(place, given)
    store.path = opened.place.store
    let report = try ActRun.run { (monitor) throws(VaultError) in
      try RestoreInPlace(
        opened.place, opened.vault, accepting: isAccepting, waiting: isWaiting, monitor
      ).run()
    }
    report.recovery?.tell(of: opened.vault.path)
    store.restored = FileSum(report.restored)
    let left = report.damaged + report.withheld
    store.kept = (report.kept + report.attributesNotSet + left).map { Exception($0.path, $0.why) }
    if let first = report.damaged.first {
      throw Failure(
        "\(first.path.string): \(first.why)",
        hint: "what is damaged stays in the vault; all else is restored", status: .damaged)
    }
    if let first = report.withheld.first {
      throw Failure(
        "\(first.path.string): \(first.why)",
        hint:
          "it stays in the vault; --accept restores it without, or try as the user who locked it")
    }
    guard let first = report.findings.first else { return nil }
    let path = first.path.map { String(decoding: $0, as: UTF8.self) } ?? first.file
    StandardError.report(
      Failure(
        "\(opened.vault.path.string) was not as it was sealed: \(path) \(first.text)",
        hint: "what there was of it is restored", status: .damaged))
    return .damaged
  }
}
