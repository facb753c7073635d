public import Secrets
public import VaultFormat

/// An object's file, open, its head opened and its length compared with it.
///
/// Of the contents in blocks nothing has been looked at yet.
public final class ObjectFile: Sendable {
  /// The file.
  public let file: FileHandle
  /// The head.
  public let head: ObjectHead
  /// The digest of the head's page.
  public let digest: Digest
  /// The keys of the epoch under which it is sealed.
  let epoch: EpochKeys
  /// What the system said of the file when it was opened.
  let facts: FileFacts
  /// How contents in blocks lie; nil for contents inside.
  let shape: ObjectShape?

  init(
    _ file: FileHandle, _ facts: FileFacts, _ head: ObjectHead, _ digest: Digest,
    _ epoch: EpochKeys, _ shape: ObjectShape?
  ) {
    self.file = file
    self.facts = facts
    self.head = head
    self.digest = digest
    self.epoch = epoch
    self.shape = shape
  }
}
