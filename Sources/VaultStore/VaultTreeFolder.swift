internal import VaultFormat

/// A folder of the vault's tree that a walk has entered.
final class VaultTreeFolder: Sendable {
  /// The folder of the tree.
  let handle: FolderHandle
  /// Its object id, on which the names in it depend.
  let id: ObjectID
  /// Its path inside the store; empty for the store's own folder.
  let path: [UInt8]
  /// Its path below the vault's folder.
  let file: String

  init(_ handle: FolderHandle, id: ObjectID, path: [UInt8], file: String) {
    self.handle = handle
    self.id = id
    self.path = path
    self.file = file
  }

  /// The path inside the store of an entry with a name.
  func path(of name: [UInt8]) -> [UInt8] {
    path.isEmpty ? name : path + [UInt8(ascii: "/")] + name
  }
}

/// Where the tree has something: a name in a folder.
struct VaultTreePlace: Sendable {
  /// The id of the folder it is in; `none` for the root folder.
  let folderID: ObjectID
  /// The name, decrypted; nil where it is not one of this folder, empty for the root folder.
  let name: [UInt8]?
  /// The path inside the store, where the name is known.
  let path: [UInt8]?
  /// The folder's object, or the folder that has its head inside, as a path below the vault's folder.
  let file: String
  /// Why the name could not be decrypted.
  var nameFault: String?
  /// Why the rest of the name could not be read, where that is the reason.
  var restError: VaultError?
}

/// What a walk of the tree comes across.
enum VaultTreeStep: Sendable {
  /// A folder, its head or what is wrong with it. Its contents follow, up to `end`, if it could be
  /// entered.
  case folder(VaultTreePlace, Result<ObjectFile, ObjectFault>, VaultTreeFolder?)
  /// A file or a link, not yet opened, in a folder under a name on disk.
  case object(VaultTreePlace, VaultTreeFolder, FileName)
  /// The end of a folder that was entered.
  case end(VaultTreeFolder)
  /// Something that no tree has.
  case stray(file: String, String)
}
