import SystemPackage
import VaultFormat
import VaultServing
import VaultStore

/// A store that was open when the process that served it was ended.
enum AbandonedStore {
  /// Takes the dead mount away and closes the store's folder again.
  ///
  /// What was promised to programs is in the vault; the next unlock puts it in its place.
  /// - Throws: `Failure`.
  static func clear(_ place: LockPlace) throws(Failure) {
    do throws(VaultError) {
      while let mount = MountedStore.at(place.store) { try AbandonedMount.detach(mount) }
      _ = try StoreState.repair(place)
    } catch {
      throw Failure(error)
    }
    StandardError.write(
      "sotto: the process that served \(place.store.shown) was ended; what it had not sealed is "
        + "taken up when the store is unlocked\n")
  }
}

extension LockPlace {
  /// Where a store and its vault are.
  /// - Throws: `Failure`.
  static func of(_ store: FilePath, _ vault: FilePath) throws(Failure) -> LockPlace {
    do throws(VaultError) {
      return try LockPlace(store: store, vault: vault)
    } catch {
      throw Failure(error)
    }
  }

  /// What the store is in.
  /// - Throws: `Failure`.
  func state() throws(Failure) -> StoreState {
    do throws(VaultError) {
      return try StoreState.of(self)
    } catch {
      throw Failure(error)
    }
  }

  /// The process that serves the vault; nil where none answers.
  func servingProcess() -> ServingProcess? {
    guard let header = try? OpenedVault.header(at: vault) else { return nil }
    return ServingProcess.find(header.vaultID, self)
  }
}
