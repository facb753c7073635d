import Applications
import ByteReading
import Conversations
import EvidenceFiles
import Glibc
import Inventory
import SystemPackage
import TestSupport
import Testing

/// A database of a version with everything that version can hold, and what was written into it.
private let fullDatabase = """
  version, old = int(arguments[0]), int(arguments[1]) or None
  made = o.Desktop(rng, version, old, offset=330)
  chat = made.chat([("Frage 1 <b>&</b> 🐟\\n  zweite Zeile", "Antwort eins"), ("Frage 2", "Antwort zwei")], title="Titel ✂️")
  ask, first, again, last = chat["messages"]
  first["thinking"] = "erst überlegen"
  first["calls"] = [("browser.open", o.go_json({"id": "<1>"})), ("second", "{}")]
  if version >= 3:
      ask["files"] = [("a.txt", "Anhang ä".encode()), ("leer.pdf", b""), ("bild.png", bytes([0x89, 0x50, 0, 255]))]
  if version >= 4:
      last["result"] = o.go_json({"ok": True})
  if version >= 9:
      chat["state"] = o.go_json({"page_stack": [], "url_to_page": {"u": {"url": "u", "title": "T", "text": "Seitentext", "lines": ["x"]}}})
  made.save(chat)
  made.has_log = arguments[2] == "log"
  if not made.has_log:
      made.checkpoint()
  made.place(folder / "db.sqlite")
  print(json.dumps({"id": chat["id"], "created": o.shown(chat["created"]),
      "updated": o.shown(max(m["updated"] for m in chat["messages"])),
      "messages": [{"row": m["row"], "role": m["role"], "text": m["content"], "thinking": m["thinking"],
                    "model": m["model"], "time": o.shown(m["created"]), "files": [[n, len(d)] for n, d in m["files"]],
                    "calls": m["calls"], "result": m["result"]} for m in chat["messages"]]}))
  """

@Suite struct OllamaDatabaseTests {
  @Test(arguments: 1...18, [0, 1, 2])
  func readsEveryVersionToTheLastField(version: Int, upgradedFrom: Int) throws {
    guard upgradedFrom < version else { return }
    let folder = try TemporaryFolder()
    let log = version.isMultiple(of: 2) ? "log" : ""
    let written = try encodeOllama(
      fullDatabase, in: folder, String(version), String(upgradedFrom), log)
    let reading = OllamaReading(folder.path)
    #expect(reading.stores(below: folder.path) == ["conversations db.sqlite"])
    #expect(reading.issues == [])
    #expect(reading.inventory.stores.first?.counts.formatVersion == String(version))
    #expect(reading.inventory.stores.first?.head.format == "ollama-app")
    let chat = try #require(reading.only)
    #expect(chat.appID == written["id"]?.text)
    #expect(chat.title == "Titel ✂️")
    #expect(chat.excerpt == nil)
    #expect(chat.created?.description == written["created"]?.string)
    #expect(chat.updated?.description == written["updated"]?.string)
    #expect(chat.provenance.table == "chats")
    #expect(chat.provenance.row == chat.appID)
    #expect(!chat.deleted)
    let expected = written["messages"]?.elements ?? []
    #expect(chat.thread.count == expected.count)
    for (message, want) in zip(chat.thread, expected) {
      let row = want["row"]?.integer.map { StoredText(String($0)) }
      #expect(message.id == row)
      #expect(message.role.rawValue == want["role"]?.string)
      #expect(message.text == want["text"]?.text)
      #expect(message.reasoning?.string ?? "" == want["thinking"]?.string)
      #expect(message.model == want["model"]?.text)
      #expect(message.time?.description == want["time"]?.string)
      #expect(message.provenance.table == "messages")
      #expect(message.provenance.row == row)
      #expect(message.provenance.offset == nil)
      #expect(!message.gap)
      let files = want["files"]?.elements ?? []
      #expect(message.attachments.map(\.name) == files.map { $0.elements[0].text })
      #expect(
        message.attachments.map(\.bytes) == files.map { $0.elements[1].integer.map(UInt64.init) })
      var calls = (want["calls"]?.elements ?? []).map {
        ToolCall(name: $0.elements[0].text, arguments: $0.elements[1].text)
      }
      if let result = want["result"]?.text { calls.append(ToolCall(result: result)) }
      #expect(message.toolCalls == calls)
    }
    if version >= 3 {
      #expect(chat.thread[0].attachments.map { $0.text?.string } == ["Anhang ä", nil, nil])
      #expect(chat.tally.attachments == 3)
      #expect(chat.tally.attachmentBytes == 9 + 4)
    }
    #expect(reading.texts == (version >= 9 ? ["u\nT\nSeitentext"] : []))
    if version >= 9 { #expect(reading.passages.first?.passage.conversation == chat.appID) }
  }

  @Test func rowsOfDeletedChatsAreToldAndNotCounted() throws {
    let folder = try TemporaryFolder()
    try encodeOllama(
      """
      made = o.Desktop(rng, 9)
      made.chat(o.DIALOGUES[0])
      made.lose(made.chat(o.DIALOGUES[5]))
      made.lose(made.chat([("only asked", "only answered")]))
      made.checkpoint()
      made.place(folder / "db.sqlite")
      """, in: folder)
    let reading = OllamaReading(folder.path)
    let store = try #require(reading.inventory.stores.first)
    #expect(store.counts.conversations == 1)
    #expect(store.counts.tally.messages == 4)
    #expect(reading.issues == ["orphan"])
    let deleted = reading.conversations.map(\.conversation).filter(\.deleted)
    #expect(deleted.map { $0.thread.count } == [2, 2])
    #expect(deleted.allSatisfy { $0.appID == nil && $0.title == nil && $0.confidence != nil })
    #expect(deleted.allSatisfy { $0.thread.allSatisfy(\.gap) })
    #expect(deleted.last?.thread.map(\.text) == ["only asked", "only answered"])
    // The id of a chat is a UUID of version 7 and has the time in it.
    #expect(deleted.allSatisfy { ($0.created?.milliseconds ?? 0) > 1_754_000_000_000 })
  }

  @Test func laterVersionsAreReadAndToldOf() throws {
    let folder = try TemporaryFolder()
    try encodeOllama(
      """
      made = o.Desktop(rng, 23)
      made.db.execute("ALTER TABLE messages ADD COLUMN mood TEXT")
      made.chat(o.DIALOGUES[0])
      made.checkpoint()
      made.place(folder / "x.bin")
      """, in: folder)
    let reading = OllamaReading(folder.path + "/x.bin")
    #expect(reading.issues == ["too-new"])
    #expect(reading.only?.thread.count == 4)
  }

  @Test func columnsAreFoundByNameAndRowsByID() throws {
    let folder = try TemporaryFolder()
    try encodeOllama(
      """
      db = sqlite3.connect(folder / "db.sqlite")
      db.executescript('''
        CREATE TABLE settings (schema_version INTEGER, id INTEGER PRIMARY KEY, models TEXT);
        INSERT INTO settings VALUES (18, 1, '');
        CREATE TABLE chats (created_at TIMESTAMP, title TEXT, id TEXT PRIMARY KEY);
        CREATE TABLE messages (model_name TEXT, content TEXT, updated_at TEXT, created_at TEXT, role TEXT, chat_id TEXT,
                               id INTEGER PRIMARY KEY);
        INSERT INTO chats VALUES ('2026-01-02T03:04:05Z', '', 'c');
        INSERT INTO messages VALUES (NULL, 'second', '0001-01-01 00:00:00+00:00', '2026-01-02 03:04:06', 'narrator', 'c', 9);
        INSERT INTO messages VALUES ('m', 'first', '2026-01-02 05:04:07.5+01:30', '2026-01-01 23:04:05-04:00', 'user', 'c', 2);
      ''')
      db.commit()
      """, in: folder)
    let reading = OllamaReading(folder.path)
    let chat = try #require(reading.only)
    #expect(reading.issues == [])
    #expect(chat.thread.map(\.text) == ["first", "second"])
    #expect(chat.thread.map(\.role.rawValue) == ["user", "narrator"])
    #expect(
      chat.thread.map { $0.time?.description } == ["2026-01-02T03:04:05Z", "2026-01-02T03:04:06Z"])
    #expect(chat.updated?.description == "2026-01-02T03:34:07.500Z")
    #expect(chat.title == "")
    #expect(chat.excerpt == "first")
    #expect(chat.tally.models["m"] == 1)
  }

  /// A database with a list of chats that cannot be read has lost no chat: its messages are of chats
  /// whose heads are missing.
  @Test func aDamagedListOfChatsIsNoDeletion() throws {
    let folder = try TemporaryFolder()
    let written = try encodeOllama(
      """
      made = o.Desktop(rng, 12)
      for d in o.DIALOGUES[:3]: made.chat(d)
      made.checkpoint()
      root = made.db.execute("SELECT rootpage FROM sqlite_schema WHERE name='chats'").fetchone()[0]
      made.place(folder / "db.sqlite")
      data = bytearray((folder / "db.sqlite").read_bytes())
      data[(root - 1) * 4096:root * 4096] = bytes(4096)
      (folder / "db.sqlite").write_bytes(data)
      print(json.dumps([c["id"] for c in made.chats]))
      """, in: folder)
    let reading = OllamaReading(folder.path)
    #expect(reading.inventory.stores.first?.counts.conversations == 3)
    #expect(
      reading.conversations.map(\.conversation.appID) == written.elements.map(\.text))
    #expect(reading.conversations.allSatisfy { !$0.conversation.deleted })
    #expect(reading.issues.contains("orphan"))
    #expect(reading.issues.contains { $0.hasPrefix("damaged-page") })
  }

  @Test func damageOfAnyByteNeitherTrapsNorHides() throws {
    let folder = try TemporaryFolder()
    try encodeOllama(fullDatabase, in: folder, "18", "2", "")
    let sound = try contents(folder.path + "/db.sqlite")
    let path = folder.path + "/copy.sqlite"
    var state: UInt64 = 20_261_123
    for _ in 0..<120 {
      var damaged = sound
      for _ in 0..<6 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        // Mostly in the first 100 bytes of some page, where its structure is.
        let page = Int(state >> 33) % (sound.count / 4096)
        let place = page * 4096 + Int(state >> 21) % (state & 1 == 0 ? 100 : 4096)
        damaged[place] = UInt8(truncatingIfNeeded: state >> 50)
      }
      try write(damaged, to: path)
      for level in [ReadingDemand.Level.counts, .threads] {
        let reading = OllamaReading(path, ReadingDemand(level, passages: true))
        #expect(reading.conversations.count < 100)
      }
    }
    for size in stride(from: 0, to: sound.count, by: 1021) {
      try write(sound[..<size], to: path)
      let reading = OllamaReading(path)
      // What is no database any more is nobody's; what still is has an issue.
      #expect(reading.inventory.stores.isEmpty || !reading.issues.isEmpty, "\(size)")
    }
  }

  @Test func aFileAtTheAppsPlaceThatIsNoDatabaseIsAnIssue() throws {
    let folder = try TemporaryFolder()
    let place = folder.path + "/Library/Application Support/Ollama/db.sqlite"
    for (bytes, code) in [
      ([], "empty"), (Array("hello world".utf8), "not-a-database"),
      ((0..<8192).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ 11) }, "encrypted"),
    ] as [([UInt8], String)] {
      try write(bytes, to: place)
      let reading = OllamaReading(folder.path)
      #expect(reading.inventory.stores.map(\.head.path.string) == [place])
      #expect(reading.issues.map { $0.prefix { $0 != "@" } } == [code[...]])
    }
  }

  @Test func countsAreTheSameAtEveryLevel() throws {
    let folder = try TemporaryFolder()
    try encodeOllama(
      """
      made = o.Desktop(rng, 18)
      for d in o.DIALOGUES: made.chat(d)
      o.full_features(made)
      o.lost_chats(made)
      made.checkpoint()
      made.place(folder / "db.sqlite")
      """, in: folder)
    let counts = OllamaReading(folder.path, ReadingDemand(.counts)).inventory.stores.map(\.counts)
    let heads = OllamaReading(folder.path, ReadingDemand(.heads)).inventory.stores.map(\.counts)
    let all = OllamaReading(folder.path).inventory.stores.map(\.counts)
    #expect(counts.map(\.tally) == all.map(\.tally))
    #expect(heads.map(\.tally) == all.map(\.tally))
    #expect(counts.map(\.conversations) == all.map(\.conversations))
    #expect(counts.map(\.issues) == all.map(\.issues))
    #expect(all.first?.tally.messages ?? 0 > 40)
  }
}
