internal import SystemPackage

/// A walk through the store, in the order of the names' bytes, a folder before what it holds.
///
/// Only the folders on the way are open and only their names held.
struct PlainWalk {
  /// What the walk comes by.
  enum Step {
    /// A folder, before its entries.
    case folder(PlainFolder)
    /// A file or a symbolic link.
    case entry(PlainEntry)
    /// What the store's rule leaves in the clear; nothing below it is walked.
    case bulk(PlainEntry)
    /// What cannot be kept in a vault, and why; it is left where it is.
    case refused(PlainEntry, String)
    /// The end of a folder.
    case end(PlainFolder)
  }

  private struct Level {
    var folder: PlainFolder
    var names: [FileName]
    var next = 0
  }

  private let tree: PlainTree
  private var levels: [Level] = []
  private var hasBegun = false

  init(_ tree: PlainTree) {
    self.tree = tree
  }

  /// The next step; nil at the end.
  mutating func next() throws(VaultError) -> Step? {
    if !hasBegun {
      hasBegun = true
      return try enter(tree.top)
    }
    while var level = levels.popLast() {
      guard level.next < level.names.count else { return .end(level.folder) }
      let name = level.names[level.next]
      level.next += 1
      let folder = level.folder
      levels.append(level)
      // Gone since it was listed: nothing to keep.
      guard let status = try folder.handle.status(of: name) else { continue }
      let entry = PlainEntry(folder: folder, name: name, status: status)
      if tree.bulk != .none, tree.bulk.matches(entry.steps) { return .bulk(entry) }
      if status.isMounted || status.facts.device != tree.top.status.facts.device {
        return .refused(entry, "another file system is mounted there")
      }
      switch status.facts.kind {
      case .file, .link: return .entry(entry)
      case .pipe: return .refused(entry, "is a named pipe")
      case .socket: return .refused(entry, "is a socket")
      case .device: return .refused(entry, "is a device")
      case .folder:
        do {
          return try enter(try tree.open(folder: entry))
        } catch {
          switch error.code {
          // Gone or replaced since it was looked at; it is looked at again when the lock goes on.
          case .system(.noSuchFileOrDirectory), .system(.staleNFSFileHandle): continue
          case .system(.improperLink):
            return .refused(entry, "another file system is mounted there")
          default: throw error
          }
        }
      }
    }
    return nil
  }

  /// Passes over what is left of the folder that was entered last; its end does not come.
  mutating func leave() {
    _ = levels.popLast()
  }

  private mutating func enter(_ folder: PlainFolder) throws(VaultError) -> Step {
    levels.append(Level(folder: folder, names: try folder.handle.names().sorted()))
    return .folder(folder)
  }
}
