internal import Synchronization
internal import SystemPackage
internal import VaultFormat

/// Writing what was promised to its place.
///
/// All of it may be cut off and done again, also when the medium is full for a while: the log has it.
extension LiveVault {
  /// Writes what was promised to its place.
  /// - Throws: `VaultError`; with `full` the rest is done when there is room again.
  func settle(_ state: inout CommitState) throws(VaultError) {
    guard state.isBehind || orphans.withLock({ !$0.isEmpty }) else { return }
    if let failure = failure.withLock({ $0 }) { throw failure }
    do throws(VaultError) {
      // What is promised must be on the medium before anything is written over what it replaces.
      try state.log?.sync()
      try settleNames(&state)
      // Files that were removed have made room by now.
      for (id, taken) in state.taken {
        try write(taken)
        state.taken[id] = nil
      }
    } catch {
      if error.code == .full {
        isFull.store(true, ordering: .relaxed)
      } else {
        // The log has it all; the vault is whole again when it is opened next.
        failure.withLock { $0 = $0 ?? error }
      }
      throw error
    }
    isFull.store(false, ordering: .relaxed)
    removeAttributes(state.obsolete)
    state.obsolete = []
    // Nothing of these is in the log now, or will be.
    let orphans = orphans.withLock { list in
      let taken = list
      list = []
      return taken
    }
    for node in orphans { try? places.removeFromNew(node) }
  }

  /// Gives and takes names, as the commits have promised them one after the other.
  private func settleNames(_ state: inout CommitState) throws(VaultError) {
    // How many names each object is still to be given.
    var gains: [ObjectID: Int] = [:]
    for changes in state.names {
      for change in changes {
        if let now = change.now { gains[now.id, default: 0] += 1 }
      }
    }
    var done = 0
    defer { state.names.removeFirst(done) }
    for changes in state.names {
      try places.apply(changes)
      for change in changes {
        if let now = change.now { gains[now.id, default: 1] -= 1 }
      }
      forget(changes, gains, &state)
      done += 1
    }
  }

  /// Lets go of nodes that have no name on disk any more, and are given none.
  private func forget(
    _ changes: [NameChange], _ gains: [ObjectID: Int], _ state: inout CommitState
  ) {
    for change in changes {
      guard let before = change.before, before !== root, gains[before.id, default: 0] == 0,
        places.withLock({ before.places.isEmpty && !before.isInNew })
      else { continue }
      state.nodes[before.id] = nil
      places.withLock { before.promised = nil }
    }
  }

  /// Writes pages to a node's file.
  private func write(_ taken: TakenPages) throws(VaultError) {
    let node = taken.node
    let file: FileHandle
    let open: FileHandle? = node.withLock { node.body?.file }
    if let open {
      file = open
    } else if places.withLock({ node.places.isEmpty && !node.isInNew && node !== root }) {
      // Removed since: nothing on disk is its own any more.
      node.withLock {
        node.body?.settle()
        dropRemoved(node)
      }
      return
    } else {
      file = try places.file(of: node)
    }
    if let cut = taken.cut { try Self.cut(file, to: cut) }
    for run in NumberedPage.runs(of: taken.pages) {
      try file.write(gathering: run.pages, at: run.first * UInt64(ObjectLayout.pageSize))
    }
    try lengthen(taken, file)
    places.withLock { node.promised = taken.promised }
    node.withLock {
      guard let body = node.body else { return }
      body.settle()
      if body.cut == nil {
        let size = taken.length <= UInt64(ObjectLayout.pageSize) ? 0 : taken.promised.size
        body.promisedBlocks = ObjectLayout.blocks(size: size)
      }
      // What was changed meanwhile keeps it, and needs the rest from there.
      if body.file == nil, body.head.layout == .blocks { body.file = file }
      dropIfUnused(node)
      dropRemoved(node)
    }
  }

  /// Cuts a file to the length that it has with a number of blocks.
  static func cut(_ file: FileHandle, to cut: UInt64) throws(VaultError) {
    let size = cut.multipliedReportingOverflow(by: UInt64(ObjectLayout.pageSize)).partialValue
    let length =
      cut == 0
      ? Int64(ObjectLayout.pageSize) : ObjectLayout.fileLength(size: size, layout: .blocks) ?? 0
    if try file.facts().size > UInt64(length) { try file.truncate(to: UInt64(length)) }
  }

  /// Lengthens a file that ends with holes.
  private func lengthen(_ taken: TakenPages, _ file: FileHandle) throws(VaultError) {
    // Blocks that are written in place meanwhile would be cut off between looking and setting.
    let result: Result<Void, VaultError> = taken.node.withLock {
      do throws(VaultError) {
        if try file.facts().size < taken.length { try file.truncate(to: taken.length) }
        return .success(())
      } catch {
        return .failure(error)
      }
    }
    try result.get()
  }
}
