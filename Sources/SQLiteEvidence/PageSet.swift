/// A set of page numbers at a bit a page, in pieces that are made when needed: a damaged link to page
/// four thousand million costs no more than one to page four.
struct PageSet {
  private static let pieceBits = 32768
  private var pieces: [UInt32: [UInt64]] = [:]

  var isEmpty: Bool { pieces.isEmpty }

  /// Adds `page`.
  /// - Returns: whether it was not yet in the set.
  mutating func insert(_ page: UInt32) -> Bool {
    let bit = Int(page % UInt32(Self.pieceBits))
    let mask = UInt64(1) << UInt64(bit % 64)
    return modify(piece: page / UInt32(Self.pieceBits)) { words in
      let isNew = words[bit / 64] & mask == 0
      words[bit / 64] |= mask
      return isNew
    }
  }

  mutating func removeAll() {
    pieces.removeAll()
  }

  private mutating func modify(piece: UInt32, _ change: (inout [UInt64]) -> Bool) -> Bool {
    change(&pieces[piece, default: [UInt64](repeating: 0, count: Self.pieceBits / 64)])
  }
}
