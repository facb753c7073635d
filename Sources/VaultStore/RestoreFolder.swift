internal import VaultFormat

/// A folder of the vault's tree and, where there is one, the store's folder that it is restored to.
final class RestoreFolder: Sendable {
  /// The folder of the tree.
  let sealed: FolderHandle
  /// The head of the folder.
  let head: ObjectHead
  /// The folder of the store.
  let plain: PlainFolder?
  private let parent: RestoreFolder?
  /// Its name on disk and in the store; nil for the tree itself.
  private let names: (disk: FileName, plain: FileName)?

  init(
    _ sealed: FolderHandle, _ head: ObjectHead, _ plain: PlainFolder?, in parent: RestoreFolder?,
    _ names: (disk: FileName, plain: FileName)?
  ) {
    self.sealed = sealed
    self.head = head
    self.plain = plain
    self.parent = parent
    self.names = names
  }

  /// The way to an entry of it.
  func steps(to disk: FileName, _ name: FileName) -> RestoreSteps {
    var steps = RestoreSteps(disk: [disk], plain: [name])
    var folder = self
    while let parent = folder.parent, let names = folder.names {
      steps.disk.append(names.disk)
      steps.plain.append(names.plain)
      folder = parent
    }
    steps.disk.reverse()
    steps.plain.reverse()
    return steps
  }
}

/// A walk through the vault's tree that goes through the store's folders beside it.
struct RestoreWalk {
  /// What the walk comes by.
  enum Step {
    /// A folder, before what it holds.
    case folder(RestoreFolder)
    /// A file's or link's object, not yet opened.
    case object(RestoreFolder, disk: FileName, FileName)
    /// The end of a folder.
    case end(RestoreFolder)
    /// What is not as it was sealed: the path inside the store where it is known, or the file, and
    /// what is wrong. What it holds is not walked.
    case damaged(String, String)
  }

  /// Gives the store's folder for a name in another; nil where there is none.
  typealias Counterpart = (PlainFolder, FileName) throws(VaultError) -> PlainFolder?

  private var walk: VaultTreeWalk
  private let top: PlainFolder
  private let counterpart: Counterpart
  private var folders: [RestoreFolder?] = []

  /// Begins a walk; nil where the vault has no tree of the epoch.
  init?(
    _ epoch: EpochKeys, _ folders: ActFolders, _ workspace: ObjectWorkspace,
    beside top: PlainFolder,
    _ counterpart: @escaping Counterpart
  ) throws(VaultError) {
    guard let walk = try VaultTreeWalk(of: epoch, in: folders.vault, workspace) else { return nil }
    self.walk = walk
    self.top = top
    self.counterpart = counterpart
  }

  /// The next step; nil at the end.
  mutating func next() throws(VaultError) -> Step? {
    while let step = walk.next() {
      switch step {
      case .folder(let place, let head, let folder):
        if let step = try enter(place, head, folder) { return step }
      case .object(let place, _, let disk):
        // Below what could not be opened nothing can be told.
        guard let parent = folders.last ?? nil else { continue }
        guard let name = place.name.flatMap({ FileName($0) }) else {
          return .damaged(place.file, place.nameFault ?? "has no name")
        }
        return .object(parent, disk: disk, name)
      case .end:
        if let folder = folders.popLast() ?? nil { return .end(folder) }
      case .stray: continue
      }
    }
    return nil
  }

  private mutating func enter(
    _ place: VaultTreePlace, _ head: Result<ObjectFile, ObjectFault>, _ folder: VaultTreeFolder?
  ) throws(VaultError) -> Step? {
    let parent = folders.last ?? nil
    let isBelowDamage = !folders.isEmpty && parent == nil
    if folder != nil { folders.append(nil) }
    if isBelowDamage { return nil }
    let path = place.path.map { String(decoding: $0, as: UTF8.self) } ?? place.file
    guard let folder, case .success(let object) = head else {
      guard case .failure(let fault) = head else { return nil }
      return .damaged(path, fault.text)
    }
    guard let parent else {
      let entered = RestoreFolder(folder.handle, object.head, top, in: nil, nil)
      folders[folders.count - 1] = entered
      return .folder(entered)
    }
    guard let name = place.name.flatMap({ FileName($0) }),
      let disk = place.file.split(separator: "/").last.flatMap({ FileName(String($0)) })
    else { return .damaged(place.file, place.nameFault ?? "has no name") }
    var plain: PlainFolder?
    if let above = parent.plain { plain = try counterpart(above, name) }
    let entered = RestoreFolder(folder.handle, object.head, plain, in: parent, (disk, name))
    folders[folders.count - 1] = entered
    return .folder(entered)
  }
}
