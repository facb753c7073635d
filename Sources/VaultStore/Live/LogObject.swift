internal import Secrets
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
