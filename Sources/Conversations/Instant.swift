public import ByteReading

/// A moment in universal time, with milliseconds where the store had them.
public struct Instant: Hashable, Sendable, Comparable {
  /// Milliseconds since 1970-01-01T00:00:00Z.
  public var milliseconds: Int64
  /// Whether the store was more exact than a second.
  public var hasMilliseconds: Bool

  /// Makes a moment of milliseconds since 1970.
  public init(milliseconds: Int64, hasMilliseconds: Bool = true) {
    self.milliseconds = milliseconds
    self.hasMilliseconds = hasMilliseconds
  }

  /// Makes a moment of whole seconds since 1970; nil past the year 9999.
  public init?(seconds: Int64) {
    guard abs(seconds) <= Instant.lastSecond else { return nil }
    self.init(milliseconds: seconds * 1000, hasMilliseconds: false)
  }

  /// Makes a moment of a number whose unit its size tells: above 10^17 nanoseconds, above 10^14
  /// microseconds, above 10^11 milliseconds, else seconds, perhaps with a fraction.
  ///
  /// Applications mix units, even within one file. Nil for zero and below, which they write for
  /// "never", and past the year 9999.
  public init?(guessing number: JSONNumber) {
    guard let whole = number.integer, whole > 0 || (number.scaled(by: 3) ?? 0) > 0 else {
      return nil
    }
    if whole > 100_000_000_000_000_000 {
      self.init(milliseconds: whole / 1_000_000)
    } else if whole > 100_000_000_000_000 {
      self.init(milliseconds: whole / 1000)
    } else if whole > 100_000_000_000 {
      self.init(milliseconds: whole)
    } else {
      guard let milliseconds = number.scaled(by: 3) else { return nil }
      self.init(milliseconds: milliseconds, hasMilliseconds: number.exponent < 0)
    }
    guard milliseconds <= Instant.lastSecond * 1000 else { return nil }
  }

  /// Makes a moment of a whole number whose unit its size tells.
  public init?(guessing number: Int64) {
    self.init(guessing: JSONNumber(mantissa: number))
  }

  public static func < (left: Instant, right: Instant) -> Bool {
    left.milliseconds < right.milliseconds
  }

  private static let lastSecond: Int64 = 253_402_300_799
}

extension Instant {
  /// RFC 3339 in universal time, with milliseconds where they are known.
  public var description: String {
    var seconds = milliseconds / 1000
    var fraction = milliseconds % 1000
    if fraction < 0 {
      fraction += 1000
      seconds -= 1
    }
    var days = seconds / 86400
    var rest = seconds % 86400
    if rest < 0 {
      rest += 86400
      days -= 1
    }
    let (year, month, day) = Instant.civil(days)
    var text = "\(Instant.padded(year, 4))-\(Instant.padded(month, 2))-\(Instant.padded(day, 2))T"
    text += "\(Instant.padded(rest / 3600, 2)):\(Instant.padded(rest / 60 % 60, 2))"
    text += ":\(Instant.padded(rest % 60, 2))"
    if hasMilliseconds { text += ".\(Instant.padded(fraction, 3))" }
    return text + "Z"
  }

  private static func padded(_ number: Int64, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
  }

  /// Year, month and day of a count of days since 1970 (Howard Hinnant, "chrono-Compatible Low-Level
  /// Date Algorithms", civil_from_days).
  private static func civil(_ days: Int64) -> (Int64, Int64, Int64) {
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let ofEra = shifted - era * 146_097
    let yearOfEra = (ofEra - ofEra / 1460 + ofEra / 36524 - ofEra / 146_096) / 365
    let ofYear = ofEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * ofYear + 2) / 153
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    return (
      yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, ofYear - (153 * shiftedMonth + 2) / 5 + 1
    )
  }

  /// Days since 1970 of a date (days_from_civil of the same paper).
  static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
    let shifted = month <= 2 ? year - 1 : year
    let era = (shifted >= 0 ? shifted : shifted - 399) / 400
    let ofEra = shifted - era * 400
    let ofYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return era * 146_097 + ofEra * 365 + ofEra / 4 - ofEra / 100 + ofYear - 719_468
  }
}
