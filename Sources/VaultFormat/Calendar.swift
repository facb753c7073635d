internal import Glibc

/// The clock on the wall, as slots and epochs bear its time.
public enum Calendar {
  /// The seconds since 1970.
  public static func now() -> UInt64 {
    UInt64(clamping: time(nil))
  }
}
