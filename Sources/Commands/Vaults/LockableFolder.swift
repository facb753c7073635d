import Applications
import EvidenceFiles
import Inventory
import SystemPackage

/// The folder that is locked for the sake of a store, and what in it stays in the clear.
struct LockableFolder {
  var path: FilePath
  var bulk: [String]

  init?(of store: StoreRecord) {
    guard EvidenceTree(.machine).isFolder(store.head.path) else { return nil }
    path = store.head.path
    bulk = []
  }
}
