internal import Secrets
internal import SystemPackage
internal import VaultFormat

/// Making files exactly what their heads say, when the log's pages are written.
extension LogRecovery {
  /// Gives each file its length, and holes their zeros.
  func settle() throws(VaultError) {
    var open = OpenFiles()
    for (id, object) in index.objects where isWanted(id) || attributes.contains(id) {
      guard let head = object.head else { continue }
      try monitor.check(vault.path)
      for file in try files(of: id, &open) {
        if try file.facts().size != head.fileLength { try file.truncate(to: head.fileLength) }
        guard head.layout == .blocks, let shape = ObjectShape(size: head.size) else { continue }
        do throws(VaultFormatError) {
          try workspace.turn(to: log.keys, id)
        } catch {
          throw VaultError(error, file.path)
        }
        if object.shortest != nil { try settleShortened(file, id, object, head, shape) }
        try clearHoles(file, id, object, shape)
      }
    }
  }

  // MARK: - Objects that were shorter for a while

  /// Clears what is left of the time before an object became shorter, where the file was not cut.
  ///
  /// Whether it was is known from the root: what was written in its place since is there then.
  private func settleShortened(
    _ file: FileHandle, _ id: ObjectID, _ object: LogObject, _ head: LogHead, _ shape: ObjectShape
  ) throws(VaultError) {
    guard let shortest = object.shortest, shortest < head.pages else { return }
    let rewritten = rewritten[id] ?? []
    if try root(of: file, shape, without: { _ in false }) == head.root { return }
    let isLeft = { (page: UInt64) in page >= shortest && !rewritten.contains(page) }
    guard try root(of: file, shape, without: isLeft) == head.root else {
      throw VaultError(.damaged, file.path, ObjectFault.root.text)
    }
    for page in shortest..<head.pages where isLeft(page) { try clear(page, of: file) }
  }

  /// The root over the seal pages, some taken for zeros.
  private func root(
    of file: FileHandle, _ shape: ObjectShape, without isZero: (UInt64) -> Bool
  ) throws(VaultError) -> Digest {
    var seals = SealTree()
    let page = unsafe workspace.group.pages(0, 1)
    workspace.fileRead = nil
    for number in 0..<shape.sealPages {
      guard let place = ObjectLayout.page(ofSealPage: number), !isZero(place) else {
        seals.addZeros(1, under: workspace.keys)
        continue
      }
      try unsafe read(place, of: file, into: page)
      unsafe seals.add(UnsafeRawBufferPointer(page), under: workspace.keys)
    }
    return seals.root(under: workspace.keys)
  }

  // MARK: - Holes

  /// Clears the pages of blocks that became holes.
  private func clearHoles(
    _ file: FileHandle, _ id: ObjectID, _ object: LogObject, _ shape: ObjectShape
  ) throws(VaultError) {
    let seals = try headSeals(file, id)
    for block in 0..<shape.headBlocks {
      let seal = seals[block * ObjectLayout.sealLength..<(block + 1) * ObjectLayout.sealLength]
      if seal.allSatisfy({ $0 == 0 }) { try clear(1 + UInt64(block), of: file) }
    }
    var numbers = sealPages[id] ?? []
    if let shortest = object.shortest {
      for number in 0..<shape.sealPages where shape.group(ofSealPage: number).end > shortest * 4096
      {
        numbers.insert(number)
      }
    }
    for number in numbers.sorted() where number < shape.sealPages {
      try clearHoles(file, shape.group(ofSealPage: number))
    }
  }

  private func clearHoles(_ file: FileHandle, _ group: BlockGroup) throws(VaultError) {
    let first = group.offset / UInt64(ObjectLayout.pageSize)
    let page = unsafe workspace.other.part(0, ObjectLayout.pageSize)
    try unsafe read(first, of: file, into: page)
    for number in 0..<group.count {
      let seal = unsafe UnsafeRawBufferPointer(
        rebasing: page[number * ObjectLayout.sealLength..<(number + 1) * ObjectLayout.sealLength])
      if unsafe seal.allSatisfy({ $0 == 0 }) { try clear(first + 1 + UInt64(number), of: file) }
    }
  }

  private func headSeals(_ file: FileHandle, _ id: ObjectID) throws(VaultError) -> [UInt8] {
    let page = unsafe workspace.group.pages(0, 1)
    workspace.fileRead = nil
    try unsafe read(0, of: file, into: page)
    do throws(VaultFormatError) {
      return try unsafe workspace.keys.openHead(UnsafeRawBufferPointer(page)).firstSeals
    } catch {
      throw VaultError(error, file.path)
    }
  }

  /// Makes a page zeros, if it is not; a hole stays one.
  private func clear(_ number: UInt64, of file: FileHandle) throws(VaultError) {
    let page = unsafe workspace.group.pages(0, 1)
    workspace.fileRead = nil
    try unsafe read(number, of: file, into: page)
    guard unsafe !page.allSatisfy({ $0 == 0 }) else { return }
    unsafe page.initializeMemory(as: UInt8.self, repeating: 0)
    let offset = number * UInt64(ObjectLayout.pageSize)
    try unsafe file.write(at: offset, UnsafeRawBufferPointer(page))
  }

  private func read(
    _ number: UInt64, of file: FileHandle, into page: UnsafeMutableRawBufferPointer
  ) throws(VaultError) {
    let offset = number * UInt64(ObjectLayout.pageSize)
    guard try unsafe file.read(at: offset, into: page) == page.count else {
      throw VaultError(.damaged, file.path, "has become shorter while it was written")
    }
  }

  // MARK: - What there was nothing of

  /// Checks all contents of the files that were made from the log alone: a page that is not in it either is
  /// found here.
  func checkMade() throws(VaultError) -> [VaultFinding] {
    var findings: [VaultFinding] = []
    for id in made {
      try monitor.check(vault.path)
      let name = try madeName(id)
      do throws(ObjectFault) {
        let opened = try workspace.openObject(in: folders.new, name)
        try workspace.readBlocks(of: opened, into: CheckingSink())
      } catch {
        let path = table.rows(of: id).first.map { table.path($0) }
        findings.append(
          try error.finding(path: path, file: "\(VaultNames.new.text)/\(name.text)"))
      }
    }
    return findings
  }
}
