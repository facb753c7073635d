public import Secrets

extension SealTree {
  /// The root over the nodes of the first level, for whoever computes those side by side.
  ///
  /// A single one is the root itself: where there is one seal page, it is that page's leaf.
  public static func root(
    ofRanges nodes: [Digest], under keys: borrowing ObjectKeys
  ) -> Digest {
    var nodes = nodes
    var level: UInt8 = 1
    while nodes.count > 1 {
      level += 1
      var above: [Digest] = []
      for start in stride(from: 0, to: nodes.count, by: children) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(children * Digest.count)
        for node in nodes[start..<min(start + children, nodes.count)] { bytes += node.bytes }
        bytes += [UInt8](repeating: 0, count: children * Digest.count - bytes.count)
        let number = UInt64(start / children)
        above.append(
          unsafe bytes.withUnsafeBytes { unsafe node(level: level, number, $0, under: keys) })
      }
      nodes = above
    }
    return nodes.first ?? .zero
  }
}
