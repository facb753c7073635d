/// What is known of a string that was read over and not kept.
public struct MeasuredString: Sendable {
  /// How long it is with its escapes decoded, in bytes.
  public internal(set) var length: UInt64 = 0
  /// Its beginning, decoded, as far as was asked for.
  public internal(set) var head: [UInt8] = []
  /// How many of its last two bytes are `=`.
  public internal(set) var padding = 0

  /// Makes the measure of nothing.
  public init() {}

  /// The media type where this is a data URL (RFC 2397); empty where the URL leaves it out.
  public var mediaType: StoredText? {
    guard isDataURL else { return nil }
    let parameters = head.dropFirst(5).prefix { $0 != UInt8(ascii: ",") }
    return StoredText(bytes: Array(parameters.prefix { $0 != UInt8(ascii: ";") }))
  }

  /// Whether this is a data URL.
  public var isDataURL: Bool { head.starts(with: "data:".utf8) }

  /// How many bytes a data URL stands for, or the string itself where it is bare base64 (RFC 4648,
  /// section 4): three for four characters, padding left out.
  public var decodedBytes: UInt64 {
    var encoded = length
    if isDataURL {
      guard let comma = head.firstIndex(of: UInt8(ascii: ",")) else { return 0 }
      encoded &-= UInt64(comma + 1)
      // Without the word base64 each character stands for itself, escapes of URLs not considered.
      guard head[..<comma].reversed().starts(with: ";base64".utf8.reversed()) else {
        return encoded
      }
    }
    let characters = encoded - min(encoded, UInt64(padding))
    return characters / 4 * 3 + characters % 4 * 3 / 4
  }
}

/// Reading over strings that may be hundreds of megabytes long, such as pictures, and still knowing
/// what they stand for.
extension JSONCursor {
  /// Whether a string comes next that is a data URL (RFC 2397), nothing of it read.
  /// - Throws: What the source throws.
  public mutating func isDataURLNext() throws(ReadingError) -> Bool {
    guard try peekToken() == UInt8(ascii: "\""), try require(6) else { return false }
    let scheme: StaticString = "\"data:"
    for index in 0..<6
    where unsafe window.base[window.position + index] != scheme.utf8Start[index] { return false }
    return true
  }

  /// Reads over a string and says whether it ends with `mark`, which is ASCII without characters that
  /// are escaped.
  /// - Returns: nil where the end of the string lies on both sides of the window's, which is rare;
  ///   whoever must know reads the string again.
  /// - Throws: `malformed` where something else comes, `torn` where the string has no end.
  public mutating func skipString(endingIn mark: StaticString) throws(ReadingError) -> Bool? {
    let start = try openQuote()
    let first = offset
    try passString(from: start)
    let count = mark.utf8CodeUnitCount
    let end = window.position - 1
    guard offset &- 1 &- first >= UInt64(count) else { return false }
    guard end >= count else { return nil }
    for index in 0..<count
    where unsafe window.base[end - count + index] != mark.utf8Start[index] { return false }
    return true
  }

  /// Reads over a string, holding no more of it than its beginning.
  /// - Parameter limit: how many bytes of the beginning are kept.
  /// - Throws: `malformed` where something else comes, `torn` where the string has no end.
  public mutating func measuredString(head limit: Int = 0) throws(ReadingError) -> MeasuredString {
    var result = MeasuredString()
    let start = try openQuote()
    let first = offset
    let lookBack = 2
    while true {
      let begin = window.position
      let stop = firstSpecial()
      unsafe take(begin, stop, into: &result, limit)
      window.position = stop
      guard stop < window.end else {
        // What may turn out to be the end stays in the window.
        let kept = Int(min(UInt64(lookBack), offset &- first, UInt64(window.position)))
        window.position -= kept
        let came = try refill()
        window.position += kept
        guard came else { throw ReadingError(.torn, at: start, "a string without an end") }
        continue
      }
      switch unsafe window.base[stop] {
      case UInt8(ascii: "\""):
        let available = Int(min(UInt64(lookBack), offset &- first, UInt64(stop)))
        while result.padding < available,
          unsafe window.base[stop - 1 - result.padding] == UInt8(ascii: "=")
        {
          result.padding += 1
        }
        window.position += 1
        isAfterValue = true
        return result
      case UInt8(ascii: "\\"):
        var bytes: [UInt8] = []
        let scalar = try escape(start)
        result.length &+= scalar < 0x80 ? 1 : scalar < 0x800 ? 2 : scalar < 0x10000 ? 3 : 4
        if result.head.count < limit {
          appendGeneralised(scalar, to: &bytes)
          result.head += bytes
        }
      case 0x80...:
        let before = window.position
        let windowStart = window.start
        try passNonASCII()
        // A refill may have moved the window; it never drops what was not yet read.
        let shifted = before - Int(window.start &- windowStart)
        unsafe take(shifted, window.position, into: &result, limit)
      default:
        unsafe take(stop, stop + 1, into: &result, limit)
        window.position += 1
      }
    }
  }

  @unsafe
  private func take(_ begin: Int, _ end: Int, into result: inout MeasuredString, _ limit: Int) {
    result.length &+= UInt64(end - begin)
    let room = limit - result.head.count
    if room > 0 {
      unsafe result.head.append(
        contentsOf: UnsafeBufferPointer(start: window.base + begin, count: min(room, end - begin)))
    }
  }
}
