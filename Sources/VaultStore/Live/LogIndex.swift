internal import SystemPackage
internal import VaultFormat

/// All that a log says up to its last promise, without the pages.
///
/// Memory grows with the number of names and objects in it.
struct LogIndex {
  /// The names that the log speaks of.
  private(set) var names: [LogKey: LogName] = [:]
  /// The objects that it speaks of.
  private(set) var objects: [ObjectID: LogObject] = [:]

  private let sealed: ManifestTable
  private let cipher: NameCipher
  let path: FilePath

  /// Begins with nothing.
  init(after sealed: ManifestTable, _ keys: EpochKeys, _ path: FilePath) {
    self.sealed = sealed
    self.path = path
    cipher = NameCipher(keys)
  }

  /// Whether nothing was changed.
  var isEmpty: Bool { names.isEmpty && objects.isEmpty }

  /// Reads a log that follows the manifest.
  /// - Throws: `VaultError`; `damaged` where it says what no writer would.
  mutating func read(_ log: LogReading, _ workspace: ObjectWorkspace) throws(VaultError) {
    try unsafe log.forEach { (record, start, bytes) throws(VaultError) in
      switch record.contents {
      case .promise: break
      case .nameAdded(let folder, let name): try add(record.object, folder, name)
      case .nameRemoved(let folder, let name): try remove(record.object, folder, name)
      case .pages(let first, _):
        var head: LogHead?
        if first == 0 {
          let page = unsafe UnsafeRawBufferPointer(
            rebasing: bytes[LogRecord.pagesPlace...].prefix(ObjectLayout.pageSize))
          let place = start + UInt64(LogRecord.pagesPlace)
          head = try unsafe self.head(page, of: record.object, at: place, log.keys, workspace)
        }
        note(record.object) { object in
          object.hasPages = true
          if let head { object.take(head, record: record.number) }
        }
      }
    }
    for object in objects.values where object.hasPages && object.head == nil {
      throw damaged("has pages of an object and not its head")
    }
    names = names.filter { $0.value.isChanged }
    findSealed()
  }

  /// The error of a log that says what no writer would.
  func damaged(_ text: String) -> VaultError {
    VaultError(.damaged, path, text)
  }

  // MARK: - Records

  private mutating func note(_ id: ObjectID, _ change: (inout LogObject) -> Void) {
    let row = sealed.rows(of: id).first.map { sealed.rows[Int($0)] }
    var pages: UInt64 = 0
    if let row {
      // Contents that would fit inside may be in blocks as well.
      pages = row.kind == .folder ? 1 : ObjectLayout.filePages(size: row.size, layout: .blocks)
    }
    change(&objects[id, default: LogObject(isSealed: row != nil, pages: pages)])
  }

  private mutating func head(
    _ page: UnsafeRawBufferPointer, of id: ObjectID, at place: UInt64, _ keys: EpochKeys,
    _ workspace: ObjectWorkspace
  ) throws(VaultError) -> LogHead {
    do throws(VaultFormatError) {
      try workspace.turn(to: keys, id)
      let head = try unsafe workspace.keys.openHead(page)
      guard head.kind != .manifest,
        ObjectLayout.fileLength(size: head.size, layout: head.layout) != nil
      else { throw VaultFormatError(.damaged, "log", "a head that no object has") }
      let known =
        objects[id]?.head?.kind ?? sealed.rows(of: id).first.map { sealed.rows[Int($0)].kind }
      guard known == nil || known == head.kind else {
        throw VaultFormatError(.damaged, "log", "an object that becomes another kind")
      }
      return LogHead(
        kind: head.kind, layout: head.layout, epoch: head.epoch, generation: head.generation,
        size: head.size, root: head.root, attributesID: head.attributesID,
        digest: unsafe ObjectHead.digest(ofPage: page),
        pages: ObjectLayout.filePages(size: head.size, layout: head.layout), place: place)
    } catch {
      throw VaultError(error, path)
    }
  }

  private mutating func add(
    _ id: ObjectID, _ folder: ObjectID, _ bytes: [UInt8]
  ) throws(VaultError) {
    let key = try change(folder, bytes) { name in
      name.isChanged = true
      name.occupants.insert(id)
      name.last = id
    }
    note(id) { $0.names.append(key) }
  }

  /// Removing the name of an object where another has got it before changes nothing.
  private mutating func remove(
    _ id: ObjectID, _ folder: ObjectID, _ bytes: [UInt8]
  ) throws(VaultError) {
    let rows = sealed.rows(of: id)
    let sealed = sealed
    _ = try change(folder, bytes) { name in
      let isThere =
        name.isChanged
        ? name.last == id
        : rows.contains {
          sealed.folderID($0) == folder && sealed.name($0).elementsEqual(name.name)
        }
      guard isThere else { return }
      name.isChanged = true
      name.last = nil
    }
    note(id) { _ in }
  }

  private mutating func change(
    _ folder: ObjectID, _ bytes: [UInt8], _ change: (inout LogName) -> Void
  ) throws(VaultError) -> LogKey {
    do throws(VaultFormatError) {
      let disk = try TreeName(cipher.diskName(of: bytes))
      let key = LogKey(folder: folder, disk: disk.object)
      if names[key] == nil {
        names[key] = LogName(try cipher.decode(bytes: bytes, in: folder), disk)
      }
      change(&names[key, default: LogName([], disk)])
      return key
    } catch {
      throw VaultError(error, path)
    }
  }

  /// Notes what the manifest has under the names that were changed.
  private mutating func findSealed() {
    var wanted: [ObjectID: [[UInt8]: LogKey]] = [:]
    for (key, name) in names { wanted[key.folder, default: [:]][name.name] = key }
    for number in sealed.rows.indices.dropFirst() {
      let number = UInt32(number)
      guard let key = wanted[sealed.folderID(number)]?[Array(sealed.name(number))] else { continue }
      names[key]?.sealed = sealed.rows[Int(number)].id
    }
  }
}
