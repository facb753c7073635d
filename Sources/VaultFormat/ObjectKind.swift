/// What an object is.
public enum ObjectKind: UInt8, Sendable {
  /// A file of the store.
  case file = 1
  /// A folder of the store.
  case folder = 2
  /// A symbolic link of the store; its contents are its target.
  case link = 3
  /// A set of extended attributes too long for the head of what has them.
  case attributes = 4
  /// A manifest.
  case manifest = 5

  /// Whether it stands for something in the store, with owner, mode and times.
  public var isOfTheStore: Bool {
    switch self {
    case .file, .folder, .link: true
    case .attributes, .manifest: false
    }
  }
}

/// Where an object's contents are.
public enum ContentsLayout: UInt8, Sendable {
  /// In the head.
  case inside = 0
  /// In blocks after the head.
  case blocks = 1
}
