/// Reading scalars, strictly or with tolerance for what applications write instead.
extension JSONCursor {
  /// Reads a number.
  /// - Throws: `malformed` where something else comes, `torn` at the end.
  public mutating func number() throws(ReadingError) -> JSONNumber {
    guard try kind() == .number else {
      throw ReadingError(.malformed, at: offset, "expected a number")
    }
    let start = offset
    var mantissa: Int64 = 0
    var digits = 0
    var exponent = 0
    var sawDigit = false
    var negative = false
    var inFraction = false
    if try peekByte() == UInt8(ascii: "-") {
      negative = true
      window.position += 1
    }
    scan: while let byte = try peekByte() {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"):
        sawDigit = true
        if digits < 18 {
          mantissa = mantissa &* 10 &+ Int64(byte &- UInt8(ascii: "0"))
          if mantissa != 0 { digits += 1 }
          if inFraction { exponent -= 1 }
        } else if !inFraction {
          exponent += 1
        }
      case UInt8(ascii: "."):
        guard !inFraction else { break scan }
        inFraction = true
      case UInt8(ascii: "e"), UInt8(ascii: "E"):
        window.position += 1
        exponent = try exponent + power(start)
        break scan
      default:
        break scan
      }
      window.position += 1
    }
    guard sawDigit else { throw ReadingError(.malformed, at: start, "a number without digits") }
    isAfterValue = true
    return JSONNumber(mantissa: negative ? -mantissa : mantissa, exponent: exponent)
  }

  private mutating func power(_ start: UInt64) throws(ReadingError) -> Int {
    var negative = false
    if let sign = try peekByte(), sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
      negative = sign == UInt8(ascii: "-")
      window.position += 1
    }
    var value = 0
    var sawDigit = false
    while let byte = try peekByte(), byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") {
      sawDigit = true
      if value < 100_000 { value = value * 10 + Int(byte - UInt8(ascii: "0")) }
      window.position += 1
    }
    guard sawDigit else { throw ReadingError(.malformed, at: start, "an exponent without digits") }
    return negative ? -value : value
  }

  /// The next byte, white space included, left unread; nil at the end.
  mutating func peekByte() throws(ReadingError) -> UInt8? {
    if window.position >= window.end {
      guard try refill() else { return nil }
    }
    return unsafe window.base[window.position]
  }

  /// Reads `true`, `false` or `null`.
  /// - Returns: The truth, nil for `null`.
  /// - Throws: `malformed` where something else comes, `torn` at the end.
  public mutating func booleanOrNull() throws(ReadingError) -> Bool? {
    switch try peekToken() {
    case UInt8(ascii: "t"):
      try word("true")
      return true
    case UInt8(ascii: "f"):
      try word("false")
      return false
    case UInt8(ascii: "n"):
      try word("null")
      return nil
    case nil: throw ReadingError(.torn, at: offset, "the document ends before a value")
    default: throw ReadingError(.malformed, at: offset, "expected true, false or null")
    }
  }

  mutating func word(_ word: StaticString) throws(ReadingError) {
    let start = offset
    let expected = unsafe word.utf8Start
    for index in 0..<word.utf8CodeUnitCount {
      let byte = try peekByte()
      guard unsafe byte == expected[index] else {
        throw ReadingError(byte == nil ? .torn : .malformed, at: start, "expected \(word)")
      }
      window.position += 1
    }
    isAfterValue = true
  }

  // MARK: - Tolerant reading

  /// Reads a string; a value of any other kind is skipped and gives nil.
  public mutating func textIfString() throws(ReadingError) -> StoredText? {
    guard try kind() == .string else {
      try skipValue()
      return nil
    }
    return try text()
  }

  /// Reads a number; a value of any other kind is skipped and gives nil.
  public mutating func numberIfPresent() throws(ReadingError) -> JSONNumber? {
    guard try kind() == .number else {
      try skipValue()
      return nil
    }
    return try number()
  }

  /// Reads a truth; a value of any other kind is skipped and gives nil.
  public mutating func booleanIfPresent() throws(ReadingError) -> Bool? {
    guard try kind() == .boolean else {
      try skipValue()
      return nil
    }
    return try booleanOrNull()
  }

  /// Begins an object; a value of any other kind is skipped and gives false.
  public mutating func beginObjectIfPresent() throws(ReadingError) -> Bool {
    guard try kind() == .object else {
      try skipValue()
      return false
    }
    try beginObject()
    return true
  }

  /// Begins an array; a value of any other kind is skipped and gives false.
  public mutating func beginArrayIfPresent() throws(ReadingError) -> Bool {
    guard try kind() == .array else {
      try skipValue()
      return false
    }
    try beginArray()
    return true
  }

  // MARK: - Skipping

  /// Reads over the next value, whatever it is, in memory that does not grow with it.
  /// - Throws: `torn`, `malformed`, or `tooDeep` past `maximumDepth`.
  public mutating func skipValue() throws(ReadingError) {
    switch try kind() {
    case .string: _ = try skipString()
    case .number: _ = try number()
    case .boolean, .null: _ = try booleanOrNull()
    case .object, .array: try skipContainer()
    }
  }

  private mutating func skipContainer() throws(ReadingError) {
    // One bit a level says object or array: a closing bracket must be of the kind that was opened.
    var levels = BitStack()
    repeat {
      if let isObject = levels.last {
        guard try isObject ? nextMember(keepsKey: false) : nextElement() else {
          levels.removeLast()
          continue
        }
      }
      switch try kind() {
      case .object:
        try beginObject()
        levels.append(true)
      case .array:
        try beginArray()
        levels.append(false)
      case .string: _ = try skipString()
      case .number: _ = try number()
      case .boolean, .null: _ = try booleanOrNull()
      }
      guard levels.count <= JSONCursor.maximumDepth else {
        throw ReadingError(.tooDeep, at: offset, "more than \(JSONCursor.maximumDepth) levels")
      }
    } while levels.count > 0
  }
}

/// A stack of bits: the open brackets of a document, an eighth of a byte each.
struct BitStack {
  /// The lowest 64 levels, so that ordinary documents allocate nothing.
  private var shallow: UInt64 = 0
  private var deep: [UInt64] = []
  private(set) var count = 0

  var last: Bool? {
    guard count > 0 else { return nil }
    let index = count - 1
    let word = index < 64 ? shallow : deep[(index >> 6) - 1]
    return word & (1 << UInt64(index & 63)) != 0
  }

  mutating func append(_ bit: Bool) {
    let mask: UInt64 = 1 << UInt64(count & 63)
    if count < 64 {
      if bit { shallow |= mask } else { shallow &= ~mask }
    } else {
      let index = (count >> 6) - 1
      if index == deep.count { deep.append(0) }
      if bit { deep[index] |= mask } else { deep[index] &= ~mask }
    }
    count += 1
  }

  mutating func removeLast() {
    if count > 0 { count -= 1 }
  }
}
