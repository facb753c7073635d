import ByteReading
import Conversations

/// Which messages of a thread the application shows, found by its own rule.
///
/// From 0.8.3 on a message may name the one it follows, and that one may name which of its followers
/// is shown. A thread in which nobody says anything of the kind is shown whole.
struct JanBranches {
  /// What the rule needs of a message.
  struct Node {
    var id: ContentDigest
    var parent: JanMessage.Parent
    var activeChild: ContentDigest?
    /// Milliseconds since 1970, 0 where the message has no time.
    var time: Int64
    var offset: UInt64
  }

  private(set) var nodes: [Node] = []
  private(set) var isBranched = false

  mutating func reset() {
    nodes.removeAll(keepingCapacity: true)
    isBranched = false
  }

  mutating func add(_ node: Node, branching: Bool) {
    nodes.append(node)
    isBranched = isBranched || branching
  }

  /// What the rule gives.
  struct Result {
    /// For each message whether it is shown.
    var isShown: [Bool]
    /// A message on a circle of parents, where there is one.
    var cycle: Int?
    /// A message whose parent is not there, where there is one, and how many there are.
    var dangling: Int?
    var danglingCount = 0
  }

  /// Follows the newest root, then from each message the follower it names, or else its newest one;
  /// without a root, everything is shown.
  ///
  /// The same as `computeActivePath` of the application.
  func result() -> Result {
    var result = Result(isShown: Array(repeating: !isBranched, count: nodes.count))
    guard isBranched else { return result }
    var position: [ContentDigest: Int] = [:]
    position.reserveCapacity(nodes.count)
    var newestChild: [ContentDigest: Int] = [:]
    var root: Int?
    for (index, node) in nodes.enumerated() { position[node.id] = index }
    for (index, node) in nodes.enumerated() {
      switch node.parent {
      case .unsaid: break
      case .none:
        if root.map({ nodes[$0].time <= node.time }) ?? true { root = index }
      case .message(let parent):
        if newestChild[parent].map({ nodes[$0].time <= node.time }) ?? true {
          newestChild[parent] = index
        }
        if position[parent] == nil {
          result.danglingCount += 1
          if result.dangling == nil { result.dangling = index }
        }
      }
    }
    result.cycle = cycle(position)
    guard let root else {
      for index in nodes.indices { result.isShown[index] = true }
      return result
    }
    var current: Int? = root
    while let index = current, !result.isShown[index] {
      result.isShown[index] = true
      let id = nodes[index].id
      if let child = nodes[index].activeChild, let named = position[child],
        nodes[named].parent == .message(id)
      {
        current = named
      } else {
        current = newestChild[id]
      }
    }
    return result
  }

  /// The first message from which following parents comes back to where it was.
  private func cycle(_ position: [ContentDigest: Int]) -> Int? {
    var walk = [Int](repeating: -1, count: nodes.count)
    for start in nodes.indices {
      var current = start
      while walk[current] < 0 {
        walk[current] = start
        guard case .message(let parent) = nodes[current].parent, let above = position[parent] else {
          break
        }
        current = above
        if walk[current] == start { return current }
      }
    }
    return nil
  }
}
