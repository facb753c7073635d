import Applications
import ByteReading
import Conversations
import EvidenceFiles
import Inventory
import SystemPackage
import TestSupport
import Testing

/// What a place holds of Ollama, read whole and in order.
struct OllamaReading {
  var conversations: [(store: StoreRecord, conversation: Conversation)] = []
  var passages: [(store: StoreRecord, passage: Passage)] = []
  var inventory: StoreInventory

  init(
    _ place: LookingPlace, _ demand: ReadingDemand = ReadingDemand(.threads, passages: true),
    environment: [EnvironmentSetting] = [], home: FilePath = "/nonexistent",
    afterFinding: () -> Void = {}
  ) {
    let machine = Machine(home: home, user: nil, environment: environment)
    let reader = InventoryReader(machine, applications: [Ollama()], width: 1)
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

  var only: Conversation? { conversations.count == 1 ? conversations[0].conversation : nil }

  /// The issues as `code@offset`.
  var issues: [String] {
    inventory.issues.map { issue in
      issue.code.rawValue + (issue.offset.map { "@\($0)" } ?? "")
    }
  }

  var texts: [String] { passages.map(\.passage.text.string) }
}

/// Runs Python with the sample encoder at hand as `o`, `folder` and `arguments`, and gives the document
/// it printed.
@discardableResult
func encodeOllama(
  _ script: String, in folder: TemporaryFolder, _ arguments: String...
) throws -> JSONValue {
  let start = """
    import sys, random, json, os, sqlite3
    sys.path.insert(0, sys.argv[1])
    from samples import ollama as o
    from samples.truth import Truth
    from pathlib import Path
    folder, arguments, rng = Path(sys.argv[2]), sys.argv[3:], random.Random(11)

    """
  let result = try run(
    "python3",
    ["-B", "-c", start + script, Repository.path + "/scripts", folder.path] + arguments)
  #expect(result.status == 0, "\(result.errorText)")
  return result.output.isEmpty ? .null : try parse(result.output)
}
