/// What a `data:` URL says of itself, without the data.
public struct DataURL: Sendable {
  /// The media type as spelled; empty where there is none.
  public var mediaType: CompactText
  /// The number of bytes the URL stands for, after decoding.
  public var byteCount: UInt64
}

/// Reading over `data:` URLs (RFC 2397): a picture of megabytes in a string of which only the size is
/// wanted.
extension JSONCursor {
  private static let longestHeader = 256

  /// Reads over a string that is a `data:` URL; nil, with nothing read, where something else comes.
  ///
  /// Base64 is counted by its length and padding, anything else byte by byte as spelled.
  /// - Throws: `malformed`, `torn` where the string has no end.
  public mutating func dataURL() throws(ReadingError) -> DataURL? {
    guard try kind() == .string, try hasDataScheme() else { return nil }
    let (comma, mediaEnd, isBase64) = try dataHeader()
    var found = DataURL(mediaType: CompactText(), byteCount: 0)
    let media = unsafe UnsafeBufferPointer(
      start: window.base + window.position + 6, count: max(0, mediaEnd - 6))
    unsafe found.mediaType.set(media)
    let start = offset
    // The last two characters, also where the window moves on between them and the closing quote.
    var last: (UInt8, UInt8) = (0, 0)
    var spared: UInt64 = 0
    window.position += max(1, comma)
    while true {
      let begin = window.position
      window.position = firstSpecial()
      let passed = window.position - begin
      if passed == 1 {
        last = (last.1, unsafe window.base[begin])
      } else if passed > 1 {
        last = unsafe (window.base[window.position - 2], window.base[window.position - 1])
      }
      guard window.position < window.end else {
        guard try refill() else { throw ReadingError(.torn, at: start, "a string without an end") }
        continue
      }
      let byte = unsafe window.base[window.position]
      if byte == UInt8(ascii: "\"") {
        window.position += 1
        isAfterValue = true
        break
      }
      let before = offset
      if byte == UInt8(ascii: "\\") {
        last = (last.1, UInt8(truncatingIfNeeded: try escape(start)))
        spared &+= offset &- before &- 1
      } else if byte >= 0x80 {
        try passNonASCII()
      } else {
        window.position += 1
      }
    }
    let spelled = offset &- start &- 1 &- UInt64(max(1, comma)) &- spared
    if isBase64 {
      let padding: UInt64 =
        last.1 == UInt8(ascii: "=") ? (last.0 == UInt8(ascii: "=") ? 2 : 1) : 0
      let digits = spelled > padding ? spelled - padding : 0
      found.byteCount = digits / 4 &* 3 &+ digits % 4 &* 6 / 8
    } else {
      found.byteCount = spelled
    }
    return found
  }

  private mutating func hasDataScheme() throws(ReadingError) -> Bool {
    guard try require(6) else { return false }
    let scheme: StaticString = "\"data:"
    for index in 0..<6 {
      guard unsafe window.base[window.position + index] == scheme.utf8Start[index] else {
        return false
      }
    }
    return true
  }

  /// Where the data begins and where the media type ends, counted from the opening quote.
  private mutating func dataHeader() throws(ReadingError) -> (Int, Int, Bool) {
    _ = try require(JSONCursor.longestHeader)
    let count = min(JSONCursor.longestHeader, window.end - window.position)
    let marker: StaticString = ";base64"
    var mediaEnd: Int?
    for index in 6..<max(6, count) {
      let byte = unsafe window.base[window.position + index]
      if byte == UInt8(ascii: ";"), mediaEnd == nil { mediaEnd = index }
      if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte < 0x20 { break }
      guard byte == UInt8(ascii: ",") else { continue }
      var isBase64 = index >= 13
      for step in 0..<7 where isBase64 {
        isBase64 =
          unsafe window.base[window.position + index - 7 + step] == marker.utf8Start[step]
      }
      return (index + 1, mediaEnd ?? index, isBase64)
    }
    return (6, 6, false)
  }
}
