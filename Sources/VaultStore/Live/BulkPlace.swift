/// A folder of the store in which, or below which, something may be bulk: what is left of the rule there.
///
/// A folder that no pattern leads to or through has none.
final class BulkPlace: Sendable {
  /// The way to it from the store's own folder.
  let steps: [FileName]
  private let patterns: [[[UInt8]]]

  private init?(_ steps: [FileName], _ patterns: [[[UInt8]]]) {
    if patterns.isEmpty { return nil }
    self.steps = steps
    self.patterns = patterns
  }

  /// The store's own folder; nil where nothing is bulk.
  convenience init?(_ rule: BulkRule) {
    self.init([], rule.steps)
  }

  /// Whether what has this name in the folder is bulk.
  func matches(_ name: [UInt8]) -> Bool {
    patterns.contains { $0.count == 1 && BulkRule.matches($0[0], name) }
  }

  /// A folder in it; nil where nothing below that can be bulk, or where it is bulk itself.
  func below(_ name: [UInt8]) -> BulkPlace? {
    guard let step = FileName(name), !matches(name) else { return nil }
    return BulkPlace(
      steps + [step],
      patterns.filter { $0.count > 1 && BulkRule.matches($0[0], name) }.map {
        Array($0.dropFirst())
      })
  }
}
