import Applications
import ArgumentParser
import Conversations
import Inventory
import Reporting

/// What all commands share that read stores: the reader, the head of documents, names for people.
struct Reading {
  let reader: InventoryReader
  let progress: ReadingProgress

  init(applications: [String] = []) throws(Failure) {
    progress = ReadingProgress()
    var known = KnownApplications.all
    if !applications.isEmpty {
      for name in applications where !known.contains(where: { $0.id.rawValue == name }) {
        let names = known.map(\.id.rawValue).joined(separator: ", ")
        throw Failure(
          "no application is called \(name)", hint: "known are \(names)", status: .usage)
      }
      known = known.filter { applications.contains($0.id.rawValue) }
    }
    reader = InventoryReader(
      ThisProcess.machine, applications: known, width: ThisProcess.processors, progress: progress,
      vaults: RememberedVault.all().map(\.known))
  }

  static var head: DocumentHead {
    DocumentHead(version: SottoCommand.version, generated: ThisProcess.now)
  }

  static var names: [String: String] {
    var names: [String: String] = [:]
    for application in KnownApplications.all {
      names[application.id.rawValue] = application.displayName
    }
    return names
  }

  /// Reads with a line of progress on the terminal.
  func read<Item: Sendable>(
    _ places: [LookingPlace], _ demand: ReadingDemand,
    keep: @escaping @Sendable (ReadItem) -> Item?
  ) async -> (inventory: StoreInventory, kept: [(store: Int, item: Item)]) {
    let line = ProgressLine(progress)
    defer { line.end() }
    return await reader.read(reader.find(places), demand, keep: keep)
  }

  /// The head of every conversation.
  func conversations(
    _ places: [LookingPlace]
  ) async -> (inventory: StoreInventory, listed: [ListedConversation]) {
    let result = await read(places, ReadingDemand(.heads)) { item -> Conversation? in
      if case .conversation(let conversation) = item { conversation } else { nil }
    }
    let listed = result.kept.map {
      result.inventory.stores[$0.store].listed($0.item, store: $0.store)
    }
    return (result.inventory, listed)
  }
}

/// Fails with 1 where issues were found and the caller asked to be told.
func end(_ inventory: StoreInventory, strict: Bool) throws(CommandEnd) {
  if strict, !inventory.issues.isEmpty { throw CommandEnd(status: .found) }
}
