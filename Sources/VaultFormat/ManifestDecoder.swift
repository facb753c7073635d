/// Reads a manifest's contents as they come, in pieces of any length.
///
/// What is held is the piece that was pushed last and one entry.
public struct ManifestDecoder: Sendable {
  /// The header, once its bytes were pushed and `next` was asked.
  public private(set) var header: ManifestHeader?
  /// The number of entries that were given.
  public private(set) var entries: UInt64 = 0
  private var pending: [UInt8] = []
  private var used = 0
  /// Where `pending` begins in the manifest's contents.
  private var offset = 0

  /// Begins without a byte.
  public init() {}

  /// Takes the next piece.
  public mutating func push(_ bytes: UnsafeRawBufferPointer) {
    pending.removeFirst(used)
    offset += used
    used = 0
    unsafe pending.append(contentsOf: bytes)
  }

  /// The next entry; nil where more bytes are needed or the last was given.
  /// - Throws: `damaged`, or `newer` where version or kind are not known.
  public mutating func next() throws(VaultFormatError) -> ManifestEntry? {
    guard let header = try readHeader(), pending.count > used else { return nil }
    guard entries < header.entries else {
      throw ManifestHeader.damaged(offset + used, "bytes after the last entry")
    }
    let left = pending.count - used
    guard left >= 2 else { return nil }
    let length = Int(pending[used]) | Int(pending[used + 1]) << 8
    guard length >= ManifestEntry.fixedLength, length <= ManifestEntry.longest else {
      throw ManifestHeader.damaged(offset + used, "an entry of \(length) bytes")
    }
    guard left >= length else { return nil }
    let entry = try ManifestEntry(
      parsing: Array(pending[used..<used + length]), at: offset + used)
    try entry.check(isFirst: entries == 0, at: offset + used)
    used += length
    entries += 1
    return entry
  }

  /// Ends.
  /// - Returns: The header.
  /// - Throws: `damaged` where the manifest is not whole or goes on.
  public func finish() throws(VaultFormatError) -> ManifestHeader {
    guard let header, entries == header.entries, used == pending.count else {
      throw ManifestHeader.damaged(offset + used, "ends in the midst, or goes on after the end")
    }
    return header
  }

  private mutating func readHeader() throws(VaultFormatError) -> ManifestHeader? {
    if let header { return header }
    guard pending.count >= ManifestHeader.count else { return nil }
    let read = try ManifestHeader(parsing: Array(pending[..<ManifestHeader.count]))
    used = ManifestHeader.count
    header = read
    return read
  }
}
