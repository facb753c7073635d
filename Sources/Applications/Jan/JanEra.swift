/// The ways Jan has kept conversations, in the order they came; a store's format version is the
/// latest that is found in it.
enum JanEra: String, Comparable, Sendable {
  /// 0.3.0–0.3.2: Markdown.
  case markdown = "A"
  /// 0.3.3: one JSON document a thread.
  case singleFile = "B"
  /// 0.4.0–0.5.11: `thread.json` and `messages.jsonl`, times in milliseconds.
  case lines = "C"
  /// 0.5.12–0.5.17: the same names, written by cortex.cpp, times in seconds.
  case cortex = "D"
  /// 0.6.0–0.7.5: written by the Rust core, whatever the interface sent.
  case rust = "E"
  /// 0.7.6 and later: typed content parts, and branches from 0.8.3 on.
  case typedParts = "F"

  static func < (left: JanEra, right: JanEra) -> Bool { left.rawValue < right.rawValue }

  /// The later of two, where there are two.
  static func later(_ left: JanEra?, _ right: JanEra?) -> JanEra? {
    guard let left else { return right }
    guard let right else { return left }
    return max(left, right)
  }
}
