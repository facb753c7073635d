public import Applications
public import Conversations
import EvidenceFiles
import Synchronization
import SystemPackage

/// Finds stores and reads them, several parts at a time.
public struct InventoryReader: Sendable {
  /// The applications that are asked.
  public var applications: [any Application]
  /// How many parts are read at a time.
  public var width: Int
  /// Where progress is noted.
  public var progress: ReadingProgress?
  /// The machine and the person.
  public var machine: Machine

  /// Makes a reader.
  public init(
    _ machine: Machine, applications: [any Application] = KnownApplications.all, width: Int,
    progress: ReadingProgress? = nil
  ) {
    self.machine = machine
    self.applications = applications
    self.width = max(1, width)
    self.progress = progress
  }

  /// A claim with the door it was found through.
  public struct Found: Sendable {
    let claim: StoreClaim
    let tree: EvidenceTree
    let accounts: Accounts
    let root: FilePath
  }

  /// What was found and not yet read.
  public struct Findings: Sendable {
    var found: [Found] = []
    var looked: [LookedAt] = []
    var issues: [Issue] = []
  }

  // MARK: - Finding

  /// Finds what applications claim below the places; nothing is claimed twice.
  public func find(_ places: [LookingPlace]) -> Findings {
    var result = Findings()
    var seen: Set<ClaimedPath> = []
    for place in places {
      let search = StoreSearch(
        place, applications: applications, machine: machine, progress: progress)
      let root: FilePath = if case .image(let root) = place { root } else { "/" }
      for claim in search.survey.claims {
        guard let first = claim.stores.first,
          seen.insert(ClaimedPath(path: first.path, kind: first.kind)).inserted
        else { continue }
        result.found.append(
          Found(claim: claim, tree: search.survey.tree, accounts: search.accounts, root: root))
      }
      result.looked += search.survey.looked
      result.issues += search.survey.issues
    }
    result.found.sort { left, right in
      guard let a = left.claim.stores.first, let b = right.claim.stores.first else { return false }
      return (left.claim.app.rawValue, a.path.string, a.kind.rawValue)
        < (right.claim.app.rawValue, b.path.string, b.kind.rawValue)
    }
    return result
  }

  private struct ClaimedPath: Hashable {
    var path: FilePath
    var kind: StoreKind
  }

  // MARK: - Reading side by side

  /// Reads what was found, `width` parts at a time, and puts the results together in order.
  public func read(_ findings: Findings, _ demand: ReadingDemand) async -> StoreInventory {
    let results = findings.found.map { _ in ClaimResult() }
    let queue = PartQueue(claims: findings.found.count)
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<width {
        group.addTask {
          while let job = queue.next() {
            let found = findings.found[job.claim]
            switch job.work {
            case .split:
              let parts = found.claim.parts(found.tree, demand)
              results[job.claim].expect(parts.count)
              progress?.parts.add(parts.count, ordering: .relaxed)
              queue.add(parts, of: job.claim)
            case .read(let index, let part):
              results[job.claim].set(
                index, InventoryReader.run(part, of: found, demand))
              progress?.partsDone.add(1, ordering: .relaxed)
              queue.finished()
            }
          }
        }
      }
    }
    var inventory = StoreInventory()
    inventory.looked = findings.looked
    inventory.issues = findings.issues
    let open = OpenFiles.now(for: findings.found)
    for (found, result) in zip(findings.found, results) {
      inventory.add(found, result.parts, open)
    }
    inventory.sortStores()
    for store in inventory.stores { inventory.issues += store.counts.issues }
    return inventory
  }

  private static func run(
    _ part: StorePart, of found: Found, _ demand: ReadingDemand
  ) -> PartResult {
    let collected = Collected()
    var report = ReadingReport(
      found.tree, demand, stores: found.claim.stores.count,
      onConversation: { collected.conversations.append((store: $1, conversation: $0)) },
      onPassage: { collected.passages.append((store: $1, passage: $0)) })
    part(&report)
    return PartResult(
      counts: report.stores, conversations: collected.conversations, passages: collected.passages)
  }

  // MARK: - Reading in order

  /// Reads one store after the other and hands on each conversation and passage as it comes, so that
  /// nothing but the conversation at hand is in memory.
  /// - Returns: The stores with their counts, in the same order as `read` has them.
  public func stream(
    _ findings: Findings, _ demand: ReadingDemand,
    onConversation: (StoreRecord, ListedConversation) -> Void,
    onPassage: (StoreRecord, Passage) -> Void
  ) -> StoreInventory {
    var inventory = StoreInventory()
    inventory.looked = findings.looked
    inventory.issues = findings.issues
    for found in findings.found {
      let heads = found.claim.stores.map { inventory.record(found, $0, StoreCounts(), nil) }
      var parts: [PartResult] = []
      withoutActuallyEscaping(onConversation) { onConversation in
        withoutActuallyEscaping(onPassage) { onPassage in
          for part in found.claim.parts(found.tree, demand) {
            var report = ReadingReport(
              found.tree, demand, stores: heads.count,
              onConversation: { conversation, store in
                onConversation(heads[store], heads[store].listed(conversation, store: 0))
              },
              onPassage: { passage, store in onPassage(heads[store], passage) })
            part(&report)
            parts.append(PartResult(counts: report.stores, conversations: [], passages: []))
          }
        }
      }
      inventory.add(found, parts, nil)
    }
    inventory.sortStores()
    for store in inventory.stores { inventory.issues += store.counts.issues }
    return inventory
  }
}

/// What one part found.
struct PartResult: Sendable {
  var counts: [StoreCounts]
  var conversations: [(store: Int, conversation: Conversation)]
  var passages: [(store: Int, passage: Passage)]
}

/// Gathers what a part hands on; used by one worker only.
private final class Collected {
  var conversations: [(store: Int, conversation: Conversation)] = []
  var passages: [(store: Int, passage: Passage)] = []
}

/// The results of a claim's parts, in their order whatever order they came in.
private final class ClaimResult: Sendable {
  private let slots = Mutex<[PartResult?]>([])

  var parts: [PartResult] { slots.withLock { $0.compactMap(\.self) } }

  func expect(_ count: Int) {
    slots.withLock { $0 = Array(repeating: nil, count: count) }
  }

  func set(_ index: Int, _ result: PartResult) {
    slots.withLock { $0[index] = result }
  }
}
