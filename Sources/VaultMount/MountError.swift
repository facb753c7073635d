public import SystemPackage

/// Why a vault could not be mounted, served or unmounted.
public struct MountError: Error, Sendable {
  /// The kinds of failure.
  public enum Code: Sendable, Equatable {
    /// This system has no FUSE, or does not let this user have it.
    case unavailable
    /// The mount point is no folder that can be mounted on.
    case unsuitable
    /// Somebody has a file open in it, or works there.
    case inUse
    /// The system refused.
    case system(Errno)
    /// The library refused; its words are in the text.
    case refused
  }

  /// The kind of failure.
  public var code: Code
  /// The mount point.
  public var path: FilePath
  /// What happened, lower case, without a full stop.
  public var text: String
  /// What to do about it, where there is something.
  public var hint: String?

  /// Makes an error of a kind, a place and a few words.
  public init(_ code: Code, _ path: FilePath, _ text: String, hint: String? = nil) {
    self.code = code
    self.path = path
    self.text = text
    self.hint = hint
  }

  /// Makes the error of a system call.
  init(_ errno: Errno, _ path: FilePath, _ act: String) {
    self.init(.system(errno), path, "cannot \(act): \(errno)")
  }
}
