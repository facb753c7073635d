import VaultFormat

extension JournalAct {
  /// The act in documents and messages.
  var word: String {
    switch self {
    case .locking: "locking"
    case .restoring: "restoring"
    case .rotating: "rotating"
    }
  }
}
