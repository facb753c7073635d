internal import Synchronization
internal import SystemPackage
internal import VaultFormat

extension ManifestList {
  /// Lists what the tree of the last epoch holds, by the heads of its objects.
  ///
  /// What is no object under a name of the tree is left out: whoever verifies the vault finds it added.
  /// - Throws: `VaultError`; `damaged` where a head does not open.
  static func ofTree(
    in vault: FolderHandle, with workspaces: [ObjectWorkspace]
  ) throws(VaultError) -> ManifestList {
    let listing = try TreeListing(vault, workspaces)
    try Workers.run(workspaces.count) { (worker, workers) throws(VaultError) in
      while !workers.isStopped, try listing.step(workspaces[worker]) {}
    }
    return listing.list
  }
}

/// A walk from which several workers take what is next, and the list that they make.
private final class TreeListing: Sendable {
  private struct State {
    var walk: VaultTreeWalk
    var list = ManifestList()
  }

  private let state: Mutex<State>
  private let vault: FilePath

  init(_ vault: FolderHandle, _ workspaces: [ObjectWorkspace]) throws(VaultError) {
    self.vault = vault.path
    let epoch = workspaces[0].volume.last
    // The walk opens heads of folders while others open those of files.
    let own = try ObjectWorkspace(workspaces[0].volume)
    guard let walk = try VaultTreeWalk(of: epoch, in: vault, own) else {
      throw VaultError(
        .damaged, vault.path.appending(VaultNames.tree(epoch.number)), "is missing")
    }
    state = Mutex(State(walk: walk))
  }

  var list: ManifestList { state.withLock { $0.list } }

  /// Does the next step; false at the end.
  func step(_ workspace: ObjectWorkspace) throws(VaultError) -> Bool {
    let step = try locked { (state) throws(VaultError) -> VaultTreeStep? in
      let step = state.walk.next()
      // A folder is listed before any other worker can come across what it holds.
      if case .folder(let place, let head, _)? = step {
        switch head {
        case .success(let object): try add(object, place, to: &state.list)
        case .failure(let fault): throw fault.error(vault.appending(place.file))
        }
      }
      return step
    }
    guard let step else { return false }
    if case .object(let place, let folder, let disk) = step {
      if let error = place.restError { throw error }
      let object: ObjectFile
      do throws(ObjectFault) {
        object = try workspace.openObject(in: folder.handle, disk)
      } catch {
        if place.name == nil { return true }
        throw error.error(vault.appending(place.file))
      }
      try locked { (state) throws(VaultError) in try add(object, place, to: &state.list) }
    }
    return true
  }

  private func add(
    _ object: ObjectFile, _ place: VaultTreePlace, to list: inout ManifestList
  ) throws(VaultError) {
    guard let name = place.name else {
      // One of the vault's own, which nobody would miss if it were left out.
      let text = place.nameFault ?? "has no name"
      throw place.restError ?? VaultError(.damaged, object.file.path, text)
    }
    do throws(VaultFormatError) {
      try list.add(
        ManifestEntry(object.head, digest: object.digest, in: place.folderID, name: name))
    } catch {
      throw VaultError(error, object.file.path)
    }
  }

  private func locked<Value>(
    _ body: (inout State) throws(VaultError) -> Value
  ) throws(VaultError) -> Value {
    let result: Result<Value, VaultError> = state.withLock { state in
      do throws(VaultError) {
        return .success(try body(&state))
      } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }
}
