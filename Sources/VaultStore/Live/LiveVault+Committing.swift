internal import Secrets
internal import Synchronization
internal import SystemPackage
internal import VaultFormat

/// Commits: what was changed is promised in the log, then written to its place.
extension LiveVault {
  /// Promises everything that was changed before the call.
  /// - Throws: `VaultError`; nothing is promised then.
  func commit() throws(VaultError) {
    guard !isReadOnly else { return }
    let ticket = commitsWanted.add(1, ordering: .acquiringAndReleasing).newValue
    try commits.withLock { (state) throws(VaultError) -> Void in
      // A commit that began after this call has taken its changes too.
      if state.served >= ticket { return }
      try commit(&state)
    }
    worker.wake(.now)
  }

  /// Writes what was promised to its place, so that the next commit finds nothing to do first.
  func settle() throws(VaultError) {
    try commits.withLock { (state) throws(VaultError) -> Void in try settle(&state) }
  }

  private func commit(_ state: inout CommitState) throws(VaultError) {
    if let failure = failure.withLock({ $0 }) { throw failure }
    guard let log = state.log else {
      throw VaultError(.refused, vault.path, "is sealed")
    }
    try settle(&state)
    let wanted = commitsWanted.load(ordering: .acquiring)
    // Room is made before anything is taken, so that a full disk leaves all as it is.
    let nodes = changed.withLock { $0.count }
    try log.makeRoom(for: RedoLog.space(forPages: 1) * UInt64(2 * pool.count + 2 * nodes + 64))
    let names = tree.withLock { $0.take() }
    let list = changed.withLock { list in
      let taken = list
      list = []
      return taken
    }
    do throws(VaultError) {
      let synced = try take(names, list, &state, log)
      for file in synced { try file.syncContents() }
      if state.isBehind { try log.promise() }
    } catch {
      // What was taken is neither promised nor staged now: nothing more can be promised.
      failure.withLock { $0 = $0 ?? error }
      throw error
    }
    state.served = wanted
  }

  /// Writes changes to the log.
  /// - Returns: Files with blocks that were written in place, to be synced before the promise.
  private func take(
    _ names: [NameChange], _ list: [LiveNode], _ state: inout CommitState, _ log: RedoLog
  ) throws(VaultError) -> [FileHandle] {
    state.names = names
    var gained: Set<ObjectID> = []
    for change in names {
      if let before = change.before {
        let name = try places.diskBytes(change.name, in: change.folder)
        try log.add(.nameRemoved, before.id, folder: change.folder.id, name: name)
      }
      if let now = change.now {
        let name = try places.diskBytes(change.name, in: change.folder)
        try log.add(.nameAdded, now.id, folder: change.folder.id, name: name)
        gained.insert(now.id)
        state.nodes[now.id] = now
      }
    }
    var synced: [FileHandle] = []
    for node in list {
      let isKnown = gained.contains(node.id) || places.withLock { node.promised != nil }
      guard isKnown else {
        leave(node)
        continue
      }
      let isGained = gained.contains(node.id)
      guard let (taken, file) = try take(node, isGained: isGained) else { continue }
      if let head = taken.cutHead {
        defer { pool.give(head) }
        try log.add(taken.node.id, first: 0, [head])
      }
      try add(taken, to: log)
      state.taken.append(taken)
      if let file { synced.append(file) }
    }
    return synced
  }

  /// Leaves a node whose name is not part of the commit to the next one; one without a name to itself.
  private func leave(_ node: LiveNode) {
    node.withLock {
      node.isChanged = false
      if !node.isRemoved { note(node) }
    }
  }

  /// Takes what is staged of a node, its head sealed anew.
  private func take(
    _ node: LiveNode, isGained: Bool
  ) throws(VaultError) -> (TakenPages, FileHandle?)? {
    let result: Result<TakenNode?, Errno> = node.withLock {
      node.isChanged = false
      // Nobody can ask for it after a crash, unless this commit still gives it a name.
      if node.isRemoved, !isGained { return .success(nil) }
      do throws(Errno) {
        return .success(
          try keys.lend(node.id) { (context) throws(Errno) -> TakenNode in
            try seal(node, context)
          })
      } catch {
        return .failure(error)
      }
    }
    switch result {
    case .success(nil): return nil
    case .success(let taken?): return (taken.pages, taken.file)
    case .failure(let errno): throw VaultError(errno, vault.path, "seal an object of")
    }
  }

  private struct TakenNode: @unchecked Sendable {
    let pages: TakenPages
    let file: FileHandle?
  }

  /// Seals a node's head over all that is staged of it.
  ///
  /// The node's lock is held.
  private func seal(_ node: LiveNode, _ context: KeyContext) throws(Errno) -> TakenNode {
    let body = try load(node)
    guard let facts = node.facts else { throw .ioError }
    let cutHead = try sealCut(body, facts, context)
    body.fill(facts)
    if body.head.layout == .blocks, body.seals.count > 0 {
      try body.loadSeals(context)
      body.head.root = body.seals.root(context.keys)
    } else {
      body.head.root = .zero
    }
    let headPage = pool.take()
    do throws(VaultFormatError) {
      try unsafe context.keys.seal(head: body.head, into: headPage.bytes)
    } catch {
      pool.give(headPage)
      throw .ioError
    }
    body.committing = body.staged
    body.staged = [:]
    body.committing[0] = headPage
    var file: FileHandle?
    let pool = self.pool
    body.seals.takeChanges { number, page in
      let copy = pool.take()
      unsafe copy.bytes.copyMemory(from: page.contents)
      body.committing[SealPages.place(number)] = copy
    }
    if body.isInPlace {
      body.isInPlace = false
      file = body.file
    }
    if let cut = body.cut, cut >= body.promisedBlocks, let file = body.file {
      // Nothing that was promised lies beyond: what does goes before the rest is promised.
      do throws(VaultError) {
        try Self.cut(file, to: cut)
      } catch {
        throw Self.errno(error)
      }
    }
    let size = body.head.layout == .blocks ? body.head.size : 0
    // Nothing of these may be overwritten from now on.
    body.promisedBlocks = max(body.promisedBlocks, ObjectLayout.blocks(size: size))
    body.committingCut = body.cut
    body.cut = nil
    let pages = body.committing.map { (number: $0.key, page: $0.value) }
      .sorted { $0.number < $1.number }
    let length = ObjectLayout.fileLength(size: body.head.size, layout: body.head.layout) ?? 0
    let promised = PromisedHead(
      generation: body.head.generation, size: body.head.size,
      digest: unsafe ObjectHead.digest(ofPage: headPage.contents))
    return TakenNode(
      pages: TakenPages(
        node: node, pages: pages, length: UInt64(length), promised: promised,
        cut: body.committingCut, cutHead: cutHead), file: file)
  }

  /// Seals a head for an object that was cut and has become longer since.
  ///
  /// Whoever replays the log learns by it that what the file has beyond is of no use any more.
  private func sealCut(
    _ body: LiveBody, _ facts: NodeFacts, _ context: KeyContext
  ) throws(Errno) -> Page? {
    guard let cut = body.cut, body.head.layout == .blocks,
      ObjectLayout.blocks(size: facts.size) > cut
    else { return nil }
    body.fill(facts)
    var head = body.head
    head.size = cut * UInt64(ObjectLayout.pageSize)
    head.root = .zero
    let used = Int(min(cut, UInt64(ObjectLayout.firstBlocks))) * ObjectLayout.sealLength
    head.firstSeals.replaceSubrange(
      used..., with: repeatElement(0, count: ObjectLayout.firstSealsLength - used))
    let page = pool.take()
    do throws(VaultFormatError) {
      try unsafe context.keys.seal(head: head, into: page.bytes)
      return page
    } catch {
      pool.give(page)
      throw .ioError
    }
  }

  /// Adds a node's pages to the log, those that lie together in one record.
  private func add(_ taken: TakenPages, to log: RedoLog) throws(VaultError) {
    var start = 0
    while start < taken.pages.count {
      let first = taken.pages[start].number
      var end = start + 1
      while end < taken.pages.count, taken.pages[end].number == first + UInt64(end - start) {
        end += 1
      }
      let pages = taken.pages[start..<end].map { $0.page }
      try log.add(taken.node.id, first: first, pages[...])
      start = end
    }
  }

  // MARK: - To their places

  /// Writes what the last commit has promised to its place.
  func settle(_ state: inout CommitState) throws(VaultError) {
    guard state.isBehind || orphans.withLock({ !$0.isEmpty }) else { return }
    if let failure = failure.withLock({ $0 }) { throw failure }
    do throws(VaultError) {
      var byNode: [ObjectID: Int] = [:]
      for (index, taken) in state.taken.enumerated() { byNode[taken.node.id] = index }
      var done = Array(repeating: false, count: state.taken.count)
      let taken = state.taken
      try places.apply(state.names) { (node, file) throws(VaultError) in
        guard let index = byNode[node.id] else { return }
        try write(taken[index], file)
        done[index] = true
      }
      for change in state.names {
        guard let before = change.before else { continue }
        let isGone = places.withLock { before.places.isEmpty && !before.isInNew }
        if isGone, before !== root {
          state.nodes[before.id] = nil
          places.withLock { before.promised = nil }
        }
      }
      for (index, taken) in state.taken.enumerated() where !done[index] {
        try write(taken, nil)
      }
    } catch {
      // The log has it all; the vault is whole again when it is opened next.
      failure.withLock { $0 = $0 ?? error }
      throw error
    }
    state.names = []
    state.taken = []
    // Nothing of these is in the log now, or will be.
    let orphans = orphans.withLock { list in
      let taken = list
      list = []
      return taken
    }
    for node in orphans { try? places.removeFromNew(node) }
  }

  /// Writes pages to a node's file.
  private func write(_ taken: TakenPages, _ made: FileHandle?) throws(VaultError) {
    let node = taken.node
    let file: FileHandle
    if let made {
      file = made
    } else {
      let open: FileHandle? = node.withLock { node.body?.file }
      if let open {
        file = open
      } else if places.withLock({ node.places.isEmpty && !node.isInNew && node !== root }) {
        // Removed since: nothing on disk is its own any more.
        node.withLock { node.body?.settle() }
        return
      } else {
        file = try places.file(of: node)
      }
    }
    try cut(taken, file)
    for run in taken.runs {
      try file.write(gathering: run.pages, at: run.first * UInt64(ObjectLayout.pageSize))
    }
    try lengthen(taken, file)
    places.withLock { node.promised = taken.promised }
    node.withLock {
      guard let body = node.body else { return }
      body.settle()
      body.committingCut = nil
      if body.cut == nil {
        let size = taken.length <= UInt64(ObjectLayout.pageSize) ? 0 : taken.promised.size
        body.promisedBlocks = ObjectLayout.blocks(size: size)
      }
      // What was changed meanwhile keeps it, and needs the rest from there.
      if body.file == nil { body.file = file }
      dropIfUnused(node)
    }
  }
}

extension LiveVault {
  /// Cuts a file whose object was shorter for a while; nothing is written in place until that is done.
  private func cut(_ taken: TakenPages, _ file: FileHandle) throws(VaultError) {
    if let cut = taken.cut { try Self.cut(file, to: cut) }
  }

  /// Cuts a file to the length that it has with a number of blocks.
  private static func cut(_ file: FileHandle, to cut: UInt64) throws(VaultError) {
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

extension LiveBody {
  /// Takes over into the head what is kept outside of it.
  func fill(_ facts: NodeFacts) {
    head.generation += 1
    head.mode = facts.mode
    head.owner = facts.owner
    head.group = facts.group
    head.size = facts.size
    head.modified = ObjectTime(facts.modified)
    head.accessed = ObjectTime(facts.accessed)
    head.born = ObjectTime(facts.born)
  }
}

extension TakenPages {
  /// Pages that lie together in the file.
  var runs: [(first: UInt64, pages: [Page])] {
    var runs: [(first: UInt64, pages: [Page])] = []
    for (number, page) in pages {
      if let last = runs.last, last.first + UInt64(last.pages.count) == number,
        last.pages.count < 512
      {
        runs[runs.count - 1].pages.append(page)
      } else {
        runs.append((number, [page]))
      }
    }
    return runs
  }
}
