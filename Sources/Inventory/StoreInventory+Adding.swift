import Applications
public import Conversations
import EvidenceFiles
import SystemPackage

extension StoreInventory {
  /// An inventory of what was looked at and nothing read yet.
  init(_ findings: InventoryReader.Findings) {
    self.init()
    looked = findings.looked
    issues = findings.issues
    emptied = findings.found.filter { $0.state == .locked }.compactMap(\.claim.stores.first?.path)
  }

  /// Adds the stores of a claim with what its parts found.
  /// - Returns: For each store of the claim its index; nil where it was left out as empty.
  @discardableResult
  mutating func add(
    _ found: InventoryReader.Found, _ parts: [[StoreCounts]], _ open: OpenFiles?, isChanging: Bool
  ) -> [Int?] {
    var positions: [Int?] = []
    for (index, head) in found.claim.stores.enumerated() {
      var counts = StoreCounts()
      for part in parts where index < part.count { counts.add(part[index]) }
      let isEmptied = counts.files == 0 && emptied.contains { head.path.starts(with: $0) }
      if head.onlyIfAny || isEmptied && found.state == .plain, counts.isEmpty {
        positions.append(nil)
        continue
      }
      if index == 0, found.tree.mayHaveChangedAccessTimes(below: head.path) {
        counts.issues.append(
          Issue(
            .accessTimeMayChange, .warning, path: head.path.storedText,
            "its files belong to another user: reading may have set their access times"))
      }
      if index == 0, isChanging {
        counts.issues.append(
          Issue(
            .liveChanging, .warning, path: head.path.storedText,
            "written by its application all the while it was read: counts may mix two states"))
      }
      positions.append(stores.count)
      stores.append(record(found, head, counts, open))
      issues += counts.issues
    }
    return positions
  }

  /// The record of a store.
  func record(
    _ found: InventoryReader.Found, _ head: StoreHead, _ counts: StoreCounts, _ open: OpenFiles?
  ) -> StoreRecord {
    let status = try? found.tree.status(head.path)
    var below = head.path
    if found.root.components.count > 0 { _ = below.removePrefix(found.root) }
    return StoreRecord(
      id: StableID.store(found.claim.app, head.kind, below), app: found.claim.app, head: head,
      user: found.claim.user, counts: counts, mode: status?.mode ?? 0,
      owner: status.map { found.accounts.name($0.owner) } ?? "",
      readableBy: status.map { readability(head.path, $0, found.root) },
      live: open?.holds(head.path), state: found.state, pathBelowRoot: below,
      isAtKnownPlace: found.isAtKnownPlace)
  }

  /// Who can read what is at `path`: every folder above must let them through.
  private func readability(
    _ path: FilePath, _ status: FileStatus, _ root: FilePath
  ) -> StoreRecord.Readability {
    let needed: (group: UInt32, others: UInt32) =
      status.kind == .folder ? (0o050, 0o005) : (0o040, 0o004)
    var group = status.mode & needed.group == needed.group
    var others = status.mode & needed.others == needed.others
    var above = path
    while above.components.count > 0, above != root, group || others {
      above.removeLastComponent()
      guard let folder = try? FileStatus.of(above) else { break }
      group = group && (folder.mode & 0o010 != 0 || folder.mode & 0o001 != 0)
      others = others && folder.mode & 0o001 != 0
    }
    return others ? .everyone : group ? .group : .owner
  }

  /// Orders stores by application, path and kind.
  /// - Returns: For each index before, the one after.
  @discardableResult
  mutating func sortStores() -> [Int] {
    let order = stores.indices.sorted { left, right in
      let a = stores[left]
      let b = stores[right]
      return (a.app.rawValue, a.head.path.string, a.head.kind.rawValue)
        < (b.app.rawValue, b.head.path.string, b.head.kind.rawValue)
    }
    var moved = [Int](repeating: 0, count: stores.count)
    for (new, old) in order.enumerated() { moved[old] = new }
    stores = order.map { stores[$0] }
    return moved
  }
}

extension StoreRecord {
  /// A conversation of this store with its stable id.
  public func listed(_ conversation: Conversation, store: Int) -> ListedConversation {
    var conversation = conversation
    if head.kind == .copies { conversation.copy = true }
    return ListedConversation(
      id: StableID.conversation(app, head.kind, pathBelowRoot, conversation), app: app,
      store: store, conversation: conversation)
  }
}
