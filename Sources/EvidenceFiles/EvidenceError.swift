public import SystemPackage

/// A file or folder that could not be opened, listed or read, and why.
public struct EvidenceError: Error, Equatable, Sendable {
  /// The reason the system gave.
  public var errno: Errno
  /// What could not be read.
  public var path: FilePath

  /// Makes an error of the system's reason and the path it concerns.
  public init(_ errno: Errno, _ path: FilePath) {
    self.errno = errno
    self.path = path
  }

  /// Whether there is nothing at that path (any more).
  public var isAbsence: Bool {
    errno == .noSuchFileOrDirectory || errno == .notDirectory
  }

  /// Whether permission is what lacks.
  public var isDenial: Bool {
    errno == .permissionDenied || errno == .notPermitted
  }
}
