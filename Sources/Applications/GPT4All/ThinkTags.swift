import ByteReading

/// The tags that reasoning models put around their reasoning, which the application stores unchanged.
enum ThinkTags {
  private static let opening = Array("<think>".utf8)
  private static let closing = Array("</think>".utf8)

  /// What stands between the tags; nil where there is no tag.
  ///
  /// Several such places are joined by a line feed, the white space around each is dropped. Without a
  /// closing tag all that follows is reasoning.
  static func reasoning(in text: StoredText) -> StoredText? {
    guard text.bytes.contains(UInt8(ascii: "<")) else { return nil }
    var found: [UInt8] = []
    var hasTag = false
    var rest = text.bytes[...]
    while let start = position(of: opening, in: rest) {
      hasTag = true
      rest = rest[(start + opening.count)...]
      let end = position(of: closing, in: rest)
      let inner = trimmed(rest[..<(end ?? rest.endIndex)])
      if !inner.isEmpty {
        if !found.isEmpty { found.append(0x0A) }
        found += inner
      }
      guard let end else { break }
      rest = rest[(end + closing.count)...]
    }
    return hasTag ? StoredText(bytes: found) : nil
  }

  private static func position(of tag: [UInt8], in text: ArraySlice<UInt8>) -> Int? {
    guard text.count >= tag.count else { return nil }
    for start in text.startIndex...(text.endIndex - tag.count)
    where text[start] == tag[0] && text[start...].starts(with: tag) {
      return start
    }
    return nil
  }

  private static func trimmed(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var text = text
    while let first = text.first, first <= 0x20 { text.removeFirst() }
    while let last = text.last, last <= 0x20 { text.removeLast() }
    return text
  }
}
