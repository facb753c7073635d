/// What of a store stays in the clear where it is: patterns of paths below the store, `*` standing for
/// any characters but a slash (docs/vault-format.md, "Header").
///
/// What a pattern matches and everything below that is bulk.
public struct BulkRule: Sendable, Equatable {
  /// The patterns as they stand in the header's settings.
  public let patterns: [String]
  /// The patterns in their steps.
  let steps: [[[UInt8]]]

  /// The rule under which nothing is bulk.
  public static let none = BulkRule(patterns: [], steps: [])

  private init(patterns: [String], steps: [[[UInt8]]]) {
    self.patterns = patterns
    self.steps = steps
  }

  /// Makes a rule; nil where a pattern is empty, absolute, or holds an empty step, `.` or `..`.
  public init?(_ patterns: [String]) {
    var steps: [[[UInt8]]] = []
    for pattern in patterns {
      let parts = pattern.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        .map { Array($0) }
      let isPath = parts.allSatisfy { part in
        !part.isEmpty && !part.contains(0) && part != Array(".".utf8) && part != Array("..".utf8)
      }
      guard isPath else { return nil }
      steps.append(parts)
    }
    self.init(patterns: patterns, steps: steps)
  }

  /// Whether the path below the store is itself named by a pattern; what lies below it is not asked.
  public func matches(_ path: [FileName]) -> Bool {
    steps.contains { pattern in
      pattern.count == path.count
        && zip(pattern, path).allSatisfy { Self.matches($0, Array($1.bytes)) }
    }
  }

  /// Whether one step of a pattern matches one name.
  static func matches(_ pattern: [UInt8], _ name: [UInt8]) -> Bool {
    let star = UInt8(ascii: "*")
    var (p, n) = (0, 0)
    // Where the last star stood, and up to where it has swallowed the name: only it is tried again.
    var last: (pattern: Int, name: Int)?
    while n < name.count {
      if p < pattern.count, pattern[p] == star {
        last = (p, n)
        p += 1
      } else if p < pattern.count, pattern[p] == name[n] {
        p += 1
        n += 1
      } else if let back = last {
        last = (back.pattern, back.name + 1)
        p = back.pattern + 1
        n = back.name + 1
      } else {
        return false
      }
    }
    return pattern[p...].allSatisfy { $0 == star }
  }
}
