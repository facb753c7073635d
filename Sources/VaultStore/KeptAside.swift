internal import SystemPackage

/// Where a restore puts what it finds in the store's folder and the vault knows nothing of.
///
/// It is somebody's and must not be lost, but it cannot stay beside what comes back either: a write-ahead
/// log that was put there would be played into the restored database.
struct KeptAside {
  /// What the folder is called: the vault's name and this.
  static let suffix = "-kept"

  private let path: FilePath
  private var folder: FolderHandle?
  /// What was moved there, and why.
  private(set) var kept: [NotTaken] = []

  init(beside vault: FilePath) {
    path = LockPlace.appending(Self.suffix, to: vault)
  }

  /// Moves an entry of the store there, under the path that it had.
  mutating func take(
    _ name: FileName, at steps: [FileName], of parent: FolderHandle, because reason: String
  ) throws(VaultError) {
    var target = try open()
    for step in steps { target = try target.folder(makingIfMissing: step) }
    var number = 1
    while true {
      let free = number == 1 ? name : FileName(name.bytes.prefix(240) + " \(number)".utf8)
      guard let free else { return }
      do {
        try parent.renameWithoutReplacing(name, to: target, as: free)
        kept.append(NotTaken(path: target.path.appending(free), why: reason))
        return
      } catch  where error.code == .system(.fileExists) {
        number += 1
      }
    }
  }

  /// Waits until what was moved is on the medium; before what comes in its place is recorded.
  func sync() throws(VaultError) {
    try folder?.syncFileSystem()
  }

  private mutating func open() throws(VaultError) -> FolderHandle {
    if let folder { return folder }
    guard let name = path.fileName else {
      throw VaultError(.refused, path, "is no name for a folder")
    }
    let parent = try FolderHandle.open(path.removingLastComponent())
    let opened = try parent.folder(makingIfMissing: name)
    folder = opened
    return opened
  }
}
