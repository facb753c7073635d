public import SystemPackage

/// Why bytes could not be made to go: the act, the place and the system's word for it.
public struct ErasureError: Error, Equatable, Sendable {
  /// What was tried, as `overwrite`.
  public var act: String
  /// To what.
  public var path: FilePath
  /// The system's reason.
  public var cause: Errno

  /// Makes an error of an act, a place and a reason.
  public init(_ act: String, _ path: FilePath, _ cause: Errno) {
    self.act = act
    self.path = path
    self.cause = cause
  }
}
