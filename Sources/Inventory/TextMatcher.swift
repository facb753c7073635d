public import ByteReading

/// Decides whether a text holds what is searched, and shows where.
public struct TextMatcher: Sendable {
  /// How a search is meant.
  public enum Manner: Sendable {
    /// Literal, upper and lower case alike.
    case folded
    /// Literal, to the letter.
    case exact
    /// A regular expression.
    case regex
  }

  private enum Pattern: @unchecked Sendable {
    /// Lower-cased bytes; plain ASCII ones are compared without folding the whole text.
    case folded([UInt8], isASCII: Bool)
    case exact([UInt8])
    /// A compiled expression is immutable; Regex is not marked Sendable in the standard library.
    case regex(Regex<AnyRegexOutput>)
  }

  private let pattern: Pattern

  /// Makes a matcher.
  /// - Throws: The parser's error where a regular expression is none.
  public init(_ text: String, _ manner: Manner) throws {
    switch manner {
    case .folded:
      pattern = .folded(
        Array(text.lowercased().utf8), isASCII: text.utf8.allSatisfy { $0 < 0x80 })
    case .exact:
      pattern = .exact(Array(text.utf8))
    case .regex:
      pattern = .regex(try Regex(text))
    }
  }

  /// The text around the first place that matches, white space as it is; nil where nothing does.
  public func snippet(_ text: StoredText) -> String? {
    switch pattern {
    case .exact(let needle):
      return TextMatcher.find(needle, in: text.bytes, folding: false).map {
        TextMatcher.around(text.bytes, $0, needle.count)
      }
    case .folded(let needle, isASCII: true):
      return TextMatcher.find(needle, in: text.bytes, folding: true).map {
        TextMatcher.around(text.bytes, $0, needle.count)
      }
    case .folded(let needle, isASCII: false):
      let folded = Array(text.string.lowercased().utf8)
      guard let place = TextMatcher.find(needle, in: folded, folding: false) else { return nil }
      // Folding seldom changes lengths; where it did, the folded text itself is shown.
      let shown = folded.count == text.bytes.count ? text.bytes : folded
      return TextMatcher.around(shown, place, needle.count)
    case .regex(let regex):
      let string = text.string
      guard let match = string.firstMatch(of: regex) else { return nil }
      let start = string.utf8.distance(from: string.startIndex, to: match.range.lowerBound)
      let length = string.utf8.distance(
        from: match.range.lowerBound, to: match.range.upperBound)
      return TextMatcher.around(Array(string.utf8), start, length)
    }
  }

  /// Where `needle` stands first in `bytes`; `folding` takes ASCII capitals for small letters.
  private static func find(_ needle: [UInt8], in bytes: [UInt8], folding: Bool) -> Int? {
    guard let first = needle.first, bytes.count >= needle.count else {
      return needle.isEmpty ? 0 : nil
    }
    func folded(_ byte: UInt8) -> UInt8 {
      folding && byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte
    }
    return bytes.withUnsafeBufferPointer { bytes in
      needle.withUnsafeBufferPointer { needle in
        let last = bytes.count - needle.count
        var index = 0
        while index <= last {
          if folded(bytes[index]) == first {
            var length = 1
            while length < needle.count, folded(bytes[index + length]) == needle[length] {
              length += 1
            }
            if length == needle.count { return index }
          }
          index += 1
        }
        return nil
      }
    }
  }

  /// Up to 60 bytes on each side, cut between characters.
  private static func around(_ bytes: [UInt8], _ place: Int, _ length: Int) -> String {
    var from = max(0, place - 60)
    while from > 0, bytes[from] & 0xC0 == 0x80 { from -= 1 }
    var to = min(bytes.count, place + min(length, 400) + 60)
    while to < bytes.count, bytes[to] & 0xC0 == 0x80 { to += 1 }
    return (from > 0 ? "…" : "") + String(decoding: bytes[from..<to], as: UTF8.self)
      + (to < bytes.count ? "…" : "")
  }
}
