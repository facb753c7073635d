import EvidenceFiles
import Synchronization
import SystemPackage

/// The files that were given to cortex, by their ids: `files/<id>` with or without a suffix.
///
/// Listed once, and only when a message asks for one.
final class JanServerFiles: Sendable {
  private let folder: FilePath
  private let tree: EvidenceTree
  private let listed = Mutex<[String: FilePath]?>(nil)

  init(_ folder: FilePath, _ tree: EvidenceTree) {
    self.folder = folder
    self.tree = tree
  }

  /// The file of that id, where it is still there.
  func file(id: String) -> JanThread.StoredFile? {
    let path = listed.withLock { listed in
      if listed == nil {
        var byID: [String: FilePath] = [:]
        if let listing = try? tree.list(folder) {
          for entry in listing.entries where entry.kind == .file {
            byID[entry.name] = listing.path(of: entry)
            if let stem = entry.component.stem as String?, byID[stem] == nil {
              byID[stem] = listing.path(of: entry)
            }
          }
        }
        listed = byID
      }
      return listed?[id]
    }
    guard let path, let status = try? tree.status(path) else { return nil }
    return JanThread.StoredFile(
      name: path.lastComponent?.string ?? id, path: path, size: status.size)
  }
}
