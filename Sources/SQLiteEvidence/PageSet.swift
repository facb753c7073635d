/// A set of page numbers at a bit a page, in pieces that are made when needed: a damaged link to
/// page four thousand million costs no more than one to page four.
struct PageSet {
  private static let pieceBits: UInt32 = 32768
  private static let emptyPiece = [UInt64](repeating: 0, count: Int(pieceBits) / 64)

  /// The piece used last, which neighbouring pages share; the others wait in `pieces`.
  private var current = Self.emptyPiece
  private var currentKey: UInt32 = 0
  private var pieces: [UInt32: [UInt64]] = [:]
  private(set) var isEmpty = true

  /// Adds `page`.
  /// - Returns: whether it was not yet in the set.
  mutating func insert(_ page: UInt32) -> Bool {
    let key = page / Self.pieceBits
    if key != currentKey {
      pieces[currentKey] = current
      current = pieces.removeValue(forKey: key) ?? Self.emptyPiece
      currentKey = key
    }
    isEmpty = false
    let bit = Int(page % Self.pieceBits)
    let mask = UInt64(1) << UInt64(bit % 64)
    let isNew = current[bit / 64] & mask == 0
    current[bit / 64] |= mask
    return isNew
  }

  mutating func removeAll() {
    if isEmpty { return }
    isEmpty = true
    if !pieces.isEmpty { pieces.removeAll() }
    for index in current.indices { current[index] = 0 }
  }
}
