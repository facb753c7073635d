import Applications
public import Conversations
import EvidenceFiles
public import SystemPackage

/// A vault that this machine has a record of, and the store in it.
public struct KnownVault: Sendable {
  /// The application; nil for a folder that is no application's.
  public var app: ApplicationID?
  /// Where the store is when it is not locked.
  public var store: FilePath
  /// The vault's folder.
  public var vault: FilePath
  /// Whether the vault is open, so that the store is there to be read.
  public var isOpen = false

  /// Makes a known vault.
  public init(app: ApplicationID?, store: FilePath, vault: FilePath) {
    self.app = app
    self.store = store
    self.vault = vault
  }

  /// The id that the locked store has in the inventory; nil where it has none.
  public var id: String? {
    app.map { StableID.store($0, .conversations, store) }
  }

  /// Whether store or vault is below a place where the user asked to look.
  public func isBelow(_ place: LookingPlace) -> Bool {
    switch place {
    case .machine: true
    case .home(let path), .path(let path): store.starts(with: path) || vault.starts(with: path)
    // Paths of this machine mean nothing in an image.
    case .image: false
    }
  }
}

/// Folders that are vaults: nothing in them can be read without a secret, so nobody is asked about them.
public enum VaultFolder {
  /// Whether a folder is a vault, by how its header begins (docs/vault-format.md, "Header").
  public static func isOne(_ path: FilePath) -> Bool {
    isOne(path, EvidenceTree(.machine))
  }

  static func isOne(_ path: FilePath, _ tree: EvidenceTree) -> Bool {
    ["header.1", "header.2"].contains { name in
      guard let file = try? tree.open(path.appending(name)) else { return false }
      return (try? file.prefix(8)) == Array("sottovlt".utf8)
    }
  }

  /// The claim of a locked store: its files are the vault's, and there is nothing to be read in them.
  static func claim(_ known: KnownVault, of app: ApplicationID) -> StoreClaim {
    let vault = known.vault
    let head = StoreHead(
      .conversations, known.store, format: "sotto-vault", formatVersion: "1")
    return StoreClaim(app, [head], covers: [known.store, vault]) { tree, _ in
      [
        { report in
          var pending = [vault]
          while let folder = pending.popLast() {
            guard let listing = try? tree.list(folder) else { continue }
            for entry in listing.entries {
              let path = listing.path(of: entry)
              if entry.kind == .folder { pending.append(path) }
              guard entry.kind == .file, let status = try? tree.status(path) else { continue }
              report.stores[0].countFile(status)
            }
          }
        }
      ]
    }
  }

  /// What is said of a vault that is no application's, as far as this machine knows.
  static func issue(_ path: FilePath) -> Issue {
    Issue(
      .encrypted, .info, path: path.storedText,
      "a vault: what is in it cannot be said")
  }
}
