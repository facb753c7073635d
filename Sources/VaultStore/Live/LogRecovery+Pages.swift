internal import Secrets
internal import SystemPackage
internal import VaultFormat

/// Writing the log's pages to the files of their objects.
extension LogRecovery {
  /// The files of the objects that pages were written to last; an object that was copied has several.
  struct OpenFiles {
    fileprivate var files: [ObjectID: [FileHandle]] = [:]

    /// Descriptors are few.
    static let most = 64
  }

  /// Writes all pages, in order, but those that a later state of their object has no room for.
  func writePages() throws(VaultError) {
    attributes = Set(
      index.objects.compactMap { isWanted($0.key) ? $0.value.head?.attributesID : nil })
    var open = OpenFiles()
    try placeAttributes(attributes)
    try unsafe log.forEach { (record, _, bytes) throws(VaultError) in
      guard case .pages(let first, let count) = record.contents else { return }
      try monitor.check(vault.path)
      let id = record.object
      guard isWanted(id) || attributes.contains(id), let object = index.objects[id] else { return }
      let files = try files(of: id, &open)
      var kept = 0
      while kept < count, !object.isCut(first + UInt64(kept), record: record.number) { kept += 1 }
      guard kept > 0 else { return }
      let size = ObjectLayout.pageSize
      let pages = unsafe UnsafeRawBufferPointer(
        rebasing: bytes[LogRecord.pagesPlace...].prefix(kept * size))
      for file in files { try unsafe file.write(at: first * UInt64(size), pages) }
      report.bytes += UInt64(pages.count)
      note(first..<first + UInt64(kept), of: id, object)
    }
  }

  /// Remembers what is to be looked at again when all is written.
  private func note(_ pages: Range<UInt64>, of id: ObjectID, _ object: LogObject) {
    for page in pages {
      if let number = ObjectLayout.sealPage(atPage: page) {
        sealPages[id, default: []].insert(number)
      }
      if let shortest = object.shortest, page >= shortest {
        rewritten[id, default: []].insert(page)
      }
    }
  }

  /// The files of an object, as many as there are that are not the same.
  func files(of id: ObjectID, _ open: inout OpenFiles) throws(VaultError) -> [FileHandle] {
    if let files = open.files[id] { return files }
    if open.files.count >= OpenFiles.most { open.files = [:] }
    let files = try files(of: id)
    open.files[id] = files
    return files
  }

  /// Opens the files of an object.
  func files(of id: ObjectID) throws(VaultError) -> [FileHandle] {
    let sealed = table.rows(of: id).first.map { table.rows[Int($0)].kind }
    switch index.objects[id]?.head?.kind ?? sealed {
    case .folder:
      guard let folder = try tree.folder(id) else { return [] }
      return [try folder.file(makingIfMissing: VaultNames.folderHead)]
    case .attributes:
      let name = try RecoveredTree.newName(id, folders.attributes)
      return [try folders.attributes.file(makingIfMissing: name)]
    case .file, .link:
      if made.contains(id) { return [try folders.new.file(try madeName(id), writing: true)] }
      var files: [FileHandle] = []
      var known: [FileFacts] = []
      for case .tree(let key) in tree.places[id] ?? [] {
        guard let file = try tree.folder(key.folder)?.file(key.disk, writing: true) else {
          continue
        }
        let facts = try file.facts()
        guard facts.kind == .file else {
          throw VaultError(.damaged, file.path, "is no regular file")
        }
        if known.contains(where: { $0.isSameFile(as: facts) }) { continue }
        files.append(file)
        known.append(facts)
      }
      return files
    case .manifest, nil: return []
    }
  }

  /// Moves objects with attributes to their place that were written and not yet moved there.
  private func placeAttributes(_ used: Set<ObjectID>) throws(VaultError) {
    for id in used where id != .none {
      let name = try RecoveredTree.newName(id, folders.attributes)
      if try folders.attributes.facts(of: name) == nil, try folders.new.facts(of: name) != nil {
        try folders.new.renameWithoutReplacing(name, to: folders.attributes, as: name)
      }
    }
  }
}

extension ObjectLayout {
  /// The number of the seal page that a page of an object's file is; nil where it is none.
  static func sealPage(atPage page: UInt64) -> UInt64? {
    guard page >= 65, (page - 65).isMultiple(of: 103) else { return nil }
    return (page - 65) / 103
  }
}

extension FolderHandle {
  /// Opens a file for writing, made first where there is none.
  fileprivate func file(makingIfMissing name: FileName) throws(VaultError) -> FileHandle {
    guard let facts = try facts(of: name) else { return try create(name) }
    guard facts.kind == .file else {
      throw VaultError(.damaged, path.appending(name), "is no regular file")
    }
    return try file(name, writing: true)
  }
}
