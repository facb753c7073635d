import Reporting
import SystemPackage
import VaultFormat
import VaultStore

/// A vault that a secret has opened, with where its store is.
struct OpenedPlace {
  /// The vault.
  let vault: OpenedVault
  /// Where store and vault are.
  let place: LockPlace

  /// Opens the vault.
  /// - Throws: `Failure` where it does not open.
  init(_ chosen: VaultChoice.Place, _ given: VaultOpening) throws(Failure) {
    vault = try given.open(chosen.vault)
    do throws(VaultError) {
      place = try LockPlace(store: chosen.store ?? vault.store, vault: chosen.vault)
    } catch {
      throw Failure(error)
    }
  }
}
