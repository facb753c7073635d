internal import Secrets
internal import VaultFormat

/// The entries of a manifest, held compactly: 88 bytes each, the names, and 4 bytes for finding them.
struct ManifestTable: Sendable {
  /// One name of one object.
  struct Row: Sendable {
    let id: ObjectID
    let head: Digest
    let generation: UInt64
    let size: UInt64
    fileprivate let nameStart: UInt64
    /// The row of the folder it is in; its own for the root folder.
    let folder: UInt32
    let epoch: UInt32
    fileprivate let nameLength: UInt8
    let kind: ObjectKind
  }

  /// All rows, a folder before what it holds, the root folder first.
  private(set) var rows: [Row] = []
  private var names: [UInt8] = []
  /// Row numbers, by object id.
  private var byID: [UInt32] = []
  /// The rows of folders, while rows are being added.
  private var folders: [ObjectID: UInt32] = [:]

  /// Adds the next entry.
  /// - Throws: `damaged` for an entry in a folder that was not named before.
  mutating func add(_ entry: ManifestEntry) throws(VaultFormatError) {
    guard let number = UInt32(exactly: rows.count),
      let length = UInt8(exactly: entry.name.count),
      let folder = rows.isEmpty ? 0 : folders[entry.folder]
    else {
      throw VaultFormatError(.damaged, "manifest", "an entry in a folder that it does not name")
    }
    if entry.kind == .folder { folders[entry.id] = number }
    rows.append(
      Row(
        id: entry.id, head: entry.head, generation: entry.generation, size: entry.size,
        nameStart: UInt64(names.count), folder: folder, epoch: entry.epoch, nameLength: length,
        kind: entry.kind))
    names += entry.name
  }

  /// Makes the rows findable, when all have been added.
  mutating func index() {
    folders = [:]
    let rows = rows
    byID = Array(0..<UInt32(rows.count))
    byID.sort { Self.key(rows[Int($0)].id) < Self.key(rows[Int($1)].id) }
  }

  /// The numbers of the rows of an object: one for each of its names.
  func rows(of id: ObjectID) -> ArraySlice<UInt32> {
    let key = Self.key(id)
    var (low, high) = (0, byID.count)
    while low < high {
      let middle = (low + high) / 2
      if Self.key(rows[Int(byID[middle])].id) < key { low = middle + 1 } else { high = middle }
    }
    return byID[low...].prefix { rows[Int($0)].id == id }
  }

  /// The name of a row.
  func name(_ number: UInt32) -> ArraySlice<UInt8> {
    let row = rows[Int(number)]
    let start = Int(row.nameStart)
    return names[start..<start + Int(row.nameLength)]
  }

  /// The id of the folder that a row is in; `none` for the root folder.
  func folderID(_ number: UInt32) -> ObjectID {
    number == 0 ? .none : rows[Int(rows[Int(number)].folder)].id
  }

  /// The path of a row inside the store.
  func path(_ number: UInt32) -> [UInt8] {
    var parts: [ArraySlice<UInt8>] = []
    var number = number
    // A folder's row is before those of what it holds, so that this ends.
    while number != 0 {
      parts.append(name(number))
      number = rows[Int(number)].folder
    }
    return Array(parts.reversed().joined(separator: [UInt8(ascii: "/")]))
  }

  private static func key(_ id: ObjectID) -> UInt64 {
    unsafe id.withBytes { unsafe $0.loadUnaligned(as: UInt64.self) }
  }
}
