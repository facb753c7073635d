import Applications
import ByteReading
import Conversations
import EvidenceFiles
import Inventory
import SystemPackage
import TestSupport
import Testing

/// What a place holds of LM Studio, read whole and in order.
struct LMStudioReading {
  var conversations: [(store: StoreRecord, conversation: Conversation)] = []
  var passages: [(store: StoreRecord, passage: Passage)] = []
  var inventory: StoreInventory

  init(
    _ place: LookingPlace, _ demand: ReadingDemand = ReadingDemand(.threads, passages: true),
    environment: [EnvironmentSetting] = []
  ) {
    let machine = Machine(home: "/nonexistent", user: nil, environment: environment)
    let reader = InventoryReader(machine, applications: [LMStudio()], width: 1)
    let findings = reader.find([place])
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

  /// What is counted in the conversations of all stores.
  var tally: Tally {
    inventory.stores.reduce(into: Tally()) { $0.add($1.counts.tally) }
  }

  var only: Conversation? { conversations.count == 1 ? conversations[0].conversation : nil }

  /// The issues as `code@offset`.
  var issues: [String] {
    inventory.issues.map { issue in
      issue.code.rawValue + (issue.offset.map { "@\($0)" } ?? "")
    }
  }

  var texts: [String] { passages.map(\.passage.text.string) }
}

/// What one file holds, read without looking around it: fast enough for a file at every byte.
struct LMStudioFile {
  var conversations: [Conversation] = []
  var counts = StoreCounts()

  init(_ path: String, _ level: ReadingDemand.Level, tables: Set<String>? = nil) throws {
    let file = FilePath(path)
    let tree = EvidenceTree(.below(file))
    let opened = try tree.open(file)
    var survey = Survey(tree)
    LMStudio().recognise(
      SniffedFile(
        path: file, status: opened.status, prefix: try opened.prefix(4096), tables: tables),
      &survey)
    let claim = try #require(survey.claims.first)
    let demand = ReadingDemand(level, passages: level == .threads)
    var found: [Conversation] = []
    for part in claim.parts(tree, demand) {
      var report = ReadingReport(
        tree, demand, stores: claim.stores.count,
        onConversation: {
          found.append($0); _ = $1
        },
        onPassage: { _, _ in })
      part(&report)
      for store in report.stores { counts.add(store) }
    }
    conversations = found
  }

  /// The issues as `code@offset`.
  var issues: [String] {
    counts.issues.map { $0.code.rawValue + ($0.offset.map { "@\($0)" } ?? "") }
  }
}

/// A home with one chat in it.
struct LMStudioChat {
  let folder: TemporaryFolder
  let path: String

  init(_ bytes: some Sequence<UInt8>) throws {
    folder = try TemporaryFolder()
    path = folder.path + "/.lmstudio/conversations/1750000000000.conversation.json"
    try write(bytes, to: path)
  }

  init(_ json: String) throws {
    try self.init(json.utf8)
  }

  func read(
    _ demand: ReadingDemand = ReadingDemand(.threads, passages: true)
  ) -> LMStudioReading {
    LMStudioReading(folder.path, demand)
  }
}

/// Writes the sample's part of LM Studio; gives the folder that holds `home` and `expected.json`.
func makeLMStudioSample(seed: Int) throws -> TemporaryFolder {
  let folder = try TemporaryFolder()
  let made = try run(
    "python3",
    [
      "-B", Repository.path + "/scripts/make-samples", "--only", "lmstudio", "--seed", String(seed),
      folder.path,
    ])
  #expect(made.status == 0, "\(made.errorText)")
  return folder
}
