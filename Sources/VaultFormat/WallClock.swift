internal import Glibc

/// The clock on the wall, as slots and epochs bear its time.
public enum WallClock {
  /// The seconds since 1970.
  public static func seconds() -> UInt64 {
    UInt64(clamping: time(nil))
  }
}
