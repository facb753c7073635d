/// Writes a manifest's contents piece by piece.
///
/// What was written and not yet taken is all that is held.
public struct ManifestEncoder: Sendable {
  /// The number of entries that the header announces and that are still to come.
  public private(set) var entriesLeft: UInt64
  private var isFirst = true
  private var pending: [UInt8]

  /// Begins with the header.
  public init(_ header: ManifestHeader) {
    entriesLeft = header.entries
    pending = header.bytes
  }

  /// The number of bytes that can be taken.
  public var pendingCount: Int { pending.count }

  /// Adds the next entry; the root folder comes first, a folder before what it holds.
  /// - Throws: `damaged` where a reader would refuse the entry, or it is one too many.
  public mutating func add(_ entry: ManifestEntry) throws(VaultFormatError) {
    guard entriesLeft > 0 else {
      throw ManifestHeader.damaged(136, "more entries than announced")
    }
    try entry.check(isFirst: isFirst, at: ManifestHeader.count)
    isFirst = false
    entriesLeft -= 1
    entry.write(to: &pending)
  }

  /// Takes the bytes written since they were last taken.
  public mutating func take() -> [UInt8] {
    let bytes = pending
    pending = []
    return bytes
  }
}
