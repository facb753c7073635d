import Secrets
import Synchronization
import SystemPackage
import TestSupport
import VaultFormat

@testable import VaultStore

/// A store in a folder of its own, with a vault beside it that one key file opens.
final class StoreUnderTest: Sendable {
  let scratch: TemporaryFolder
  let store: FilePath
  let vault: FilePath
  let records: SealRecords

  /// Makes the folder, without anything in it.
  init(in base: String? = nil) throws {
    scratch = try TemporaryFolder(in: base)
    store = FilePath(scratch.path + "/store")
    vault = FilePath(scratch.path + "/store.sotto")
    records = SealRecords(stateFolder: FilePath(scratch.path + "/state"))
  }

  var place: LockPlace {
    get throws { try LockPlace(store: store) }
  }

  static func secret() throws -> SecureBytes {
    try SecureBytes(count: 32)
  }

  /// Locks, or goes on with it.
  @discardableResult
  func lock(
    bulk: [String] = [], stoppingAt stop: Countdown = .never
  ) throws -> LockReport {
    let header: UnlockedHeader
    if try VaultRemains.of(vault) == .vault {
      header = try OpenedVault.open(at: vault, .keyFile(digest: try Self.secret())).header
    } else {
      header = try VaultHeader.create(
        slots: [.keyFile(digest: try Self.secret())], settings: VaultSettings(bulk: bulk))
    }
    return try LockInPlace(place, header, records, stop.monitor).run()
  }

  /// Restores, or goes on with it.
  @discardableResult
  func restore(
    accepting: Bool = false, stoppingAt stop: Countdown = .never
  ) throws -> RestoreReport {
    let opened = try OpenedVault.open(at: vault, .keyFile(digest: try Self.secret()))
    return try RestoreInPlace(place, opened, records, accepting: accepting, stop.monitor).run()
  }

  /// What is in the vault's folder, names only.
  func vaultNames() throws -> [String] {
    try FolderHandle.open(vault).names().map(\.text).sorted()
  }
}

/// Ends an act at the n-th place where it may be cut off.
final class Countdown: Sendable {
  private let count: Atomic<Int>

  static var never: Countdown { Countdown(.max) }

  init(_ count: Int) {
    self.count = Atomic(count)
  }

  /// How often it may still be asked.
  var left: Int { count.load(ordering: .relaxed) }

  var monitor: ActMonitor {
    ActMonitor(isInterrupted: { self.count.subtract(1, ordering: .relaxed).newValue <= 0 })
  }
}
