public import EvidenceFiles
public import SystemPackage

/// Where the user asked to look.
public enum LookingPlace: Hashable, Sendable {
  /// This machine: the current user's home and the system's places.
  case machine
  /// One home.
  case home(FilePath)
  /// A mounted image or backup, whose folder stands for `/` and `C:`.
  case image(FilePath)
  /// A home, a data folder, any folder above one, or one file.
  case path(FilePath)

  /// How far settings and links may lead from there.
  public var scope: EvidenceTree.Scope {
    switch self {
    case .machine, .home: .machine
    case .image(let root): .image(root)
    case .path(let path): .below(path)
    }
  }
}
