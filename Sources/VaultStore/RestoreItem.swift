internal import SystemPackage
internal import VaultFormat

/// One object of the vault on its way back into the store, under all its names.
///
/// `@unchecked Sendable`: one worker at a time has it.
final class RestoreItem: @unchecked Sendable {
  /// One of its names, in the tree and in the store.
  struct Place: Sendable {
    let sealed: FolderHandle
    let disk: FileName
    let folder: PlainFolder
    let name: FileName

    /// The path in the store, for people.
    var path: FilePath { folder.handle.path.appending(name) }
  }

  let places: [Place]
  let head: ObjectHead

  /// Why the object cannot be restored; it stays in the vault then.
  var damage: String?
  /// What of owner and attributes is not allowed to be set.
  var refusals: [PlainMetadata.Refusal] = []
  /// Whether it stays in the vault because of them.
  var isWithheld = false

  init(_ places: [Place], _ head: ObjectHead) {
    self.places = places
    self.head = head
  }

  var path: FilePath { places[0].path }

  var isGoing: Bool { damage == nil && !isWithheld }

  /// The name of the plaintext while it is not in its place.
  var newName: FileName? { FileName(head.id.hex) }
}
