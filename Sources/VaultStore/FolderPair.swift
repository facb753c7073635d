internal import VaultFormat

/// A folder of the store and the folder of the vault's tree that stands for it.
final class FolderPair: Sendable {
  /// The folder of the store.
  let plain: PlainFolder
  /// The folder of the tree, its head inside.
  let sealed: FolderHandle
  /// The folder's object id, on which the names in it depend.
  let id: ObjectID

  init(_ plain: PlainFolder, _ sealed: FolderHandle, _ id: ObjectID) {
    self.plain = plain
    self.sealed = sealed
    self.id = id
  }

  /// The name that an entry has in the tree.
  func diskName(of name: FileName, _ cipher: NameCipher) throws(VaultError) -> TreeName {
    do throws(VaultFormatError) {
      return try TreeName(try cipher.encode(name: Array(name.bytes), in: id))
    } catch {
      throw VaultError(error, plain.handle.path.appending(name))
    }
  }
}

/// A name in the vault's tree, ready for the system.
struct TreeName: Sendable {
  /// The object's name.
  let object: FileName
  /// The name and the contents of the file with the rest of the name, where it needs one.
  let rest: (name: FileName, bytes: [UInt8])?

  /// A name that the format itself gives.
  init(object: FileName) {
    self.object = object
    rest = nil
  }

  /// - Throws: `damaged`, which no name that was encoded gives.
  init(_ disk: DiskName) throws(VaultFormatError) {
    let damaged = VaultFormatError(.damaged, "name", "is none on disk")
    guard let object = FileName(disk.name) else { throw damaged }
    self.object = object
    switch disk {
    case .direct: rest = nil
    case .long(_, let bytes):
      guard let name = disk.restName.flatMap({ FileName($0) }) else { throw damaged }
      rest = (name, bytes)
    }
  }
}
