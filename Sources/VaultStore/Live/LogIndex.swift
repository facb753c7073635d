internal import Secrets
internal import SystemPackage
internal import VaultFormat

/// A name in a folder, as it stands on the disk.
struct LogKey: Hashable {
  /// The folder's object id.
  let folder: ObjectID
  /// The name of the object in it.
  let disk: FileName
}

/// What a log says of one name.
struct LogName {
  /// The name, decrypted.
  let name: [UInt8]
  /// The name on disk, with the rest that it may need.
  let disk: TreeName
  /// The object that the newest manifest has there.
  var sealed: ObjectID?
  /// The objects that have had the name since.
  var occupants: Set<ObjectID> = []
  /// The object that has it at the end, where it was changed at all.
  var last: ObjectID?
  /// Whether anything was changed.
  var isChanged = false

  /// Makes a name of which nothing was said yet.
  init(_ name: [UInt8], _ disk: TreeName) {
    self.name = name
    self.disk = disk
  }
}

/// What a log says of one object.
struct LogObject {
  /// Its newest head in the log; nil where only names of it were changed.
  var head: LogHead?
  /// Whether the newest manifest knows it.
  let isSealed: Bool
  /// The names that it was given, in this order.
  var names: [LogKey] = []
  /// The number of pages that its file had where a head says so and no later one says less, by the number
  /// of the record, both ascending.
  private(set) var limits: [(record: UInt64, pages: UInt64)] = []
  /// The most pages that its file had so far.
  private var most: UInt64
  /// The fewest pages that it had after it had had more; nil where it never became shorter.
  private(set) var shortest: UInt64?
  /// Whether pages of it are in the log.
  var hasPages = false

  /// Begins, with the number of pages that the manifest's entry means.
  init(isSealed: Bool, pages: UInt64) {
    self.isSealed = isSealed
    most = pages
  }

  /// Takes a head that a record has.
  mutating func take(_ head: LogHead, record: UInt64) {
    self.head = head
    while let last = limits.last, last.pages >= head.pages { limits.removeLast() }
    limits.append((record, head.pages))
    if head.pages < most { shortest = min(shortest ?? .max, head.pages) }
    most = max(most, head.pages)
  }

  /// Whether a page of a record is beyond where a later head says that the file ends.
  func isCut(_ page: UInt64, record: UInt64) -> Bool {
    var (low, high) = (0, limits.count)
    while low < high {
      let middle = (low + high) / 2
      if limits[middle].record < record { low = middle + 1 } else { high = middle }
    }
    return low < limits.count && page >= limits[low].pages
  }
}

/// What is to be remembered of a head in the log.
struct LogHead {
  let kind: ObjectKind
  let layout: ContentsLayout
  let epoch: UInt32
  let generation: UInt64
  let size: UInt64
  let root: Digest
  let attributesID: ObjectID
  /// The digest of its page.
  let digest: Digest
  /// The number of pages of the object's file.
  let pages: UInt64
  /// Where its page stands in the log.
  let place: UInt64

  /// The length of the object's file in bytes.
  var fileLength: UInt64 { pages * UInt64(ObjectLayout.pageSize) }
}

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
