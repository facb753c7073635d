internal import Synchronization

/// The files and folders in the clear that somebody has in hand: each is one node, whichever of its names it
/// was reached by.
///
/// A node is looked up by its number on disk, which nothing else can take while the node's descriptor is open.
/// No reference is let go of under the lock: with the last one a node comes back here.
final class BulkTable: Sendable {
  private struct Known {
    weak var node: LiveNode?
  }

  private let known = Mutex<[BulkNode.Identity: Known]>([:])

  /// The node of something, made where nobody has it.
  func node(_ identity: BulkNode.Identity, _ make: () -> LiveNode) -> LiveNode {
    if let node = find(identity) { return node }
    let made = make()
    return known.withLock { known in
      if let node = known[identity]?.node { return node }
      known[identity] = Known(node: made)
      return made
    }
  }

  /// The node of something; nil where nobody has it.
  func find(_ identity: BulkNode.Identity) -> LiveNode? {
    known.withLock { $0[identity]?.node }
  }

  /// Forgets what nobody has any more, unless it was looked up again meanwhile.
  func forget(_ identity: BulkNode.Identity) {
    let again = known.withLock { known -> LiveNode? in
      let node = known[identity]?.node
      if node == nil { known[identity] = nil }
      return node
    }
    withExtendedLifetime(again) {}
  }

  /// How many there are.
  var count: Int { known.withLock { $0.count } }
}
