public import SystemPackage

/// A folder of the store, open, with the way to it.
public final class PlainFolder: Sendable {
  /// The folder; every act below goes through it.
  public let handle: FolderHandle
  /// The folder it is in; nil for the store itself.
  public let parent: PlainFolder?
  /// Its name there; nil for the store itself.
  public let name: FileName?
  /// What the system said of it before anything in it was touched.
  public let status: PlainStatus
  /// How many steps it is below the store.
  public let depth: Int

  init(_ handle: FolderHandle, in parent: PlainFolder?, _ name: FileName?, _ status: PlainStatus) {
    self.handle = handle
    self.parent = parent
    self.name = name
    self.status = status
    depth = parent.map { $0.depth + 1 } ?? 0
  }

  /// The steps from the store to it.
  public var steps: [FileName] {
    var steps: [FileName] = []
    var folder = self
    while let parent = folder.parent, let name = folder.name {
      steps.append(name)
      folder = parent
    }
    return steps.reversed()
  }
}

/// An entry of a folder of the store, not open.
public struct PlainEntry: Sendable {
  /// The folder.
  public let folder: PlainFolder
  /// Its name there.
  public let name: FileName
  /// What the system said of it.
  public let status: PlainStatus

  /// The path, for people.
  public var path: FilePath { folder.handle.path.appending(name) }

  /// The steps from the store to it.
  public var steps: [FileName] { folder.steps + [name] }
}
