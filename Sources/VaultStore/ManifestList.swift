internal import Secrets
internal import VaultFormat

/// The entries of a manifest to be sealed, encoded as they come.
struct ManifestList: Sendable {
  /// The number of entries.
  private(set) var count: UInt64 = 0
  /// Files and links, and the size of their contents; one with several names counts once a name.
  private(set) var files = FileCount()
  private var encoder: ManifestEncoder

  /// Begins a list.
  init() {
    // How many there will be is known at the end; this header is replaced then.
    encoder = ManifestEncoder(
      ManifestHeader(
        vaultID: .none, counter: 1, previous: .zero, headerGeneration: 1, headerDigest: .zero,
        hostMark: .unknown, sealed: 0, entries: .max))
  }

  /// Adds the next entry; a folder before what it holds.
  mutating func add(_ entry: ManifestEntry) throws(VaultFormatError) {
    try encoder.add(entry)
    count += 1
    if entry.kind != .folder { files.add(entry.size) }
  }

  /// Adds all entries of a manifest.
  mutating func add(_ table: ManifestTable) throws(VaultFormatError) {
    for number in table.rows.indices {
      let number = UInt32(number)
      let row = table.rows[Int(number)]
      try add(
        ManifestEntry(
          kind: row.kind, epoch: row.epoch, folder: table.folderID(number), id: row.id,
          generation: row.generation, size: row.size, head: row.head,
          name: Array(table.name(number))))
    }
  }

  /// The manifest's contents, with its header in front.
  consuming func contents(_ header: ManifestHeader) -> [UInt8] {
    var header = header
    header.entries = count
    var bytes = encoder.take()
    bytes.replaceSubrange(..<ManifestHeader.count, with: header.bytes)
    return bytes
  }
}
