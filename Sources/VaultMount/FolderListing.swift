internal import SystemPackage
internal import VaultStore

/// A folder, open: its entries as they were when reading it began.
///
/// The kernel goes on where it left off by a position, which may come from another handle's listing, because it
/// keeps listings. So a position is made from the name alone, and entries are in the order of positions.
final class FolderListing {
  /// An entry and its position.
  struct Entry {
    var position: UInt64
    var entry: FolderEntry
  }

  let folder: LiveNode
  private var entries: [Entry]?

  /// Positions of "." and "..".
  static let own: UInt64 = 1
  static let parent: UInt64 = 2

  init(_ folder: LiveNode) {
    self.folder = folder
  }

  /// The entries behind a position.
  ///
  /// At the beginning the folder is looked at again, as rewinddir(3) wants it.
  func entries(behind position: UInt64, _ vault: LiveVault) throws(Errno) -> ArraySlice<Entry> {
    let listed: [Entry]
    if position > 0, let entries {
      listed = entries
    } else {
      listed = try vault.entries(of: folder)
        .map { Entry(position: Self.position(of: $0.name), entry: $0) }
        .sorted { $0.position < $1.position }
      entries = listed
    }
    return listed[Self.count(upTo: position, listed)...]
  }

  /// How many entries are not behind a position.
  private static func count(upTo position: UInt64, _ entries: [Entry]) -> Int {
    var low = 0
    var high = entries.count
    while low < high {
      let middle = low + (high - low) / 2
      if entries[middle].position <= position { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// A number of 63 bits from a name, the same while this process lives.
  private static func position(of name: [UInt8]) -> UInt64 {
    var hasher = Hasher()
    hasher.combine(name)
    return max(UInt64(bitPattern: Int64(hasher.finalize())) >> 1, parent + 1)
  }
}
