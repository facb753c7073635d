import ByteReading

/// Reads any bytes as JSON in every way there is, and compares the ways with each other.
enum JSONFuzzing {
  /// How a way of reading ended.
  private struct Outcome: Equatable {
    var end: UInt64
    var error: ReadingError?
  }

  static func run(_ input: FuzzInput) -> Int32 {
    var input = input
    // The smallest window there is, and up to four times that.
    let window = 64 + Int(input.takeByte() & 0xBF)
    let most = Int(input.takeByte())
    let script = input.takeByte()
    let bytes = input.bytes
    func small() -> JSONCursor {
      JSONCursor(TricklingSource(bytes, most: most == 0 ? .max : most), window: window)
    }

    var reference = JSONCursor(MemorySource(bytes), window: bytes.count + 64)
    var value: JSONValue?
    let expected = outcome(&reference) { json throws(ReadingError) in value = try json.value() }

    var other = small()
    var sameValue: JSONValue?
    let trickled = outcome(&other) { json throws(ReadingError) in sameValue = try json.value() }
    require(trickled == expected, "the window changes the end: \(trickled), \(expected)")
    require(sameValue == value, "the window changes the value")

    skipping(small(), bytes, expected)
    if let end = StrictJSON.end(of: bytes) {
      require(
        expected.error == nil && expected.end == UInt64(end),
        "sound JSON to byte \(end) is read as \(expected)")
    }
    if let value { numbers(in: value) }
    strings(bytes, window, most)
    limits(bytes, Int(script))
    wander(small(), script)
    return 0
  }

  private static func outcome(
    _ json: inout JSONCursor, _ body: (inout JSONCursor) throws(ReadingError) -> Void
  ) -> Outcome {
    do throws(ReadingError) {
      try body(&json)
      return Outcome(end: json.offset)
    } catch {
      // Where a failed cursor stands is nobody's business; where the error is, is.
      return Outcome(end: 0, error: error)
    }
  }

  /// Reading over a value and reading it raw must accept what reading it accepts, to the same byte.
  private static func skipping(
    _ json: consuming JSONCursor, _ bytes: [UInt8], _ expected: Outcome
  ) {
    let skipped = outcome(&json) { json throws(ReadingError) in try json.skipValue() }
    // Skipping goes deeper than reading into memory.
    if expected.error?.code != .tooDeep {
      require(skipped == expected, "skipped: \(skipped), read: \(expected)")
    }
    var raw: StoredText?
    json.restart(MemorySource(bytes))
    let recorded = outcome(&json) { json throws(ReadingError) in raw = try json.rawValue() }
    require(recorded == skipped, "raw: \(recorded), skipped: \(skipped)")
    if let raw {
      let end = Int(recorded.end)
      require(
        end >= raw.bytes.count && raw.bytes.elementsEqual(bytes[(end - raw.bytes.count)..<end]),
        "the raw value is no slice of the document")
      json.restart(MemorySource(raw.bytes))
      let again = outcome(&json) { json throws(ReadingError) in try json.skipValue() }
      require(again == Outcome(end: UInt64(raw.bytes.count)), "the raw value alone: \(again)")
    }
  }

  /// The ways to read a string must agree on its bytes and its end.
  private static func strings(_ bytes: [UInt8], _ window: Int, _ most: Int) {
    var json = JSONCursor(TricklingSource(bytes, most: most == 0 ? .max : most), window: window)
    guard (try? json.kind()) == .string else { return }
    let start = json.offset
    var text: StoredText?
    let expected = outcome(&json) { json throws(ReadingError) in text = try json.text() }
    let invalid = json.firstInvalidUTF8

    var count: UInt64 = 0
    json.restart(TricklingSource(bytes, most: 1))
    let skipped = outcome(&json) { json throws(ReadingError) in
      _ = try json.kind()
      count = try json.skipString()
    }
    require(skipped == expected, "string skipped: \(skipped), read: \(expected)")
    require(
      skipped.error != nil || json.firstInvalidUTF8 == invalid, "invalid UTF-8 at two places")
    if skipped.error == nil {
      require(start + count + 2 == skipped.end, "a string of \(count) bytes from \(start)")
    }

    var compact: CompactText?
    json.restart(MemorySource(bytes))
    let compared = outcome(&json) { json throws(ReadingError) in
      compact = try json.compactTextIfString()
    }
    require(compared == expected, "string compared: \(compared), read: \(expected)")
    require(compact?.text == text, "a string's short form is another")
    if let text {
      require(compact?.digest == ContentDigest(of: text.bytes), "a string's digest is another")
      if invalid == nil, !text.bytes.isSurrogateHolding {
        require(Array(text.string.utf8) == text.bytes, "text that is no UTF-8 and not noted")
      }
    }
  }

  /// What is longer than the limit is refused, and read over to the same byte.
  private static func limits(_ bytes: [UInt8], _ limit: Int) {
    var json = JSONCursor(TricklingSource(bytes, most: 7), window: 64)
    guard let raw = try? json.rawValue() else { return }
    let end = json.offset
    json.restart(TricklingSource(bytes, most: 7))
    let limited = outcome(&json) { json throws(ReadingError) in
      _ = try json.rawValue(limit: limit)
    }
    require(
      raw.bytes.count > limit ? limited.error?.code == .overlong : limited.end == end,
      "\(raw.bytes.count) raw bytes with a limit of \(limit): \(limited)")
    require(json.offset == end, "a value read over to \(json.offset), ends at \(end)")

    json.restart(TricklingSource(bytes, most: 7))
    guard (try? json.kind()) == .string, let text = try? json.text() else { return }
    json.restart(TricklingSource(bytes, most: 7))
    let shortened = outcome(&json) { json throws(ReadingError) in
      _ = try json.text(limit: limit)
    }
    require(
      text.bytes.count > limit ? shortened.error?.code == .overlong : shortened.end == end,
      "\(text.bytes.count) bytes of text with a limit of \(limit): \(shortened)")
    require(json.offset == end, "a string read over to \(json.offset), ends at \(end)")
  }

  private static func numbers(in value: JSONValue) {
    switch value {
    case .number(let number):
      _ = number.double
      _ = number.scaled(by: 3)
      if let whole = number.integer, number.exponent == 0 {
        require(whole == number.mantissa, "\(number) as a whole number is \(whole)")
      }
    case .array(let elements): for element in elements { numbers(in: element) }
    case .object(let members): for member in members { numbers(in: member.value) }
    default: break
    }
  }

  /// Goes through the document as readers do, asking for kinds that may not be there.
  private static func wander(_ json: consuming JSONCursor, _ script: UInt8) {
    var choice = UInt32(script) &* 2_654_435_761 | 1
    do throws(ReadingError) {
      var isInside: [Bool] = []
      repeat {
        if let isObject = isInside.last {
          guard try isObject ? json.nextKey() : json.nextElement() else {
            isInside.removeLast()
            continue
          }
        }
        choice = choice &* 1_664_525 &+ 1_013_904_223
        switch choice >> 29 {
        case 0: _ = try json.textIfString()
        case 1: _ = try json.numberIfPresent()
        case 2: _ = try json.booleanIfPresent()
        case 3: _ = try json.rawValue(limit: 100)
        case 4: _ = try json.digestIfString()
        default:
          switch try json.kind() {
          case .object:
            try json.beginObject()
            isInside.append(true)
          case .array:
            try json.beginArray()
            isInside.append(false)
          default: try json.skipValue()
          }
        }
      } while !isInside.isEmpty
      json.beginNextDocument()
      _ = try json.isAtEnd()
    } catch {}
  }
}

extension [UInt8] {
  /// Whether a surrogate's three bytes occur, which `StoredText` keeps and a string cannot hold.
  fileprivate var isSurrogateHolding: Bool {
    indices.dropLast().contains { self[$0] == 0xED && self[$0 + 1] >= 0xA0 }
  }
}
