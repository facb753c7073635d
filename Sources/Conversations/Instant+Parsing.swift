extension Instant {
  /// Reads a date and time as applications write them: `2025-08-01T10:20:30.123Z`, with a space
  /// instead of the `T`, with `+02:00`, `+0200` or nothing (then universal) behind, or a date
  /// alone.
  public init?(parsing text: some Sequence<UInt8>) {
    var written = WrittenTime()
    for byte in text.prefix(WrittenTime.capacity) { written.append(byte) }
    self.init(&written)
  }

  /// The same of bytes that stay where they are; allocates nothing.
  public init?(parsing text: Span<UInt8>) {
    var written = WrittenTime()
    for index in 0..<min(text.count, WrittenTime.capacity) { written.append(text[index]) }
    self.init(&written)
  }

  private init?(_ text: inout WrittenTime) {
    text.trim()
    guard let year = text.digits(4), text.takes("-"), let month = text.digits(2), text.takes("-"),
      let day = text.digits(2), (1...12).contains(month), (1...31).contains(day)
    else { return nil }
    var seconds = Instant.days(year, month, day) * 86400
    if text.isAtEnd {
      self.init(milliseconds: seconds * 1000, hasMilliseconds: false)
      return
    }
    guard text.takes("T") || text.takes("t") || text.takes(" "), let hour = text.digits(2),
      text.takes(":"), let minute = text.digits(2), hour < 24, minute < 60
    else { return nil }
    seconds += hour * 3600 + minute * 60
    var fraction: Int64?
    if text.takes(":") {
      guard let second = text.digits(2), second <= 60 else { return nil }
      seconds += second
      if text.takes(".") || text.takes(",") { fraction = text.thousandths() }
    }
    _ = text.takes(" ")
    let isWest = text.takes("-")
    if isWest || text.takes("+") {
      guard let hours = text.digits(2) else { return nil }
      _ = text.takes(":")
      let shift = hours * 3600 + (text.digits(2) ?? 0) * 60
      seconds += isWest ? shift : -shift
    }
    self.init(milliseconds: seconds * 1000 + (fraction ?? 0), hasMilliseconds: fraction != nil)
  }
}

/// The beginning of a text that is read as a time; longer than any time there is.
private struct WrittenTime {
  static let capacity = 64

  private var bytes = InlineArray<64, UInt8>(repeating: 0)
  private var count = 0
  private var index = 0

  mutating func append(_ byte: UInt8) {
    bytes[count] = byte
    count += 1
  }

  /// Leaves out white space at both ends.
  mutating func trim() {
    while count > 0, bytes[count - 1] <= 0x20 { count -= 1 }
    while index < count, bytes[index] <= 0x20 { index += 1 }
  }

  var isAtEnd: Bool { index >= count }

  /// A number of so many digits.
  mutating func digits(_ wanted: Int) -> Int64? {
    guard index + wanted <= count else { return nil }
    var value: Int64 = 0
    for place in index..<(index + wanted) {
      guard bytes[place] >= 0x30, bytes[place] <= 0x39 else { return nil }
      value = value * 10 + Int64(bytes[place] - 0x30)
    }
    index += wanted
    return value
  }

  /// The digits that come as thousandths, those behind the third cut off.
  mutating func thousandths() -> Int64 {
    var value: Int64 = 0
    var unit: Int64 = 100
    while index < count, bytes[index] >= 0x30, bytes[index] <= 0x39 {
      value += Int64(bytes[index] - 0x30) * unit
      unit /= 10
      index += 1
    }
    return value
  }

  /// Goes over `letter`, where it comes next.
  mutating func takes(_ letter: Unicode.Scalar) -> Bool {
    guard index < count, UInt32(bytes[index]) == letter.value else { return false }
    index += 1
    return true
  }
}
