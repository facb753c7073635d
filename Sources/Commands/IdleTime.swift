import ArgumentParser

/// A length of time on the command line: a number and `s`, `m`, `h` or `d`.
struct IdleTime: ExpressibleByArgument {
  /// Its seconds, one at least.
  var seconds: Int64

  init?(argument: String) {
    let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86400]
    guard let last = argument.last, let unit = units[last],
      argument.dropLast().allSatisfy({ $0.isASCII && $0.isNumber }),
      let count = Int64(argument.dropLast()), count > 0
    else { return nil }
    let (seconds, isTooLong) = count.multipliedReportingOverflow(by: unit)
    guard !isTooLong else { return nil }
    self.seconds = seconds
  }
}
