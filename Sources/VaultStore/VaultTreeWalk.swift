internal import SystemPackage
internal import VaultFormat

/// Goes through a tree of the vault: each folder before what it holds.
///
/// Memory is the names of the folders on the way down.
struct VaultTreeWalk {
  /// The folder id that a manifest gives for a name in a folder, where there is a manifest.
  ///
  /// It counts more than what the folder's head says, which may have been exchanged.
  typealias Expectation = @Sendable (_ folder: ObjectID, _ name: [UInt8]) -> ObjectID?

  private struct Level {
    let folder: VaultTreeFolder
    /// Names still to come, the next one last.
    var names: [FileName]
    /// The files with the rests of long names.
    var rests: Set<FileName>
  }

  private let tree: FolderHandle
  private let name: FileName
  private let cipher: NameCipher
  private let workspace: ObjectWorkspace
  private let expectation: Expectation
  private var levels: [Level] = []
  private var hasBegun = false
  /// What is to be said of the folder that was left last.
  private var strays: [VaultTreeStep] = []

  /// Begins a walk of the tree of an epoch; nil where the vault has none.
  init?(
    of epoch: EpochKeys, in vault: FolderHandle, _ workspace: ObjectWorkspace,
    expecting expectation: @escaping Expectation = { _, _ in nil }
  ) throws(VaultError) {
    name = VaultNames.tree(epoch.number)
    guard try vault.facts(of: name)?.kind == .folder else { return nil }
    tree = try vault.folder(name)
    cipher = NameCipher(epoch)
    self.workspace = workspace
    self.expectation = expectation
  }

  /// The next step; nil at the end.
  ///
  /// What the system refuses is a fault of the folder or a stray, and the walk goes on.
  mutating func next() -> VaultTreeStep? {
    if !hasBegun {
      hasBegun = true
      let place = VaultTreePlace(folderID: .none, name: [], path: [], file: name.text)
      return enter(tree, place)
    }
    if let stray = strays.popLast() { return stray }
    guard let level = levels.last else { return nil }
    guard let disk = level.names.last else {
      levels.removeLast()
      // What is left are rests of names that no object has.
      strays = level.rests.sorted().map {
        .stray(file: "\(level.folder.file)/\($0.text)", "is the rest of a name that nothing has")
      }
      return .end(level.folder)
    }
    levels[levels.count - 1].names.removeLast()
    return look(at: disk, in: level.folder)
  }

  private mutating func look(at disk: FileName, in folder: VaultTreeFolder) -> VaultTreeStep? {
    let file = "\(folder.file)/\(disk.text)"
    let place = place(of: disk, in: folder, file)
    do throws(VaultError) {
      switch try folder.handle.facts(of: disk)?.kind {
      case .folder: return enter(try folder.handle.folder(disk), place)
      case .file: return .object(place, folder, disk)
      case nil: return next()
      default: return .stray(file: file, "is neither a file nor a folder")
      }
    } catch {
      return .folder(place, .failure(.failed(error)), nil)
    }
  }

  /// Decrypts a name.
  private mutating func place(
    of disk: FileName, in folder: VaultTreeFolder, _ file: String
  ) -> VaultTreePlace {
    var rest: [UInt8]?
    var restError: VaultError?
    if DiskName.needsRest(disk.bytes), let name = FileName(disk.text + DiskName.restSuffix),
      levels[levels.count - 1].rests.remove(name) != nil
    {
      // Longer ones are refused when they are compared with the name that stands for them.
      do throws(VaultError) {
        rest = try folder.handle.file(name).readAll(limit: ObjectLayout.pageSize)
      } catch {
        restError = error
      }
    }
    do throws(VaultFormatError) {
      let name = try cipher.decode(disk.bytes, rest: rest, in: folder.id)
      return VaultTreePlace(
        folderID: folder.id, name: name, path: folder.path(of: name), file: file)
    } catch {
      return VaultTreePlace(
        folderID: folder.id, name: nil, path: nil, file: file,
        nameFault: restError?.text ?? error.text, restError: restError)
    }
  }

  private mutating func enter(
    _ handle: FolderHandle, _ place: VaultTreePlace
  ) -> VaultTreeStep {
    let names: [FileName]
    do throws(VaultError) {
      names = try handle.names().filter { $0 != VaultNames.folderHead }
    } catch {
      return .folder(place, .failure(.failed(error)), nil)
    }
    let head: Result<ObjectFile, ObjectFault>
    do throws(ObjectFault) {
      let object = try workspace.openObject(in: handle, VaultNames.folderHead)
      guard object.head.kind == .folder else { throw .kind(object.head.kind) }
      head = .success(object)
    } catch {
      head = .failure(error)
    }
    let expected = place.name.flatMap { expectation(place.folderID, $0) }
    guard let id = expected ?? (try? head.get())?.head.id else {
      return .folder(place, head, nil)
    }
    let folder = VaultTreeFolder(
      handle, id: id, path: place.path ?? Array(place.file.utf8), file: place.file)
    let rests = names.filter {
      $0.hasSuffix(DiskName.restSuffix) && DiskName.needsRest($0.bytes.dropLast(5))
    }
    let isRest = Set(rests)
    levels.append(
      Level(
        folder: folder, names: names.filter { !isRest.contains($0) }.sorted(by: >),
        rests: isRest))
    return .folder(place, head, folder)
  }
}

extension ObjectWorkspace {
  /// Opens an object by its name in a folder.
  func openObject(
    in folder: FolderHandle, _ name: FileName, readingAhead: Bool = false
  ) throws(ObjectFault) -> ObjectFile {
    let file = try attempt { () throws(VaultError) in try folder.file(name) }
    return try openObject(file, readingAhead: readingAhead)
  }
}
