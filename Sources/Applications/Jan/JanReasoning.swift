/// Reasoning that stands inside a text between tags, as Jan kept it before it had parts of its own.
enum JanReasoning {
  private static let pairs: [(String, String)] = [
    ("<think>", "</think>"),
    ("<|channel|>analysis<|message|>", "<|start|>assistant<|channel|>final<|message|>"),
  ]

  /// What stands between tags, several passages joined by a line feed; nil where there is none.
  ///
  /// A tag that is not closed goes to the end.
  static func tagged(in text: [UInt8]) -> [UInt8]? {
    var found: [UInt8]?
    for (opening, closing) in pairs {
      var from = 0
      while let start = position(of: Array(opening.utf8), in: text, from: from) {
        let inner = start + opening.utf8.count
        let end = position(of: Array(closing.utf8), in: text, from: inner)
        if found != nil { found?.append(UInt8(ascii: "\n")) }
        found = (found ?? []) + text[inner..<(end ?? text.count)]
        guard let end else { break }
        from = end + closing.utf8.count
      }
    }
    return found
  }

  private static func position(of pattern: [UInt8], in text: [UInt8], from: Int) -> Int? {
    guard let first = pattern.first, text.count >= pattern.count else { return nil }
    var index = from
    while let start = text[index...].firstIndex(of: first) {
      guard start + pattern.count <= text.count else { return nil }
      if text[start..<(start + pattern.count)].elementsEqual(pattern) { return start }
      index = start + 1
    }
    return nil
  }
}
