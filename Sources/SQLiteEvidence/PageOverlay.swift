internal import EvidenceFiles

/// Where a log or a journal holds pages that stand in for those of the main file.
///
/// Eight bytes a page, sorted by page: two million pages of a log take 16 MB.
struct PageOverlay: Sendable {
  let file: EvidenceFile
  /// The byte offset of slot 0's page bytes.
  let base: UInt64
  /// Bytes from one slot to the next.
  let stride: UInt64
  /// Page number in the upper half, slot in the lower; one entry a page.
  let entries: [UInt64]

  /// The byte offset of `page` in the file, nil where the overlay does not hold it.
  func offset(of page: UInt32) -> UInt64? {
    let index = firstIndex(from: page)
    guard index < entries.count, entries[index] >> 32 == UInt64(page) else { return nil }
    return base &+ (entries[index] & 0xFFFF_FFFF) &* stride
  }

  /// The lowest page held that is `page` or above.
  func firstPage(from page: UInt32) -> UInt32? {
    let index = firstIndex(from: page)
    return index < entries.count ? UInt32(truncatingIfNeeded: entries[index] >> 32) : nil
  }

  private func firstIndex(from page: UInt32) -> Int {
    let key = UInt64(page) << 32
    var low = 0
    var high = entries.count
    while low < high {
      let middle = (low + high) / 2
      if entries[middle] < key { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

/// Gathers an overlay's entries; of several for one page the highest slot counts, which is the
/// latest.
struct PageOverlayEntries {
  private var entries: [UInt64] = []
  private var compacted = 0
  /// How many entries there are, superseded ones included.
  var count: Int { entries.count }

  mutating func add(_ page: UInt32, slot: UInt32) {
    entries.append(UInt64(page) << 32 | UInt64(slot))
  }

  /// Forgets what was added after there were `count` entries.
  mutating func truncate(to count: Int) {
    entries.removeLast(max(0, entries.count - count))
  }

  /// Drops superseded entries once they may be half of all; call only where nothing will be
  /// truncated.
  mutating func compactIfLarge() {
    guard entries.count > 2 * compacted + 65536 else { return }
    entries = latest(upTo: .max)
    compacted = entries.count
  }

  /// The latest entry of each page up to `lastPage`, by page.
  func latest(upTo lastPage: UInt32) -> [UInt64] {
    var result: [UInt64] = []
    for entry in entries.sorted() where entry >> 32 <= UInt64(lastPage) {
      if let last = result.last, last >> 32 == entry >> 32 {
        result[result.count - 1] = entry
      } else {
        result.append(entry)
      }
    }
    return result
  }
}
