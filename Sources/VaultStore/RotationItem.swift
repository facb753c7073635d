internal import Secrets
internal import VaultFormat

/// One object of the old tree on its way into the new one.
///
/// `@unchecked Sendable`: one worker at a time has it.
final class RotationItem: @unchecked Sendable {
  /// What there is to do.
  enum Act {
    /// Write it anew.
    case write
    /// Give the object, which has been written under another name, this one too.
    case link
    /// Only remove the old one.
    case remove
  }

  /// The old object's folder and name.
  let old: (folder: FolderHandle, name: FileName)
  /// The new one's, and that folder's path below the vault's.
  let new: (folder: FolderHandle, file: String, name: TreeName)
  let id: ObjectID
  let act: Act
  /// The digest that the manifest has of the old head.
  let digest: Digest
  /// Whether it is the head of a folder, which stays in the old tree to the end.
  let isFolder: Bool

  var attributes: [UInt8] = []
  var written: (object: WrittenObject, attributes: WrittenObject?)?
  /// Bytes of contents.
  let size: UInt64

  init(
    old: (folder: FolderHandle, name: FileName),
    new: (folder: FolderHandle, file: String, name: TreeName), _ row: ManifestTable.Row, _ act: Act
  ) {
    self.old = old
    self.new = new
    id = row.id
    digest = row.head
    size = row.size
    isFolder = row.kind == .folder
    self.act = act
  }
}
