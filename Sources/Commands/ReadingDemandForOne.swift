import Applications
import Conversations
import Inventory

/// Reads the messages of one conversation that a list has already found.
struct ReadingDemandForOne {
  let store: StoreRecord
  let id: String
  let head: Conversation

  /// The conversation whole; nil where it is gone meanwhile.
  func read(_ reading: Reading, _ places: [LookingPlace]) async -> ListedConversation? {
    let (appID, deleted) = (head.appID, head.deleted)
    let demand = ReadingDemand(.threads) { candidate in
      candidate.appID == appID && candidate.deleted == deleted
    }
    let (wantedID, app, kind, path) = (id, store.app, store.head.kind, store.head.path)
    let all = reading.reader.find(places).only(app: app)
    let (inventory, kept) = await reading.reader.read(all, demand) { item -> Conversation? in
      guard case .conversation(let conversation) = item, conversation.appID == appID else {
        return nil
      }
      return conversation
    }
    for (index, conversation) in kept {
      let record = inventory.stores[index]
      guard record.head.path == path, record.head.kind == kind else { continue }
      let listed = record.listed(conversation, store: index)
      if listed.id == wantedID { return listed }
    }
    return nil
  }
}
