public import Secrets
internal import Synchronization
public import VaultFormat

/// A store whose vault is open: claimed, found to be as it was sealed, and ready to be served at the
/// store's own place.
///
/// Nobody else changes the vault until the last owner lets go.
public final class OpenStore: Sendable {
  /// How a vault is opened.
  public struct Options: Sendable {
    /// Whether nothing may be changed in it.
    public var isReadOnly = false
    /// Whether what authenticates is opened, though other files are not as they were sealed; nothing can
    /// be changed then.
    public var isAccepting = false

    /// Makes the options of an ordinary unlock.
    public init() {}
  }

  /// Why a vault is not opened.
  public enum Refusal: Error, Sendable {
    /// It is not as it was sealed.
    case changed(VaultReport)
    /// Something kept it from being opened.
    case failed(VaultError)
  }

  /// Where store and vault are.
  public let place: LockPlace
  /// The vault's id.
  public let vaultID: ObjectID
  /// The check that it has passed; with `isAccepting`, what was found all the same.
  public let report: VaultReport
  /// What was carried to its end that a crash had cut off; nil where nothing was.
  public let recovery: RecoveryReport?
  /// Whether nothing can be changed.
  public let isReadOnly: Bool
  /// What it is served from.
  public let live: LiveVault

  private let claim: FolderClaim
  private let folder: ClosedStoreFolder
  private let isSealed = Atomic(false)

  /// Opens a vault for serving.
  /// - Parameters:
  ///   - place: Where store and vault are.
  ///   - keys: What another process has opened the header by.
  ///   - records: Where this machine remembers the vaults that it sealed.
  ///   - monitor: Is asked whether to go on.
  /// - Throws: `Refusal`.
  public convenience init(
    _ place: LockPlace, handedOver keys: borrowing SecureBytes, _ options: Options,
    records: SealRecords = .standard, _ monitor: ActMonitor = ActMonitor()
  ) throws(Refusal) {
    let opening: StoreOpening
    do throws(VaultError) {
      DescriptorLimit.raise(to: .max)
      opening = try StoreOpening(
        place, handedOver: keys, accepting: options.isAccepting, records, monitor)
    } catch {
      throw .failed(error)
    }
    let report: VaultReport
    do throws(VaultError) {
      report = try opening.check()
    } catch {
      throw .failed(error)
    }
    guard report.isOK || options.isAccepting else { throw .changed(report) }
    do throws(VaultError) {
      try self.init(opening, report, options)
    } catch {
      throw .failed(error)
    }
  }

  private init(
    _ opening: StoreOpening, _ report: VaultReport, _ options: Options
  ) throws(VaultError) {
    place = opening.place
    vaultID = opening.vault.header.header.vaultID
    recovery = opening.recovery
    claim = opening.claim
    folder = opening.folder
    self.report = report
    isReadOnly = options.isReadOnly || !report.isOK
    if !isReadOnly { try opening.markHost() }
    live = try LiveVault.open(
      opening.vault, opening.bulk, records: opening.records, readOnly: isReadOnly)
  }

  /// Lets something be mounted over the store's folder; the folder beneath stays closed.
  /// - Throws: What `mount` throws, and `VaultError` of the folder.
  public func mounting<Mounted>(
    _ mount: () throws(VaultError) -> Mounted
  ) throws(VaultError) -> Mounted {
    try folder.mounting(mount)
  }

  /// Seals the vault, after which nothing can be changed; more than once does nothing.
  /// - Throws: `VaultError`; what was promised is on the medium all the same.
  public func seal() throws(VaultError) {
    guard
      isSealed.compareExchange(
        expected: false, desired: true, ordering: .sequentiallyConsistent
      ).exchanged
    else { return }
    try live.seal()
  }

  /// Wipes the keys, and makes sure that nothing can be put into the store's folder; when nobody is
  /// answered any more.
  public func letGo() {
    live.wipeKeys()
    if !isReadOnly { live.bulk?.removeEmptyWays() }
    try? folder.close()
  }
}
