internal import ByteReading

/// A place in a table's tree and the row there.
///
/// What is damaged is noted and passed over: the walk goes on with the next row or page.
final class TableCursor {
  /// SQLite itself descends 20 levels at most; a damaged tree may be followed a little further.
  private static let deepest = 40
  private static let mostFindings = 1000
  /// SQLite reads no record header above this (the header of 32,767 columns).
  private static let longestHeader = 98_307

  let snapshot: DatabaseSnapshot
  let table: TableSchema
  /// How each column is stored, without anything counted by reference: readers on other threads
  /// share the table's description, and its counters would go to and fro between them.
  let fields: [StoredField]
  private let isIndex: Bool
  private let pageCount: Int
  private let lastField: Int
  private let roots: [UInt32]
  private var nextRoot = 0
  private var levels: [TreePage] = []
  private var depth = 0
  private var visited = PageSet()
  private(set) var damage: [DatabaseFinding]

  private(set) var page: TreePage
  private(set) var payload = CellPayload()
  private(set) var rowID: Int64 = 0
  private(set) var record = StoredRecord()
  private var chain: OverflowReader
  private var sources: [ValueSource] = []

  init(_ snapshot: DatabaseSnapshot, _ table: TableSchema, columns: [Int]?, shard: TableShard?) {
    self.snapshot = snapshot
    self.table = table
    isIndex = table.isWithoutRowID
    pageCount = Int(snapshot.lastPage)
    fields = table.columns.map {
      StoredField(
        field: $0.field, isRowID: $0.isRowIDAlias, isReal: $0.affinity == .real)
    }
    lastField =
      columns?.reduce(-1) {
        max($0, table.columns.indices.contains($1) ? table.columns[$1].field : $1)
      } ?? .max - 1
    roots = shard?.pages ?? (table.rootPage > 0 ? [table.rootPage] : [])
    damage = shard?.damage ?? []
    page = TreePage(snapshot)
    chain = OverflowReader(snapshot)
  }

  /// Goes to the next row.
  func next() -> Bool {
    while true {
      guard depth > 0 else {
        guard nextRoot < roots.count else { return false }
        nextRoot += 1
        descend(to: roots[nextRoot - 1])
        continue
      }
      let level = levels[depth - 1]
      let step = level.position
      level.position += 1
      if level.isLeaf {
        if step >= level.cellCount {
          depth -= 1
        } else if take(level, cell: step) {
          return true
        }
      } else if step > (isIndex ? 2 * level.cellCount : level.cellCount) {
        depth -= 1
      } else if isIndex, step % 2 == 1 {
        if take(level, cell: step / 2) { return true }
      } else if let child = level.child(isIndex ? step / 2 : step) {
        descend(to: child)
      } else {
        note(.damagedPage, level.number, 0, "a cell's pointer leads out of page \(level.number)")
      }
    }
  }

  /// Goes to the row numbered `key`; where there is none, `next` goes to the first row behind it.
  func seek(_ key: Int64) -> Bool {
    guard !isIndex, table.rootPage > 0 else { return false }
    if !visited.isEmpty { visited.removeAll() }
    depth = 0
    nextRoot = roots.count
    var number = table.rootPage
    while depth < Self.deepest {
      guard let level = load(number) else { return false }
      var low = 0
      var high = level.cellCount
      while low < high {
        let middle = (low + high) / 2
        if level.key(middle) ?? .min < key { low = middle + 1 } else { high = middle }
      }
      level.position = low
      if level.isLeaf {
        guard low < level.cellCount, level.key(low) == key else { return false }
        level.position = low + 1
        return take(level, cell: low)
      }
      level.position = low + 1
      guard let child = level.child(low) else { return false }
      number = child
    }
    return false
  }

  private func descend(to number: UInt32) {
    guard depth < Self.deepest else {
      note(.damagedPage, number, 0, "page \(number) is deeper in its tree than any can be")
      return
    }
    guard snapshot.isContent(number) else {
      note(
        .damagedPage, depth > 0 ? levels[depth - 1].number : table.rootPage, 0,
        "a link leads to page \(number), which is none")
      return
    }
    guard visited.insert(number) else {
      note(.linkedTwice, number, 0, "a second link leads to page \(number)")
      return
    }
    _ = load(number)
  }

  /// Reads page `number` as the next level down.
  private func load(_ number: UInt32) -> TreePage? {
    if depth == levels.count { levels.append(TreePage(snapshot)) }
    let level = levels[depth]
    do throws(ReadingError) {
      try level.load(number, of: snapshot, isIndex: isIndex)
    } catch {
      note(.damagedPage, number, 0, error.text)
      return nil
    }
    depth += 1
    return level
  }

  /// Makes the row of a cell the current one.
  private func take(_ level: TreePage, cell: Int) -> Bool {
    guard let start = level.cellStart(cell) else {
      note(.damagedRecord, level.number, 0, "the pointer of cell \(cell) leads out of its page")
      return false
    }
    var key: Int64 = 0
    guard
      let payload = CellPayload(
        level, at: start, isIndex: isIndex, pageCount: pageCount, rowID: &key)
    else {
      note(.damagedRecord, level.number, start, "cell \(cell) does not fit its page")
      return false
    }
    page = level
    self.payload = payload
    rowID = key
    if payload.local < payload.total {
      chain.begin(payload.overflow, length: payload.total - payload.local)
    }
    guard readRecord() else {
      note(.damagedRecord, level.number, start, "cell \(cell) holds no record")
      return false
    }
    if record.isCut {
      note(.damagedRecord, level.number, start, "the record of cell \(cell) is cut off")
    } else if record.hasReservedType {
      note(.damagedRecord, level.number, start, "cell \(cell) has a field of a reserved type")
    }
    return true
  }

  private func readRecord() -> Bool {
    let start = payload.start
    let end = start + payload.local
    var at = start
    if payload.local < payload.total,
      let size = page.bytes.storedVarint(&at, before: end), size > UInt64(payload.local)
    {
      guard size <= UInt64(min(payload.total, Self.longestHeader)) else { return false }
      let header = bytes(at: 0, count: Int(size))
      return record.read(header, at: 0, before: header.count, total: payload.total, last: lastField)
    }
    return record.read(page.bytes, at: start, before: end, total: payload.total, last: lastField)
  }

  /// Copies bytes of the row; fewer than `count` where its chain is broken, which is noted.
  func bytes(at offset: Int, count: Int) -> [UInt8] {
    let from = payload.start + offset
    let here = max(0, min(count, payload.local - offset))
    if count <= 0 { return [] }
    if here == count { return Array(page.bytes[from..<(from + count)]) }
    var failure: ReadingError?
    let result = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      let raw = UnsafeMutableRawBufferPointer(buffer)
      if here > 0 {
        unsafe page.bytes.withUnsafeBytes {
          unsafe raw.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[from..<(from + here)]))
        }
      }
      filled = here
      do throws(ReadingError) {
        while filled < count {
          let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: raw[filled..<count])
          let read = try unsafe chain.read(at: offset + filled - payload.local, into: rest)
          if read == 0 { break }
          filled += read
        }
      } catch {
        failure = error
      }
    }
    if let failure { note(.damagedOverflow, chain.page, 0, failure.text) }
    return result
  }

  /// A source of a field's bytes: one that nobody else holds any more, or a new one.
  func source() -> ValueSource {
    for index in sources.indices where isKnownUniquelyReferenced(&sources[index]) {
      return sources[index]
    }
    let source = ValueSource(snapshot)
    if sources.count == 4 { sources.removeFirst() }
    sources.append(source)
    return source
  }

  /// Lists a finding at byte `within` of page `number`, or of the current page.
  func note(
    _ code: DatabaseFinding.Code, _ number: UInt32?, _ within: Int, _ text: String
  ) {
    guard damage.count < Self.mostFindings else { return }
    let number = number ?? page.number
    let place = snapshot.location(ofPage: number)
    let isLast = damage.count == Self.mostFindings - 1
    damage.append(
      DatabaseFinding(
        isLast ? .moreDamage : code, place.path, at: place.offset &+ UInt64(within), page: number,
        isLast ? "there is more damage than is listed" : text))
  }
}
