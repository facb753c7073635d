internal import ByteReading

/// A page of a tree, held in a buffer that is used again for the next (file format section 1.6,
/// "B-tree Pages").
final class TreePage {
  private(set) var bytes: [UInt8]
  private(set) var number: UInt32 = 0
  private(set) var isLeaf = false
  private(set) var cellCount = 0
  /// The next step of a walk over this page.
  var position = 0

  private var pointers = 0
  let usableSize: Int

  init(_ snapshot: DatabaseSnapshot) {
    bytes = [UInt8](repeating: 0, count: snapshot.pageSize)
    usableSize = snapshot.usableSize
  }

  /// Reads page `page` of a table tree, or of an index tree; nothing is read if it is held already.
  /// - Throws: `ReadingError`; then no page is held.
  func load(_ page: UInt32, of snapshot: DatabaseSnapshot, isIndex: Bool) throws(ReadingError) {
    position = 0
    if number == page, page > 0 { return }
    number = 0
    try unsafe bytes.withRawBytes { buffer throws(ReadingError) in
      try unsafe snapshot.readPage(page, into: buffer)
    }
    let start = page == 1 ? DatabaseHeader.byteCount : 0
    let kind = bytes[start]
    isLeaf = kind & 8 != 0
    guard kind == (isIndex ? 2 : 5) || kind == (isIndex ? 10 : 13) else {
      throw ReadingError(
        .malformed, at: snapshot.location(ofPage: page).offset, "page \(page) is of kind \(kind)")
    }
    cellCount = bytes.stored16(start + 3)
    pointers = start + (isLeaf ? 8 : 12)
    let room = (usableSize - pointers) / 2
    if cellCount > room {
      throw ReadingError(
        .malformed, at: snapshot.location(ofPage: page).offset,
        "page \(page) claims \(cellCount) cells and has room for \(room) pointers")
    }
    number = page
  }

  /// Where cell `index` begins, nil where its pointer leads out of the page's content.
  func cellStart(_ index: Int) -> Int? {
    let start = bytes.stored16(pointers + 2 * index)
    return start >= pointers + 2 * cellCount && start + 4 <= usableSize ? start : nil
  }

  /// The page left of cell `index` of an inner page, or behind the last cell.
  func child(_ index: Int) -> UInt32? {
    if index >= cellCount { return bytes.stored32(pointers - 4) }
    return cellStart(index).map { bytes.stored32($0) }
  }

  /// The row number of cell `index` of a table tree.
  func key(_ index: Int) -> Int64? {
    guard var at = cellStart(index) else { return nil }
    if isLeaf {
      guard bytes.storedVarint(&at, before: usableSize) != nil else { return nil }
    } else {
      at += 4
    }
    return bytes.storedVarint(&at, before: usableSize).map { Int64(bitPattern: $0) }
  }
}

/// Where a row's bytes are.
struct CellPayload {
  /// Where in the page the row's own part begins, and how many bytes it has there.
  var start = 0
  var local = 0
  /// All bytes of the row.
  var total = 0
  /// The first page of the chain with the rest, 0 for none.
  var overflow: UInt32 = 0

  init() {}

  /// Reads the cell that begins at `start`; `rowID` is set for a cell of a table tree.
  /// - Returns: nil where the cell runs out of its page or claims what cannot be.
  init?(
    _ page: TreePage, at start: Int, isIndex: Bool, pageCount: Int, rowID: inout Int64
  ) {
    let usable = page.usableSize
    var at = start
    if isIndex, !page.isLeaf { at += 4 }
    guard let size = page.bytes.storedVarint(&at, before: usable), size <= UInt64(Int32.max) else {
      return nil
    }
    if !isIndex {
      guard let key = page.bytes.storedVarint(&at, before: usable) else { return nil }
      rowID = Int64(bitPattern: key)
    }
    total = Int(size)
    self.start = at
    // Section 1.6: the most and the least of a payload that stay in the page.
    let most = isIndex ? (usable - 12) * 64 / 255 - 23 : usable - 35
    if total <= most {
      local = total
    } else {
      let least = (usable - 12) * 32 / 255 - 23
      let fitting = least + (total - least) % (usable - 4)
      local = fitting <= most ? fitting : least
    }
    guard at + local <= usable else { return nil }
    if local < total {
      guard at + local + 4 <= usable else { return nil }
      overflow = page.bytes.stored32(at + local)
      let pages = (total - local) / (usable - 4)
      guard pages <= pageCount else { return nil }
    }
  }
}
