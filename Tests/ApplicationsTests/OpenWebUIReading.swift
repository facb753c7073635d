import Applications
import ByteReading
import Conversations
import EvidenceFiles
import Inventory
import SystemPackage
import TestSupport
import Testing

/// What a place holds of Open WebUI, read whole and in order.
struct OpenWebUIReading {
  var conversations: [(store: StoreRecord, conversation: Conversation)] = []
  var passages: [(store: StoreRecord, passage: Passage)] = []
  var inventory: StoreInventory

  init(
    _ place: LookingPlace, _ demand: ReadingDemand = ReadingDemand(.threads, passages: true),
    environment: [EnvironmentSetting] = [], home: FilePath = "/nonexistent",
    afterFinding: () -> Void = {}
  ) {
    let machine = Machine(home: home, user: nil, environment: environment)
    let reader = InventoryReader(machine, applications: [OpenWebUI()], width: 1)
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

  /// The store of a kind at a path.
  func store(_ kind: StoreKind, _ path: String) -> StoreRecord? {
    inventory.stores.first { $0.head.kind == kind && $0.head.path.string == path }
  }

  /// The conversation of that title in a store of that kind at that path.
  func conversation(_ title: String, _ kind: StoreKind = .conversations, at path: String)
    -> Conversation?
  {
    conversations.first {
      $0.conversation.title?.string == title && $0.store.head.kind == kind
        && $0.store.head.path.string == path && !$0.conversation.deleted
    }?.conversation
  }

  var deleted: [Conversation] { conversations.map(\.conversation).filter(\.deleted) }

  /// The issues as `code` in the order they were found.
  var codes: [String] { inventory.issues.map(\.code.rawValue) }

  func texts(_ field: Passage.Field) -> [String] {
    passages.filter { $0.passage.field == field }.map(\.passage.text.string)
  }
}

/// Runs Python with the sample generator's tables at hand as `schema` and a folder; gives what it printed.
@discardableResult
func encodeOpenWebUI(
  _ script: String, in folder: TemporaryFolder, _ arguments: String...
) throws -> JSONValue {
  let start = """
    import sys, random, json, os, sqlite3, struct, zipfile
    sys.path.insert(0, sys.argv[1])
    from samples import openwebui_schema as schema
    from pathlib import Path
    folder, arguments, rng = Path(sys.argv[2]), sys.argv[3:], random.Random(11)

    def database(path, release, upgraded=False, page=4096):
        path = folder / path
        path.parent.mkdir(parents=True, exist_ok=True)
        db = sqlite3.connect(path, isolation_level=None)
        db.execute(f"PRAGMA page_size={page}")
        schema.create(db, schema.alembic(release, upgraded))
        db.execute("INSERT INTO alembic_version VALUES (?)", (dict(schema.RELEASES)[release],))
        return db

    def chat(db, key, document, **more):
        row = {"id": key, "user_id": "u1", "title": key, "archived": 0, "meta": "{}", "created_at": 1700000000,
               "updated_at": 1700000100, "chat": document if isinstance(document, str) else json.dumps(document)}
        schema.insert(db, "chat", row | more)

    def message(key, parent, role, text="x", **more):
        return {"id": key, "parentId": parent, "role": role, "content": text, "timestamp": 1700000000} | more

    def tree(messages, current):
        return {"history": {"messages": {m["id"]: m for m in messages}, "currentId": current}}

    def row(db, chat_id, key, parent, role, text, **more):
        schema.insert(db, "chat_message", {
            "id": f"{chat_id}-{key}", "chat_id": chat_id, "user_id": "u1", "role": role, "parent_id": parent,
            "content": json.dumps(text), "created_at": 1700000050, "updated_at": 1700000050} | more)

    """
  let result = try run(
    "python3",
    ["-B", "-c", start + script, Repository.path + "/scripts", folder.path] + arguments)
  #expect(result.status == 0, "\(result.errorText)")
  return result.output.isEmpty ? .null : try parse(result.output)
}
