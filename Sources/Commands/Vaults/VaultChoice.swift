import Applications
import Conversations
import EvidenceFiles
import Inventory
import SystemPackage
import VaultStore

/// Which vault is meant by a word on the command line: the path of the vault, the path of the store it
/// belongs to, an application whose store is locked, or the id of a locked store.
struct VaultChoice {
  /// A vault, and where its store is when it is not locked.
  struct Place {
    /// The vault's folder.
    var vault: FilePath
    /// The store's folder; nil where only the vault itself says.
    var store: FilePath?
    /// The application, as this machine remembers.
    var app: ApplicationID?
    /// When the vault was last sealed, as this machine remembers.
    var sealed: Instant?
    /// The paths below the store that were left in the clear, as this machine remembers.
    var bulk: [String] = []

    init(_ remembered: RememberedVault) {
      vault = remembered.known.vault
      store = remembered.known.store
      app = remembered.known.app
      sealed = remembered.sealed
      bulk = remembered.bulk
    }

    init(vault: FilePath, store: FilePath?) {
      self.vault = vault
      self.store = store
    }
  }

  /// The vaults that this machine remembers and that are still there.
  private let remembered: [RememberedVault]

  init() {
    remembered = RememberedVault.all().filter { VaultFolder.isOne($0.known.vault) }
  }

  /// The vaults that this machine remembers, as far as they are where the user asked to look.
  func all(in places: [LookingPlace]) -> [Place] {
    remembered.filter { vault in places.contains { vault.known.isBelow($0) } }.map { Place($0) }
  }

  /// The vault of a store, where this machine remembers one.
  func vault(of store: FilePath) -> FilePath? {
    remembered.first { $0.known.store == store }?.known.vault
  }

  /// The vaults that words mean, each once, or all that this machine remembers.
  /// - Throws: `Failure` where a word means none, or none is remembered.
  func places(
    _ words: [String], all: Bool, in places: StorePlacesOptions
  ) throws(Failure) -> [Place] {
    var chosen = all ? self.all(in: try places.places()) : []
    if all, chosen.isEmpty {
      throw Failure(
        "this machine remembers no vault there",
        hint: "name the vault: the folder whose name ends in .sotto")
    }
    for word in words {
      for place in try self.places(word)
      where !chosen.contains(where: { $0.vault == place.vault }) {
        chosen.append(place)
      }
    }
    return chosen
  }

  /// The vaults that a word means: more than one only where it is an application.
  /// - Throws: `Failure`; with status 11 where something is there and it is no vault.
  func places(_ word: String) throws(Failure) -> [Place] {
    if !StoreChoice.isPath(word) {
      let named = remembered.map(\.known).filter {
        $0.app?.rawValue == word
          || word.count >= 4 && $0.id?.hasPrefix(word.lowercased()) ?? false
      }
      if !named.isEmpty {
        return remembered.filter { vault in
          named.contains { $0.vault == vault.known.vault }
        }.map { Place($0) }
      }
      if KnownApplications.all.contains(where: { $0.id.rawValue == word }) {
        throw Failure(
          "no store of \(word) is locked", hint: "sotto status shows what is", status: .notAVault)
      }
    }
    return [try place(at: try NamedPath.possible(word))]
  }

  /// The one vault that a word means.
  /// - Throws: `Failure`, also where the word means several.
  func place(_ word: String) throws(Failure) -> Place {
    let places = try places(word)
    guard places.count == 1, let place = places.first else {
      let some = places.map(\.vault.shown).joined(separator: ", ")
      throw Failure("\(word) has several vaults", hint: "name one: \(some)", status: .usage)
    }
    return place
  }

  private func place(at path: FilePath) throws(Failure) -> Place {
    if let known = remembered.first(where: { $0.known.vault == path || $0.known.store == path }) {
      return Place(known)
    }
    if VaultFolder.isOne(path) {
      return Place(vault: path, store: path.storeOfVault)
    }
    if VaultFolder.isOne(path.vaultBeside) { return Place(vault: path.vaultBeside, store: path) }
    if RestoreRemains.areAt(path) { return Place(vault: path, store: path.storeOfVault) }
    if RestoreRemains.areAt(path.vaultBeside) {
      return Place(vault: path.vaultBeside, store: path)
    }
    guard (try? FileStatus.of(path)) != nil else {
      throw Failure(
        "nothing is at \(path.string)", hint: "check the spelling, or whether it is mounted")
    }
    throw Failure(
      "\(path.string) is not a vault, and there is none beside it",
      hint: "a vault is the folder whose name ends in .sotto", status: .notAVault)
  }
}
