/// A time of a file, in seconds since 1970 and nanoseconds.
public struct ObjectTime: Hashable, Sendable {
  /// Whole seconds since 1970, negative before.
  public var seconds: Int64
  /// Nanoseconds on top of the seconds, below 1,000,000,000.
  public var nanoseconds: UInt32

  /// No time: the time of birth where it is unknown.
  public static let zero = ObjectTime(seconds: 0, nanoseconds: 0)

  /// Makes a time of seconds since 1970 and nanoseconds.
  public init(seconds: Int64, nanoseconds: UInt32) {
    self.seconds = seconds
    self.nanoseconds = nanoseconds
  }
}
