internal import Synchronization
internal import SystemPackage
internal import VaultFormat

/// What every step of an act in place works with.
struct ActTools: Sendable {
  /// The vault's folders.
  let folders: ActFolders
  /// One for each worker.
  let workspaces: [ObjectWorkspace]
  /// Names in the tree.
  let cipher: NameCipher
  /// Who is told how far the act is.
  let monitor: ActMonitor

  /// Makes the tools.
  init(
    _ folders: ActFolders, _ volume: VolumeKeys, _ epoch: EpochKeys, _ monitor: ActMonitor
  ) throws(VaultError) {
    self.folders = folders
    self.monitor = monitor
    cipher = NameCipher(epoch)
    workspaces = try ObjectWorkspace.forWorkers(volume)
    let path = folders.vault.path
    for workspace in workspaces {
      workspace.progress = { (bytes) throws(VaultError) in
        monitor.passed(bytes)
        try monitor.check(path)
      }
    }
  }

  /// Waits until everything that was written so far is on the medium.
  func sync() throws(VaultError) {
    try monitor.check(folders.vault.path)
    try folders.vault.syncFileSystem()
    try monitor.check(folders.vault.path)
  }

  /// Calls `body` with each element, as many at a time as there are workers; a single one has them all.
  func forEach<Element: Sendable>(
    _ elements: [Element],
    _ body:
      @escaping @Sendable (Element, ObjectWorkspace, [ObjectWorkspace]) throws(VaultError) -> Void
  ) throws(VaultError) {
    let crew = workspaces
    if elements.count == 1 { return try body(elements[0], crew[0], Array(crew.dropFirst())) }
    let next = Atomic(0)
    try Workers.run(min(crew.count, elements.count)) { (worker, workers) throws(VaultError) in
      while !workers.isStopped {
        let place = next.add(1, ordering: .relaxed).oldValue
        guard place < elements.count else { return }
        try body(elements[place], crew[worker], [])
      }
    }
  }

  // MARK: - Objects that are not yet in their place

  /// Writes an object into `folder`, its attributes beside where they do not fit into the head.
  ///
  /// Nothing is synced.
  func write(
    _ head: ObjectHead, attributes: [UInt8], _ source: ObjectSource, in folder: FolderHandle,
    as name: FileName, _ workspace: ObjectWorkspace, with others: [ObjectWorkspace] = []
  ) throws(VaultError) -> (object: WrittenObject, attributes: WrittenObject?) {
    var head = head
    var written: WrittenObject?
    let isInside = ObjectLayout.layout(size: head.size, attributes: attributes.count) == .inside
    if isInside || attributes.count <= ObjectLayout.attributesLimit {
      head.attributes = attributes
    } else {
      var own = ObjectHead(.attributes, id: .random(), epoch: head.epoch)
      own.size = UInt64(attributes.count)
      let file = try folders.new.create(try Self.attributesName(own.id, folders.new))
      let object = try workspace.write(own, .bytes(attributes), to: file)
      head.attributesID = own.id
      head.attributesDigest = object.digest
      written = object
    }
    let file = try folder.create(name)
    return (try workspace.write(head, source, to: file, with: others), written)
  }

  /// Reads an object back from the medium and compares its head with what was sealed.
  /// - Throws: `VaultError` with `ioError` where the medium did not keep it.
  func readBack(
    _ written: WrittenObject, in folder: FolderHandle, as name: FileName,
    _ workspace: ObjectWorkspace
  ) throws(VaultError) -> ObjectFile {
    let file = try folder.file(name)
    file.dropPages()
    let object: ObjectFile
    do {
      object = try workspace.open(file)
    } catch  where error.code == .damaged {
      throw Self.notKept(file.path)
    }
    guard object.digest == written.digest, object.head == written.head else {
      throw Self.notKept(file.path)
    }
    return object
  }

  /// Reads an attributes object back from the medium and compares it.
  func readBack(
    attributes written: WrittenObject?, _ attributes: [UInt8], _ workspace: ObjectWorkspace
  ) throws(VaultError) {
    guard let written else { return }
    let name = try Self.attributesName(written.head.id, folders.new)
    let object = try readBack(written, in: folders.new, as: name, workspace)
    guard try workspace.contents(of: object) == attributes else {
      throw Self.notKept(object.file.path)
    }
  }

  /// The extended attributes that an object's head has, inside or in an object of their own.
  /// - Throws: `VaultError`; `damaged` where they are not as they were sealed.
  func attributes(
    of head: ObjectHead, _ workspace: ObjectWorkspace
  ) throws(VaultError) -> [PlainAttributes.Attribute] {
    let bytes = try encodedAttributes(of: head, workspace)
    do throws(VaultFormatError) {
      return try ExtendedAttributes.decode(bytes).map { .init(name: $0.name, value: $0.value) }
    } catch {
      throw VaultError(error, folders.attributes.path)
    }
  }

  /// The extended attributes of a head, as bytes.
  /// - Throws: `VaultError`; `damaged` where they are not as they were sealed.
  func encodedAttributes(
    of head: ObjectHead, _ workspace: ObjectWorkspace
  ) throws(VaultError) -> [UInt8] {
    if head.attributesID == .none { return head.attributes }
    let name = try Self.attributesName(head.attributesID, folders.attributes)
    let path = folders.attributes.path.appending(name)
    guard try folders.attributes.facts(of: name) != nil else {
      throw VaultError(.damaged, path, "its extended attributes are missing")
    }
    let object = try workspace.open(try folders.attributes.file(name))
    guard object.digest == head.attributesDigest else {
      throw VaultError(.damaged, path, "its extended attributes are another object's")
    }
    return try workspace.contents(of: object)
  }

  /// Moves an attributes object to its place.
  func place(attributes written: WrittenObject?) throws(VaultError) {
    guard let written else { return }
    let name = try Self.attributesName(written.head.id, folders.new)
    try folders.new.rename(name, to: folders.attributes, as: name)
  }

  /// Writes the rest of a long name beside the place of its object.
  func place(rest name: TreeName, in folder: FolderHandle) throws(VaultError) {
    guard let rest = name.rest else { return }
    try folders.new.removeIfThere(rest.name)
    try folders.new.create(rest.name).write(at: 0, rest.bytes)
    try folders.new.rename(rest.name, to: folder, as: rest.name)
  }

  /// The name of an attributes object.
  static func attributesName(
    _ id: ObjectID, _ folder: FolderHandle
  ) throws(VaultError) -> FileName {
    guard let name = FileName(id.hex) else {
      throw VaultError(.damaged, folder.path, "an id that is no name")
    }
    return name
  }

  static func notKept(_ path: FilePath) -> VaultError {
    VaultError(
      .system(.ioError), path, "was not read back as it was written",
      hint: "the medium does not keep what is written to it: save what you can")
  }
}
