internal import VaultFormat

/// One name that is not on disk as it is in the tree.
struct NameChange {
  let folder: LiveNode
  let name: [UInt8]
  /// What had the name when the last commit began; nil for nothing, or for what is no object.
  let before: LiveNode?
  /// What has it now.
  var now: LiveNode?
}

/// The names that were changed since the last commit began.
///
/// Guarded by the tree lock.
///
/// What was made and removed in between leaves nothing: the journal that a database makes for a transaction
/// never reaches the disk unless somebody syncs it.
struct PendingNames {
  private struct Key: Hashable {
    let folder: ObjectID
    let name: [UInt8]
  }

  private var places: [Key: Int] = [:]
  private var changes: [NameChange] = []

  /// Whether a name that a commit had has been taken away, or given to something else.
  private(set) var isLossy = false

  /// How many names were changed.
  var count: Int { changes.count }

  /// Notes what a name meant and means now.
  mutating func note(
    _ name: [UInt8], in folder: LiveNode, before: LiveNode?, now: LiveNode?
  ) {
    let now = now.flatMap { $0.isFleeting ? nil : $0 }
    let key = Key(folder: folder.id, name: name)
    defer { isLossy = isLossy || changes[places[key] ?? 0].before != nil }
    if let place = places[key] {
      changes[place].now = now
      return
    }
    places[key] = changes.count
    changes.append(
      NameChange(
        folder: folder, name: name, before: before.flatMap { $0.isFleeting ? nil : $0 }, now: now))
  }

  /// Takes what differs, in the order in which it was first changed.
  mutating func take() -> [NameChange] {
    let taken = changes.filter { $0.before !== $0.now }
    changes = []
    places = [:]
    isLossy = false
    return taken
  }
}
