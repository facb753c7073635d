internal import VaultFormat

/// The names of objects that have several, as a manifest lists them.
///
/// A vault that was copied by a program that knows nothing of hard links has a copy of the object for
/// each name; only the manifest still says that they are one file.
struct SealedLinks {
  private struct Name: Hashable {
    let folder: ObjectID
    let bytes: [UInt8]
  }

  private var objects: [Name: ObjectID] = [:]

  /// None.
  init() {}

  /// Reads the newest manifest of a vault; none where it cannot be read, which is found elsewhere.
  /// - Throws: `VaultError` where there is no memory for it.
  init(of vault: OpenedVault, _ records: SealRecords) throws(VaultError) {
    let sealing = VaultSealing(
      vault: vault.folder, header: vault.header, store: vault.store, records: records)
    guard
      let table = try? sealing.newestManifest(try ObjectWorkspace(vault.header.keys))?.table
    else { return }
    for (number, row) in table.rows.enumerated()
    where row.kind != .folder && table.rows(of: row.id).count > 1 {
      let number = UInt32(number)
      let name = Name(folder: table.folderID(number), bytes: Array(table.name(number)))
      objects[name] = row.id
    }
  }

  /// The object that a name in a folder is one of several of; nil for all others.
  subscript(folder: ObjectID, name: FileName) -> ObjectID? {
    if objects.isEmpty { return nil }
    return objects[Name(folder: folder, bytes: Array(name.bytes))]
  }
}
