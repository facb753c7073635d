import Applications
import ByteReading
import Conversations
import EvidenceFiles
import Inventory
import SystemPackage
import TestSupport
import Testing

/// What a place holds of Jan, read whole and in order.
struct JanReading {
  var conversations: [(store: StoreRecord, conversation: Conversation)] = []
  var passages: [(store: StoreRecord, passage: Passage)] = []
  var inventory: StoreInventory

  init(
    _ place: LookingPlace, _ demand: ReadingDemand = ReadingDemand(.threads, passages: true),
    environment: [EnvironmentSetting] = [], home: FilePath = "/nonexistent",
    afterFinding: () -> Void = {}
  ) {
    let machine = Machine(home: home, user: nil, environment: environment)
    let reader = InventoryReader(machine, applications: [Jan()], width: 1)
    let findings = reader.find([place])
    afterFinding()
    var conversations: [(StoreRecord, Conversation)] = []
    var passages: [(StoreRecord, Passage)] = []
    inventory = reader.stream(
      findings, demand,
      onConversation: { conversations.append(($0, $1.conversation)) },
      onPassage: { passages.append(($0, $1)) })
    self.conversations = conversations
    self.passages = passages
  }

  init(_ path: String, _ demand: ReadingDemand = ReadingDemand(.threads, passages: true)) {
    self.init(.path(FilePath(path)), demand)
  }

  /// The stores as `kind path`, the path below `root`.
  func stores(below root: String) -> [String] {
    inventory.stores.map { store in
      "\(store.head.kind.rawValue) \(store.head.path.string.dropFirst(root.utf8.count + 1))"
    }
  }

  /// The conversation, where there is exactly one.
  var only: Conversation? { conversations.count == 1 ? conversations[0].conversation : nil }

  /// The issues as `code@offset`.
  var issues: [String] {
    inventory.issues.map { issue in
      issue.code.rawValue + (issue.offset.map { "@\($0)" } ?? "")
    }
  }

  var texts: [String] { passages.map(\.passage.text.string) }

  func conversation(_ id: String) -> Conversation? {
    conversations.first { $0.conversation.appID == StoredText(id) }?.conversation
  }
}

/// A data folder with one thread, made of the lines of `messages.jsonl` and a header.
func janThread(
  _ lines: String, header: String? = #"{"id":"t1","title":"T","assistants":[]}"#,
  id: String = "t1"
) throws -> TemporaryFolder {
  let folder = try TemporaryFolder()
  let thread = folder.path + "/threads/" + id
  try write(lines.utf8, to: thread + "/messages.jsonl")
  if let header { try write(header.utf8, to: thread + "/thread.json") }
  return folder
}

/// A message line of the newest form.
func janLine(
  _ id: String, _ role: String = "user", _ text: String = "hello", at time: Int = 1_770_000_000_000,
  metadata: String = "{}"
) -> String {
  #"{"id":"\#(id)","object":"thread.message","thread_id":"t1","role":"\#(role)","#
    + #""content":[{"type":"text","text":{"value":"\#(text)","annotations":[]}}],"status":"ready","#
    + #""created_at":\#(time),"completed_at":\#(time),"metadata":\#(metadata)}"# + "\n"
}
