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

  /// Descriptors that name nodes.
  private struct Anchors {
    var count = 0
    /// Whose they are, those that were opened first at the front; some are closed since.
    var queue: [BulkNode.Identity] = []
  }

  private let known = Mutex<[BulkNode.Identity: Known]>([:])
  private let anchors = Mutex(Anchors())
  private let mostAnchors: Int

  /// - Parameter most: How many descriptors may be kept of what nobody has open.
  init(most: Int) {
    mostAnchors = max(most, 1)
  }

  /// The node of something, made where nobody has it.
  func node(_ identity: BulkNode.Identity, _ make: () -> LiveNode) -> LiveNode {
    if let node = find(identity) { return node }
    let made = make()
    noteAnchor(of: identity)
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

  // MARK: - Descriptors

  /// Notes that a node's descriptor was opened, and closes others where there are too many.
  func noteAnchor(of identity: BulkNode.Identity) {
    var excess = anchors.withLock { anchors in
      anchors.count += 1
      anchors.queue.append(identity)
      // What is gone by itself stays in the queue until it comes to the front.
      let isFull = anchors.count > mostAnchors || anchors.queue.count > 4 * mostAnchors
      return isFull ? mostAnchors / 4 + 1 : 0
    }
    // A quarter at a time, so that the queue is not moved for each.
    guard excess > 0 else { return }
    let oldest = anchors.withLock { anchors in
      excess = min(excess, anchors.queue.count)
      let oldest = Array(anchors.queue.prefix(excess))
      anchors.queue.removeFirst(excess)
      return oldest
    }
    var kept: [BulkNode.Identity] = []
    for identity in oldest {
      guard let bulk = find(identity)?.bulk else { continue }
      switch bulk.dropAnchor() {
      case .closed: noteAnchorClosed()
      case .needed: kept.append(identity)
      case .absent: continue
      }
    }
    anchors.withLock { $0.queue += kept }
  }

  /// Notes that a descriptor was opened that is kept until its node goes.
  func noteAnchorOpened() {
    anchors.withLock { $0.count += 1 }
  }

  /// Notes that a descriptor is closed.
  func noteAnchorClosed() {
    anchors.withLock { $0.count -= 1 }
  }

  /// How many descriptors there are.
  var anchorCount: Int { anchors.withLock { $0.count } }

  /// How many there are.
  var count: Int { known.withLock { $0.count } }
}
