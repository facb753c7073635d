/// A number as JSON spells it: `mantissa` × 10 to the power of `exponent`, without rounding what fits.
///
/// Kept in decimal because times arrive as fractional seconds (`1718900000.123`), and a binary
/// fraction would not give back the same millisecond.
public struct JSONNumber: Hashable, Sendable {
  /// The digits, at most eighteen of them, with the sign.
  public var mantissa: Int64
  /// The power of ten; negative where there was a fraction.
  public var exponent: Int

  /// Makes a number of digits and a power of ten.
  public init(mantissa: Int64, exponent: Int = 0) {
    self.mantissa = mantissa
    self.exponent = exponent
  }

  /// The number as a whole one, the fraction cut off; nil where it does not fit 64 bits.
  public var integer: Int64? { scaled(by: 0) }

  /// The number times 10 to the power of `power`, as a whole one with the fraction cut off; nil where
  /// it does not fit 64 bits.
  public func scaled(by power: Int) -> Int64? {
    if mantissa == 0 { return 0 }
    var shift = exponent &+ power
    var value = mantissa
    while shift > 0 {
      let (next, overflow) = value.multipliedReportingOverflow(by: 10)
      if overflow { return nil }
      value = next
      shift -= 1
    }
    while shift < 0 {
      value /= 10
      if value == 0 { return 0 }
      shift += 1
    }
    return value
  }

  /// The number as the nearest binary fraction.
  public var double: Double {
    var result = Double(mantissa)
    var power = min(max(exponent, -400), 400)
    while power > 0 {
      result *= 10
      power -= 1
    }
    while power < 0 {
      result /= 10
      power += 1
    }
    return result
  }
}
