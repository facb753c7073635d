internal import CLinux
internal import Glibc
internal import SystemPackage

/// What of a store lies in the clear, reached through a descriptor of the store's own folder that was opened
/// before anything was mounted over it.
///
/// Every step is one name; links are not followed, and mounts not entered.
final class BulkTree: Sendable {
  /// The store's own folder; nil where nothing is bulk.
  let top: BulkPlace?
  let table: BulkTable
  private let tree: PlainTree
  private let closed: ClosedStoreFolder
  private let descriptor: BulkDescriptor

  /// - Parameter anchors: How many descriptors may be kept of what nobody has open; a share of what the system
  ///   gives where nothing is said.
  init(
    _ closed: ClosedStoreFolder, _ rule: BulkRule, anchors: Int? = nil
  ) throws(VaultError) {
    table = BulkTable(most: anchors ?? DescriptorLimit.current / 4)
    self.closed = closed
    tree = try PlainTree(closed.folder, bulk: rule)
    top = BulkPlace(rule)
    let own = fcntl(closed.folder.descriptor.rawValue, F_DUPFD_CLOEXEC, 0)
    guard own >= 0 else {
      throw VaultError(Errno(rawValue: errno), closed.folder.path, "open again")
    }
    descriptor = BulkDescriptor(owning: own)
  }

  // MARK: - Folders

  /// A folder in the clear; nil where there is none.
  func folder(at place: BulkPlace) throws(Errno) -> BulkFolder? {
    var folder = ownFolder
    for (number, step) in place.steps.enumerated() {
      do throws(Errno) {
        folder = try inside(folder, step, number == place.steps.count - 1 ? place : nil)
      } catch {
        switch error {
        // A link, a file or another file system in its place is not the store's folder.
        case .noSuchFileOrDirectory, .notDirectory, .tooManySymbolicLinkLevels, .improperLink:
          return nil
        default: throw error
        }
      }
    }
    return folder
  }

  /// A folder in the clear, made with those above it where it is missing: the vault has the folder, and
  /// nothing of it was in the clear so far.
  func folder(makingAt place: BulkPlace) throws(Errno) -> BulkFolder {
    var folder = ownFolder
    for (number, step) in place.steps.enumerated() {
      let way = number == place.steps.count - 1 ? place : nil
      do throws(Errno) {
        folder = try inside(folder, step, way)
      } catch .noSuchFileOrDirectory {
        try folder.makeWay(step)
        folder = try inside(folder, step, way)
      }
    }
    return folder
  }

  private var ownFolder: BulkFolder { BulkFolder(self, descriptor, .store(top)) }

  private func inside(
    _ folder: BulkFolder, _ step: FileName, _ way: BulkPlace?
  ) throws(Errno) -> BulkFolder {
    BulkFolder(self, try open(step, in: folder.descriptor, O_DIRECTORY), .way(way))
  }

  /// Names what is at a place.
  func open(_ place: BulkNode.Place) throws(Errno) -> BulkDescriptor {
    switch place.folder {
    case .way(let way):
      guard let folder = try folder(at: way) else { throw .noSuchFileOrDirectory }
      return try open(place.name, in: folder.descriptor)
    case .inside(let node):
      guard let folder = try node.bulk?.anchor() else { throw .staleNFSFileHandle }
      return try open(place.name, in: folder)
    }
  }

  /// Names an entry, a link itself and not what it points to.
  func open(
    _ name: FileName, in folder: BulkDescriptor, _ flags: Int32 = 0
  ) throws(Errno) -> BulkDescriptor {
    BulkDescriptor(owning: try tree.anchor(name, in: folder.raw, flags))
  }

  /// Changes names in the store's own folder.
  func lending<Result>(_ change: () throws(Errno) -> Result) throws(Errno) -> Result {
    try closed.lending(change)
  }

  // MARK: - Looking

  /// Whether anything is bulk in a folder or below it.
  func holdsBulk(_ place: BulkPlace) throws(Errno) -> Bool {
    guard let folder = try folder(at: place) else { return false }
    for (name, _, kind) in try folder.names() {
      if place.matches(name) { return true }
      guard kind == .folder, let below = place.below(name) else { continue }
      if try holdsBulk(below) { return true }
    }
    return false
  }

  /// Removes the folders on the way to what was bulk and is gone: of a locked store nothing else shows.
  func removeEmptyWays() {
    guard let top, let names = try? ownFolder.names() else {
      return
    }
    for (name, _, kind) in names where kind == .folder {
      if let below = top.below(name) { removeIfEmpty(below) }
    }
  }

  /// Removes a folder in which nothing is left, and what empty ones are in it.
  ///
  /// Nobody needs to know where that fails: no file is in it.
  func removeIfEmpty(_ place: BulkPlace) {
    guard let name = place.steps.last,
      let folder = try? folder(at: place),
      let above = try? self.folder(above: place)
    else { return }
    for (name, _, kind) in (try? folder.names()) ?? [] where kind == .folder {
      if let below = place.below(name) { removeIfEmpty(below) }
    }
    if (try? folder.names().isEmpty) == true { try? above.remove(name, isFolder: true) }
  }

  private func folder(above place: BulkPlace) throws(Errno) -> BulkFolder {
    var folder = ownFolder
    for step in place.steps.dropLast() { folder = try inside(folder, step, nil) }
    return folder
  }
}
