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

  /// Promises names that were taken away or moved, so that they stay so when this process is killed: the end
  /// of a transaction may be that its journal is gone.
  ///
  /// The medium is not waited for, and contents that nobody has synced are left to the next commit. What
  /// goes wrong does so there again.
  func commitNames() {
    guard !isReadOnly else { return }
    let isDone = commits.withLock { state in (try? commitNames(&state)) != nil }
    if !isDone { worker.wake(.full) }
  }

  private func commitNames(_ state: inout CommitState) throws(VaultError) {
    if let failure = failure.withLock({ $0 }) { throw failure }
    guard let log = state.log else { return }
    try makeRoom(in: log)
    let names = tree.withLock { $0.take() }
    guard !names.isEmpty else { return }
    do throws(VaultError) {
      var isNew: [LiveNode] = []
      for change in names {
        if let now = change.now, state.nodes[now.id] == nil { isNew.append(now) }
      }
      let synced = try take(names, isNew, &state, log)
      for (node, file) in synced {
        try file.syncContents()
        try places.makeFindable(node)
      }
      try log.promise(syncing: false)
    } catch {
      failure.withLock { $0 = $0 ?? error }
      throw error
    }
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
    do throws(VaultError) {
      try settle(&state)
    } catch  where error.code == .full {
      // The log has room of its own: what programs have written goes there meanwhile.
    }
    let wanted = commitsWanted.load(ordering: .acquiring)
    try makeRoom(in: log)
    // Taken first: what has made them obsolete is part of this commit then.
    let obsolete = obsoleteAttributes.withLock { list in
      let taken = list
      list = []
      return taken
    }
    let names = tree.withLock { $0.take() }
    let list = changed.withLock { list in
      let taken = list
      list = []
      return taken
    }
    do throws(VaultError) {
      let synced = try take(names, list, &state, log)
      for (node, file) in synced {
        try file.syncContents()
        try places.makeFindable(node)
      }
      if names.isEmpty, list.isEmpty {
        // Others have promised all there is, and may not have waited for the medium.
        try log.sync()
      } else {
        try log.promise(syncing: true)
      }
      state.obsolete += obsolete
    } catch {
      // What was taken is neither promised nor staged now: nothing more can be promised.
      failure.withLock { $0 = $0 ?? error }
      throw error
    }
    state.served = wanted
  }

  /// Makes room in the log before anything is taken, so that a full disk leaves all as it is.
  private func makeRoom(in log: RedoLog) throws(VaultError) {
    let nodes = changed.withLock { $0.count }
    let names = tree.withLock { $0.count }
    do throws(VaultError) {
      try log.makeRoom(
        for: RedoLog.space(forPages: 1) * UInt64(pool.count + 2 * nodes + names + 64))
    } catch {
      if error.code == .full { isFull.store(true, ordering: .relaxed) }
      throw error
    }
  }

  /// Writes changes to the log.
  /// - Returns: Files with blocks that were written in place, to be synced before the promise.
  private func take(
    _ names: [NameChange], _ list: [LiveNode], _ state: inout CommitState, _ log: RedoLog
  ) throws(VaultError) -> [(LiveNode, FileHandle)] {
    if !names.isEmpty { state.names.append(names) }
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
    var synced: [(LiveNode, FileHandle)] = []
    for node in list {
      guard state.nodes[node.id] != nil else {
        leave(node)
        continue
      }
      let isGained = gained.contains(node.id)
      guard let taken = try take(node, isGained: isGained) else { continue }
      if let head = taken.cutHead {
        defer { pool.give(head) }
        try log.add(node.id, first: 0, [head])
      }
      try add(taken.fresh, of: node, to: log)
      state.taken[node.id] = taken.pages
      if let file = taken.file { synced.append((node, file)) }
    }
    return synced
  }

  /// Leaves a node whose name is not part of the commit to the next one; one without a name to itself.
  private func leave(_ node: LiveNode) {
    node.withLock {
      node.isChanged = false
      if node.isRemoved { dropRemoved(node) } else { note(node) }
    }
  }

  /// Takes what is staged of a node, its head sealed anew.
  private func take(
    _ node: LiveNode, isGained: Bool
  ) throws(VaultError) -> TakenNode? {
    let result: Result<TakenNode?, Errno> = node.withLock {
      // Taken already, by a commit of names.
      guard node.isChanged else { return .success(nil) }
      node.isChanged = false
      // Nobody can ask for it after a crash, unless this commit still gives it a name.
      if node.isRemoved, !isGained {
        dropRemoved(node)
        return .success(nil)
      }
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
    case .success(let taken): return taken
    case .failure(let errno): throw VaultError(errno, vault.path, "seal an object of")
    }
  }

  /// What a commit takes of one node.
  private struct TakenNode: Sendable {
    /// What is to be written to its file, with what earlier commits have left to write.
    let pages: TakenPages
    /// Pages for the log.
    let fresh: [NumberedPage]
    /// The head of the state in which the object was shorter, where it is longer again.
    let cutHead: Page?
    /// The file, where blocks were written in place.
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
    var fresh = body.staged.map { NumberedPage(number: $0.key, page: $0.value) }
    body.staged = [:]
    fresh.append(NumberedPage(number: 0, page: headPage))
    var file: FileHandle?
    let pool = self.pool
    body.seals.takeChanges { number, page in
      let copy = pool.take()
      unsafe copy.bytes.copyMemory(from: page.contents)
      fresh.append(NumberedPage(number: SealPages.place(number), page: copy))
    }
    fresh.sort { $0.number < $1.number }
    body.commit(fresh)
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
    body.cut = nil
    let pages = body.committing.map { NumberedPage(number: $0.key, page: $0.value) }
      .sorted { $0.number < $1.number }
    let length = ObjectLayout.fileLength(size: body.head.size, layout: body.head.layout) ?? 0
    let promised = PromisedHead(
      generation: body.head.generation, size: body.head.size,
      digest: unsafe ObjectHead.digest(ofPage: headPage.contents))
    return TakenNode(
      pages: TakenPages(
        node: node, pages: pages, length: UInt64(length), promised: promised,
        cut: body.committingCut), fresh: fresh, cutHead: cutHead, file: file)
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

  /// Adds pages of a node's file to the log, those that lie together in one record.
  private func add(
    _ pages: [NumberedPage], of node: LiveNode, to log: RedoLog
  ) throws(VaultError) {
    for run in NumberedPage.runs(of: pages) {
      try log.add(node.id, first: run.first, run.pages[...])
    }
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
