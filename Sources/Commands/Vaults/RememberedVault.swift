import Conversations
import Inventory
import VaultStore

/// A vault that was sealed on this machine, as its record in the state folder says.
struct RememberedVault {
  /// Where vault and store are.
  var known: KnownVault
  /// When it was last sealed.
  var sealed: Instant?
  /// The paths below the store that were left in the clear.
  var bulk: [String] = []

  /// All of them; none where the state folder cannot be read.
  static func all() -> [RememberedVault] {
    ((try? SealRecords.standard.all()) ?? []).map { record in
      var known = KnownVault(
        app: record.application.map { ApplicationID(rawValue: $0) }, store: record.store,
        vault: record.vault)
      if MountedStore.at(record.store) != nil,
        let place = try? LockPlace(store: record.store, vault: record.vault)
      {
        known.isOpen = (try? StoreState.of(place)) == .open
      }
      return RememberedVault(
        known: known, sealed: Instant(seconds: Int64(clamping: record.sealed)), bulk: record.bulk)
    }
  }
}
