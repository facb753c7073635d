import ByteReading

extension LMStudio {
  /// Which entries of a database of sessions belong to which session.
  ///
  /// A session names its last entry, and each entry the one before it. What is on that way is shown.
  /// Entries beside it, of branches that were left, lead back to it at some point: they are the
  /// session's too, and hidden.
  struct SessionGraph {
    /// A session that an entry belongs to.
    struct Owner {
      var session: Int
      var isShown: Bool
    }

    /// The owners of each entry, in the order the entries were added.
    private(set) var owners: [[Owner]] = []
    /// Sessions whose way back comes to an entry a second time.
    private(set) var cyclic: [Int] = []
    /// Sessions whose way back ends at an entry that is not there.
    private(set) var dangling: [Int] = []
    private var ordinals: [ContentDigest: Int] = [:]
    private var previous: [ContentDigest?] = []
    private var redirect: [ContentDigest?] = []

    /// Adds an entry.
    mutating func add(
      _ id: ContentDigest?, previous: ContentDigest?, redirect: ContentDigest?
    ) {
      if let id { ordinals[id] = owners.count }
      owners.append([])
      self.previous.append(previous)
      self.redirect.append(redirect)
    }

    /// The entry of that name, or the one it was redirected to.
    private func entry(_ name: ContentDigest?) -> Int? {
      var name = name
      for _ in 0...owners.count {
        guard let known = name, let ordinal = ordinals[known] else { return nil }
        guard let next = redirect[ordinal] else { return ordinal }
        name = next
      }
      return nil
    }

    /// Gives all entries their owners; `heads` are the last entries of the sessions.
    mutating func attribute(to heads: [ContentDigest?]) {
      for (session, head) in heads.enumerated() {
        var name = head
        var visited: Set<Int> = []
        while name != nil {
          guard let ordinal = entry(name) else {
            dangling.append(session)
            break
          }
          guard visited.insert(ordinal).inserted else {
            cyclic.append(session)
            break
          }
          owners[ordinal].append(Owner(session: session, isShown: true))
          name = previous[ordinal]
        }
      }
      attributeBranches()
    }

    private mutating func attributeBranches() {
      var settled = owners.map { !$0.isEmpty }
      for start in owners.indices where !settled[start] {
        var way: [Int] = []
        var current: Int? = start
        while let ordinal = current, !settled[ordinal] {
          settled[ordinal] = true
          way.append(ordinal)
          current = entry(redirect[ordinal] ?? previous[ordinal])
        }
        guard let root = current, let owner = owners[root].first else { continue }
        for ordinal in way {
          owners[ordinal] = [Owner(session: owner.session, isShown: false)]
        }
      }
    }
  }
}
