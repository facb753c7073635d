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
  /// The vaults of this machine.
  public var vaults: [KnownVault]

  /// Makes a reader.
  public init(
    _ machine: Machine, applications: [any Application] = KnownApplications.all, width: Int,
    progress: ReadingProgress? = nil, vaults: [KnownVault] = []
  ) {
    self.machine = machine
    self.vaults = vaults
    self.applications = applications
    self.width = max(1, width)
    self.progress = progress
  }

  /// How often a store is read that others write meanwhile, before what was read last is given.
  static let triesOfChanging = 5

  /// A claim with the door it was found through.
  public struct Found: Sendable {
    let claim: StoreClaim
    let tree: EvidenceTree
    let accounts: Accounts
    let root: FilePath
    let isAtKnownPlace: Bool
    var state = StoreRecord.State.plain
  }

  /// What was found and not yet read.
  public struct Findings: Sendable {
    var found: [Found] = []
    var looked: [LookedAt] = []
    var issues: [Issue] = []

    /// The same without other applications.
    public func only(app: ApplicationID) -> Findings {
      var result = self
      result.found = found.filter { $0.claim.app == app }
      return result
    }
  }

  // MARK: - Finding

  /// Finds what applications claim below the places; nothing is claimed twice.
  /// - Parameter walks: Whether folders are gone through; without, only known places are looked at.
  public func find(_ places: [LookingPlace], walks: Bool = true) -> Findings {
    var result = Findings()
    var seen: Set<ClaimedPath> = []
    for place in places {
      let search = StoreSearch(
        place, applications: applications, machine: machine, progress: progress, walks: walks)
      let accounts = search.accounts
      let tree = search.survey.tree
      for known in vaults
      where !known.isOpen && known.isBelow(place) && VaultFolder.isOne(known.vault, tree) {
        guard let app = known.app,
          seen.insert(ClaimedPath(path: known.vault, kind: .conversations)).inserted
        else {
          continue
        }
        result.found.append(
          Found(
            claim: VaultFolder.claim(known, of: app), tree: tree, accounts: accounts, root: "/",
            isAtKnownPlace: false, state: .locked))
      }
      // What is in a vault that is open is counted where its store is.
      for path in search.vaults
      where !vaults.contains(where: { $0.vault == path && ($0.app != nil || $0.isOpen) }) {
        result.issues.append(VaultFolder.issue(path))
      }
      let root: FilePath = if case .image(let root) = place { root } else { "/" }
      for (index, claim) in search.survey.claims.enumerated() {
        guard let first = claim.stores.first,
          seen.insert(ClaimedPath(path: first.path, kind: first.kind)).inserted
        else { continue }
        result.found.append(
          Found(
            claim: claim, tree: search.survey.tree, accounts: search.accounts, root: root,
            isAtKnownPlace: index < search.claimsAtKnownPlaces,
            state: state(of: first.path, place)))
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

  private func state(of store: FilePath, _ place: LookingPlace) -> StoreRecord.State {
    // Paths of this machine mean nothing in an image.
    if case .image = place { return .plain }
    return vaults.contains { $0.isOpen && store.starts(with: $0.store) } ? .open : .plain
  }

  /// What is found, as records without counts: where stores are, without reading them.
  public func stores(_ findings: Findings) -> [StoreRecord] {
    var inventory = StoreInventory(findings)
    for found in findings.found {
      for head in found.claim.stores {
        inventory.stores.append(inventory.record(found, head, StoreCounts(), nil))
      }
    }
    inventory.sortStores()
    return inventory.stores
  }

  private struct ClaimedPath: Hashable {
    var path: FilePath
    var kind: StoreKind
  }

  // MARK: - Reading side by side

  /// Reads what was found, `width` parts at a time, and puts the results together in order.
  /// - Parameter keep: Called by the worker that read it with each conversation and passage; what it
  ///   returns is kept, everything else is let go at once.
  /// - Returns: The inventory, and what was kept by index of its store, in stored order.
  public func read<Item: Sendable>(
    _ findings: Findings, _ demand: ReadingDemand,
    keep: @escaping @Sendable (ReadItem) -> Item?
  ) async -> (inventory: StoreInventory, kept: [(store: Int, item: Item)]) {
    let results = findings.found.map { _ in ClaimResult<Item>() }
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
              let verdict = results[job.claim].set(
                index, InventoryReader.run(part, of: found, demand, keep))
              progress?.partsDone.add(1, ordering: .relaxed)
              queue.finished(again: verdict == .again ? job.claim : nil)
            }
          }
        }
      }
    }
    var inventory = StoreInventory(findings)
    let open = OpenFiles.now(for: findings.found)
    var kept: [(store: Int, item: Item)] = []
    for (found, result) in zip(findings.found, results) {
      let parts = result.parts
      let positions = inventory.add(
        found, parts.map(\.counts), open, isChanging: result.isLive)
      for part in parts {
        for (store, item) in part.kept {
          if let position = positions[store] { kept.append((position, item)) }
        }
      }
    }
    let moved = inventory.sortStores()
    let ordered = kept.enumerated().map { (moved[$0.element.store], $0.offset, $0.element.item) }
      .sorted { ($0.0, $0.1) < ($1.0, $1.1) }
    return (inventory, ordered.map { (store: $0.0, item: $0.2) })
  }

  /// Reads counts only.
  public func count(_ findings: Findings) async -> StoreInventory {
    await read(findings, ReadingDemand(.counts)) { _ -> Never? in nil }.inventory
  }

  private static func run<Item: Sendable>(
    _ part: StorePart, of found: Found, _ demand: ReadingDemand,
    _ keep: @escaping @Sendable (ReadItem) -> Item?
  ) -> PartResult<Item> {
    let collected = Collected<Item>()
    var report = ReadingReport(
      found.tree, demand, stores: found.claim.stores.count,
      onConversation: { conversation, store in
        let isCopy = found.claim.stores[store].kind == .copies
        var conversation = conversation
        if isCopy { conversation.copy = true }
        if let item = keep(.conversation(conversation)) { collected.kept.append((store, item)) }
      },
      onPassage: { passage, store in
        if let item = keep(.passage(passage)) { collected.kept.append((store, item)) }
      })
    part(&report)
    return PartResult(counts: report.stores, checks: report.checks, kept: collected.kept)
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
    var inventory = StoreInventory(findings)
    for found in findings.found {
      let heads = found.claim.stores.map { inventory.record(found, $0, StoreCounts(), nil) }
      var parts: [[StoreCounts]] = []
      var handedOn: Set<HandedOn> = []
      var tries = 0
      var isChanging = false
      repeat {
        tries += 1
        var checks: [@Sendable () -> Bool] = []
        parts = []
        withoutActuallyEscaping(onConversation) { onConversation in
          withoutActuallyEscaping(onPassage) { onPassage in
            for part in found.claim.parts(found.tree, demand) {
              var report = ReadingReport(
                found.tree, demand, stores: heads.count,
                onConversation: { conversation, store in
                  // A database that changed is read again; what was handed on stays as it was.
                  let listed = heads[store].listed(conversation, store: 0)
                  let name = HandedOn(
                    id: listed.id, store: store, row: conversation.provenance)
                  if handedOn.insert(name).inserted { onConversation(heads[store], listed) }
                },
                onPassage: { passage, store in onPassage(heads[store], passage) })
              part(&report)
              parts.append(report.stores)
              checks += report.checks
            }
          }
        }
        isChanging = !checks.allSatisfy { $0() }
      } while isChanging && tries < InventoryReader.triesOfChanging
      inventory.add(found, parts, nil, isChanging: isChanging)
    }
    inventory.sortStores()
    return inventory
  }
}

/// What a stream has handed on already.
private struct HandedOn: Hashable {
  var id: String
  var store: Int
  var row: Provenance
}

/// Something that was read, handed to whoever asked.
public enum ReadItem: Sendable {
  /// A conversation, with its messages where they were asked for.
  case conversation(Conversation)
  /// Text outside of conversations.
  case passage(Passage)
}

/// What one part found.
private struct PartResult<Item: Sendable>: Sendable {
  var counts: [StoreCounts]
  var checks: [@Sendable () -> Bool]
  var kept: [(store: Int, item: Item)]
}

/// Gathers what a part hands on; used by one worker only.
private final class Collected<Item> {
  var kept: [(store: Int, item: Item)] = []
}

/// The results of a claim's parts, in their order whatever order they came in.
private final class ClaimResult<Item: Sendable>: Sendable {
  private struct State {
    var slots: [PartResult<Item>?] = []
    var missing = 0
    var tries = 0
    var isLive = false
  }

  enum Verdict {
    case kept
    /// The store was written meanwhile: its parts are to be split and read again.
    case again
  }

  private let state = Mutex(State())

  var parts: [PartResult<Item>] { state.withLock { $0.slots.compactMap(\.self) } }

  /// Whether it was written all the while it was read, however often that was tried.
  var isLive: Bool { state.withLock { $0.isLive } }

  func expect(_ count: Int) {
    state.withLock { state in
      state.slots = Array(repeating: nil, count: count)
      state.missing = count
      state.tries += 1
    }
  }

  func set(_ index: Int, _ result: PartResult<Item>) -> Verdict {
    state.withLock { state in
      state.slots[index] = result
      state.missing -= 1
      guard state.missing == 0 else { return .kept }
      let isUnchanged = state.slots.allSatisfy { $0?.checks.allSatisfy { $0() } ?? true }
      if isUnchanged { return .kept }
      if state.tries < InventoryReader.triesOfChanging { return .again }
      state.isLive = true
      return .kept
    }
  }
}
