/// The way to one name of an object, in the tree and in the store.
struct RestoreSteps: Sendable {
  /// The folders of the tree on the way, the tree itself left out, and the object's name on disk.
  var disk: [FileName]
  /// The folders of the store on the way, the store itself left out, and the name.
  var plain: [FileName]
}
