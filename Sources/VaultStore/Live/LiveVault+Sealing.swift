internal import Secrets
internal import Synchronization
internal import SystemPackage
internal import VaultFormat

/// Manifests of an open vault.
extension LiveVault {
  /// How many bytes the log holds.
  var logSize: UInt64 { commits.withLock { $0.log?.size ?? 0 } }

  /// Seals what was promised so far in a new manifest, after which the log begins anew.
  /// - Throws: `VaultError`.
  func checkpoint() throws(VaultError) {
    try commits.withLock { (state) throws(VaultError) -> Void in
      try settle(&state)
      try sealManifest(&state)
      try state.log?.restart(counter: state.counter, manifest: state.manifest)
    }
  }

  /// Promises and seals everything, and removes the log: the vault is as after a lock.
  ///
  /// Nothing can be changed afterwards.
  /// - Throws: `VaultError`; the log is kept then, and the vault whole.
  public func seal() throws(VaultError) {
    guard !isReadOnly else { return }
    worker.end()
    // Whoever seals twice finds nothing to do.
    if commits.withLock({ $0.log == nil }) { return }
    try commit()
    try commits.withLock { (state) throws(VaultError) -> Void in
      try settle(&state)
      try sealManifest(&state)
      try state.log?.remove()
      state.log = nil
      try removeNew()
    }
  }

  /// Lets go of all keys, which are wiped with their last owner: nothing can be read, named or sealed
  /// afterwards.
  public func wipeKeys() {
    keys.wipe()
    places.wipeKeys()
    commits.withLock { $0.log = nil }
    opened.withLock { $0 = nil }
  }

  /// The vault with its keys.
  /// - Throws: `refused` when they are wiped.
  func withKeys() throws(VaultError) -> OpenedVault {
    guard let opened = opened.withLock({ $0 }) else {
      throw VaultError(.refused, vault.path, "is locked")
    }
    return opened
  }

  private func sealManifest(_ state: inout CommitState) throws(VaultError) {
    // Before: what is made meanwhile is noted again.
    places.noteSynced()
    try vault.syncFileSystem()
    var list = ManifestList()
    do throws(VaultFormatError) {
      try add(to: &list, state.nodes)
    } catch {
      throw VaultError(error, vault.path)
    }
    let opened = try withKeys()
    let sealing = VaultSealing(
      vault: vault, header: opened.header, store: opened.store, records: records, isNewKept: true)
    let counter = state.counter + 1
    let workspaces = [try ObjectWorkspace(opened.header.keys)]
    let sealed = try sealing.seal(list, counter, after: state.manifest, workspaces)
    state.counter = counter
    state.manifest = sealed.digest
    sealedAt.store(sealed.time, ordering: .relaxed)
  }

  /// Adds every name on disk, a folder before what it holds.
  private func add(
    to list: inout ManifestList, _ nodes: [ObjectID: LiveNode]
  ) throws(VaultFormatError) {
    var inside: [ObjectID: [(name: [UInt8], node: LiveNode)]] = [:]
    places.withLock {
      for node in nodes.values {
        for place in node.places { inside[place.folder.id, default: []].append((place.name, node)) }
      }
    }
    var folders: [LiveNode] = []
    func add(_ node: LiveNode, in folder: ObjectID, _ name: [UInt8]) throws(VaultFormatError) {
      guard let promised = places.withLock({ node.promised }) else { return }
      let kind: ObjectKind =
        switch node.kind {
        case .folder: .folder
        case .link: .link
        default: .file
        }
      try list.add(
        ManifestEntry(
          kind: kind, epoch: epoch, folder: folder, id: node.id,
          generation: promised.generation, size: promised.size, head: promised.digest,
          name: name))
      if node.kind == .folder { folders.append(node) }
    }
    try add(root, in: .none, [])
    while let folder = folders.popLast() {
      for entry in inside[folder.id] ?? [] {
        try add(entry.node, in: folder.id, entry.name)
      }
    }
  }

  /// Removes what files without a name have left in `new`, and folders in which nothing is.
  private func removeNew() throws(VaultError) {
    try vault.removeFolderIfEmpty(VaultNames.attributes)
    guard try vault.facts(of: VaultNames.new)?.kind == .folder else { return }
    try vault.folder(VaultNames.new).removeEverything()
    try vault.removeFolder(VaultNames.new)
    try vault.sync()
  }
}
