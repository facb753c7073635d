import Applications
import ByteReading
import Conversations
import EvidenceFiles
import Glibc
import Inventory
import SystemPackage
import TestSupport
import Testing

/// What a place holds of GPT4All, read whole and in order.
private struct GPT4AllReading {
  var conversations: [(store: StoreRecord, conversation: Conversation)] = []
  var passages: [(store: StoreRecord, passage: Passage)] = []
  var inventory: StoreInventory

  init(
    _ place: LookingPlace, _ demand: ReadingDemand = ReadingDemand(.threads, passages: true),
    afterFinding: () -> Void = {}
  ) {
    let machine = Machine(home: "/nonexistent", user: nil, environment: [])
    let reader = InventoryReader(machine, applications: [GPT4All()], width: 1)
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

  func store(_ kind: StoreKind, _ path: String) -> StoreRecord? {
    inventory.stores.first { $0.head.kind == kind && $0.head.path == FilePath(path) }
  }

  var only: Conversation? { conversations.count == 1 ? conversations[0].conversation : nil }

  var issues: [String] {
    inventory.issues.map { issue in
      issue.code.rawValue + (issue.offset.map { "@\($0)" } ?? "")
    }
  }
}

/// What the file alone gives, without a search: the conversation, its counts and the issues.
private func readAlone(_ path: String, _ level: ReadingDemand.Level) throws
  -> (conversations: [Conversation], counts: StoreCounts)
{
  let file = FilePath(path)
  let tree = EvidenceTree(.below(file))
  var survey = Survey(tree)
  let opened = try tree.open(file)
  GPT4All().recognise(
    SniffedFile(
      path: file, status: opened.status, prefix: try opened.prefix(4096), tables: nil), &survey)
  let claim = try #require(survey.claims.first)
  var conversations: [Conversation] = []
  var counts = StoreCounts()
  let demand = ReadingDemand(level, passages: level == .threads)
  for part in claim.parts(tree, demand) {
    var report = ReadingReport(
      tree, demand, stores: 1,
      onConversation: { conversation, _ in conversations.append(conversation) },
      onPassage: { _, _ in })
    part(&report)
    counts.add(report.stores[0])
  }
  return (conversations, counts)
}

/// Runs Python with the sample encoder at hand as `g`, `folder` and `arguments`, and gives what it
/// printed.
@discardableResult
private func encode(_ script: String, in folder: TemporaryFolder, _ arguments: String...) throws
  -> JSONValue
{
  let start = """
    import sys, random, struct, json, os
    sys.path.insert(0, sys.argv[1])
    from samples import gpt4all as g
    from pathlib import Path
    folder, arguments, rng = Path(sys.argv[2]), sys.argv[3:], random.Random(7)

    """
  let result = try run(
    "python3",
    ["-B", "-c", start + script, Repository.path + "/scripts", folder.path] + arguments)
  #expect(result.status == 0, "\(result.errorText)")
  return result.output.isEmpty ? .null : try parse(result.output)
}

/// One chat with everything a version can hold.
private let fullChat = """
  v = int(arguments[0]); body = 0 if v == 100 else v
  cited = g.source("Akten", "/home/e/Akten/vertrag.md", "vertrag.md", "§ 4 Die Frist beträgt drei Monate.",
                   title="Vertrag", author="Kanzlei", date="2020", page=4, lines=(7, 9))
  ask = g.item("Prompt: ", "Wie lang ist die Frist? ⏳")
  answer = g.item("Response: ", "Drei Monate. \\ud83d", prompt="Wie lang ist die Frist? (first wording)", new="Drei volle Monate.",
                  stopped=True, down=True, error=True)
  (ask if v >= 11 else answer)["sources"] = [cited]
  ask["attachments"] = [("file:///home/e/Akten/Vertrag%20M%C3%BCller.md", "# Vertrag\\nFrist".encode()),
                        ("file:///home/e/bild.xlsx", b"PK\\3\\4\\0\\0")]
  if v == 12:
      call = {"name": "javascript_interpret", "params": [("code", "1+1")], "result": "2\\n"}
      answer["value"] = None
      answer["subs"] = [
          g.part("Response: ", None, g.part("Text: ", "Ich rechne."), g.part("ToolCall: ", "<javascript_interpret>1+1", call=call)),
          g.part("ToolResponse: ", "2\\n"),
          g.part("Response: ", None, g.part("Think: ", "<think> kurz </think>", ms=900), g.part("Text: ", "Drei Monate. \\ud83d"))]
  items = [g.item("System: ", "Be kind."), ask, answer]
  stream, offsets = g.chat(v, rng, created=1700000000, id="11111111-2222-4333-8444-555555555555", name="Neuer Chat",
                           user="Frist im Vertrag", model="m-1", items=items, kv=True, collections=["Akten"],
                           last="Drei Monate, alte Fassung.", state_name="Vertragsfrist")
  stream.write(folder / "gpt4all-11111111-2222-4333-8444-555555555555.chat")
  print(json.dumps({"offsets": offsets, "size": stream.size}))
  """

@Suite struct GPT4AllChatTests {
  @Test(
    "a chat of each version is read to the last field",
    arguments: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 100])
  func record(version: Int) throws {
    let body = version == 100 ? 0 : version
    let folder = try TemporaryFolder()
    let wrote = try encode(fullChat, in: folder, String(version))
    let reading = GPT4AllReading(.path(FilePath(folder.path)))
    #expect(reading.issues == [])
    #expect(reading.inventory.stores.map(\.head.formatVersion) == [String(version)])
    let chat = try #require(reading.only)
    #expect(chat.appID == "11111111-2222-4333-8444-555555555555")
    #expect(chat.title == "Frist im Vertrag")
    #expect(chat.created?.description == "2023-11-14T22:13:20Z")
    #expect(chat.updated == nil)
    #expect(chat.bytes == wrote["size"]?.integer.map { UInt64($0) })
    #expect(chat.tally.messages == 3)
    #expect(
      chat.tally.byRole.entries.map { "\($0.name.rawValue) \($0.count)" }
        == ["system 1", "user 1", "assistant 1"])
    #expect(chat.tally.models["m-1"] == 1)
    #expect(chat.tally.attachments == (version >= 10 && version != 100 ? 2 : 0))
    #expect(chat.tally.attachmentBytes == (version >= 10 && version != 100 ? 21 : 0))

    try #require(chat.thread.count == 3)
    let offsets = (wrote["offsets"]?.elements ?? []).map { UInt64($0.integer ?? 0) }
    #expect(chat.thread.map(\.provenance.offset) == offsets)
    #expect(chat.thread.map(\.id) == ["0", "1", "2"])
    #expect(chat.thread.map(\.model) == [nil, nil, "m-1"])
    #expect(!chat.thread.contains { !$0.active })
    let (ask, answer) = (chat.thread[1], chat.thread[2])
    #expect(ask.text == "Wie lang ist die Frist? ⏳")
    let half = StoredText(bytes: Array("Drei Monate. ".utf8) + [0xED, 0xA0, 0xBD])
    #expect(answer.text.bytes == (body == 12 ? Array("Ich rechne.\n".utf8) : []) + half.bytes)

    // Text beside the turn: excerpts, what the person would have had, old wordings, state copies.
    let asides = ask.asides + answer.asides
    #expect(asides.contains("Drei volle Monate."))
    #expect(asides.contains("Wie lang ist die Frist? (first wording)") == (body < 10))
    #expect(asides.contains("Drei Monate, alte Fassung.") == (body < 11))
    #expect(asides.contains("Vertragsfrist") == (body < 11))
    let citing = (body >= 11 ? ask : answer).asides
    let names = "Akten\n/home/e/Akten/vertrag.md\nvertrag.md\nVertrag\nKanzlei\n2020\n"
    if body >= 8 {
      #expect(citing.contains(StoredText(names + "§ 4 Die Frist beträgt drei Monate.")))
    } else if body >= 3 {
      #expect(citing.contains("§ 4 Die Frist beträgt drei Monate."))
      #expect(
        citing.contains(
          "1. \"Vertrag\". By Kanzlei. Date: 2020. In vertrag.md. Page 4. Lines 7-9. [Context](context://1)"
        ))
    }
    if body >= 10 {
      #expect(
        ask.attachments == [
          Attachment(name: "Vertrag Müller.md", bytes: 15, text: "# Vertrag\nFrist"),
          Attachment(name: "bild.xlsx", bytes: 6),
        ])
      #expect(ask.asides.contains("file:///home/e/Akten/Vertrag Müller.md"))
    }
    if body == 12 {
      #expect(answer.reasoning == "kurz")
      #expect(
        answer.toolCalls == [
          ToolCall(name: "javascript_interpret", arguments: "1+1", result: "2\n")
        ])
      #expect(answer.asides.contains("<javascript_interpret>1+1"))
    } else {
      #expect(answer.toolCalls.isEmpty && answer.reasoning == nil)
    }
  }

  @Test(
    "cut at every byte, a chat gives the items before the cut and one issue",
    arguments: [0, 8, 12])
  func cut(version: Int) throws {
    let folder = try TemporaryFolder()
    let wrote = try encode(fullChat, in: folder, String(version))
    let offsets = (wrote["offsets"]?.elements ?? []).map { Int($0.integer ?? 0) }
    let path = folder.path + "/gpt4all-11111111-2222-4333-8444-555555555555.chat"
    let whole = try contents(path)
    for size in 0..<whole.count {
      try write(whole[..<size], to: path)
      let read = try readAlone(path, .threads)
      let ends = Array(offsets.dropFirst()) + [whole.count]
      #expect(read.counts.tally.messages == UInt64(ends.count { $0 <= size }), "\(size)")
      #expect(read.conversations.map(\.thread.count) == [Int(read.counts.tally.messages)])
      #expect(read.counts.issues.count == 1, "\(size): \(read.counts.issues)")
      let counted = try readAlone(path, .counts).counts
      #expect(counted.tally == read.counts.tally)
      #expect(counted.issues == read.counts.issues)
    }
  }

  @Test("any byte may be wrong: the chat is still one chat", arguments: [3, 9, 12])
  func flipped(version: Int) throws {
    let folder = try TemporaryFolder()
    try encode(fullChat, in: folder, String(version))
    let path = folder.path + "/gpt4all-11111111-2222-4333-8444-555555555555.chat"
    let whole = try contents(path)
    for index in whole.indices {
      var changed = whole
      changed[index] ^= 0xFF
      try write(changed, to: path)
      #expect(try readAlone(path, .threads).counts.conversations == 1)
    }
  }

  @Test("damage is told with its place, and what stands before it counts")
  func damage() throws {
    let header = """
      def head(v, *rest):
          s = g.Stream(); s.pack("Iiq", g.MAGIC, v, 1700000000)
          for text in ("id-1", "N", None, "m"): s.string(text)
          return s
      def one(s):
          s.string("Prompt: "); s.string("hello"); s.string(None); s.pack("????", 0, 0, 0, 0)
          s.pack("qqq", 0, 0, 0)

      """
    func read(_ script: String) throws -> GPT4AllReading {
      let folder = try TemporaryFolder()
      try encode(header + script + "\ns.write(folder / 'gpt4all-x.chat')", in: folder)
      return GPT4AllReading(.path(FilePath(folder.path)))
    }
    // The header is 16 + (4 + 8) + (4 + 2) + 4 + (4 + 2) bytes, then no collections: 48 in all. The
    // count and one item are 4 + (4 + 16) + (4 + 10) + 4 + 4 + 24 bytes.
    var reading = try read("s = head(12); s.pack('Ii', 0, -1)")
    #expect(reading.issues == ["malformed@48"])
    reading = try read("s = head(12); s.pack('Ii', 0, 2); one(s); s.pack('I', 3); s.raw(b'abc')")
    #expect(reading.only?.tally.messages == 1)
    #expect(reading.issues.first?.hasPrefix("malformed@") == true)
    reading = try read("s = head(12); s.pack('Ii', 0, 1); one(s); s.raw(b'abc')")
    #expect(reading.issues == ["trailing-bytes@118"])
    #expect(reading.inventory.issues.map(\.severity) == [.info])
    reading = try read("s = head(12); s.pack('Ii', 0, 2_000_000_000); one(s)")
    #expect(reading.only?.tally.messages == 1)
    #expect(reading.issues == ["torn@118"])
    reading = try read("s = head(13); s.raw(b'what a later version writes')")
    #expect(reading.issues == ["too-new@4"])
    #expect(reading.only?.appID == "id-1" && reading.only?.title == "N")
    reading = try read("s = head(-3); s.raw(b'?')")
    #expect(reading.issues == ["unknown-format@4"])
    reading = try read("s = g.Stream()")
    #expect(reading.issues == ["empty"])
    #expect(reading.only?.appID == "gpt4all-x.chat")
    reading = try read("s = g.Stream(); s.raw(bytes(300))")
    #expect(reading.issues == ["malformed@0"])
    reading = try read(
      "s = g.Stream(); s.pack('IiqI', g.MAGIC, 12, 1700000000, 3_000_000_000); s.raw(bytes(20))")
    #expect(reading.issues == ["overlong@16"])
    #expect(reading.only?.created?.description == "2023-11-14T22:13:20Z")
  }

  @Test("parts of kinds that came later do not hide what follows them")
  func unknownParts() throws {
    let folder = try TemporaryFolder()
    try encode(
      """
      class Later(str): pass
      def write_part(s, p, plain=g.write_part):
          if p["label"] != "Image: ":
              return plain(s, p)
          s.string(p["label"]); s.string(p["value"])
          if p["ms"]: s.pack("i", p["ms"])
          s.pack("q", len(p["subs"]))
          for sub in p["subs"]: write_part(s, sub)
      g.write_part = write_part
      items = [g.item("Prompt: ", "draw"), g.item("Response: ", None, subs=[
          g.part("Image: ", "a fox, oil", g.part("Text: ", "inner")), g.part("Image: ", "a hen", ms=77),
          g.part("Text: ", "There you are.")]), g.item("Oracle: ", "42"), g.item("Prompt: ", "thanks")]
      g.chat(12, rng, created=1, id="i", name="n", model="m", items=items)[0].write(folder / "gpt4all-i.chat")
      """, in: folder)
    let reading = GPT4AllReading(.path(FilePath(folder.path)))
    let chat = try #require(reading.only)
    #expect(chat.thread.map(\.role.rawValue) == ["user", "assistant", "Oracle", "user"])
    #expect(chat.thread[1].text == "inner\nThere you are.")
    #expect(chat.thread[1].asides == ["a fox, oil", "a hen"])
    #expect(reading.inventory.issues.map(\.code.rawValue) == ["unknown-format"])
  }

  @Test("parts inside parts without end are given up, not followed")
  func deepParts() throws {
    let folder = try TemporaryFolder()
    try encode(
      """
      p = g.part("Text: ", "x")
      for _ in range(900): p = g.part("Response: ", None, p)
      items = [g.item("Prompt: ", "a"), g.item("Response: ", None, subs=[p])]
      g.chat(12, rng, created=1, id="i", name="n", model="m", items=items)[0].write(folder / "gpt4all-i.chat")
      """, in: folder)
    let reading = GPT4AllReading(.path(FilePath(folder.path)))
    #expect(reading.only?.tally.messages == 1)
    #expect(reading.inventory.issues.map(\.code) == [.tooDeep])
  }

  @Test("a state of gigabytes between header and items costs nothing")
  func sparseState() throws {
    let folder = try TemporaryFolder()
    try encode(
      """
      g.chat(8, rng, created=1, id="i", name="n", model="m", items=[g.item("Prompt: ", "behind it")], kv=True,
             hole=4_000_000_000)[0].write(folder / "gpt4all-i.chat")
      """, in: folder)
    let reading = GPT4AllReading(.path(FilePath(folder.path)))
    #expect(reading.only?.thread.map(\.text) == ["behind it"])
    #expect(reading.only.map { $0.bytes > 4_000_000_000 } == true)
    #expect(reading.issues == [])
  }

  @Test("an item that breaks off is found by searching and does not count")
  func brokenItem() throws {
    let folder = try TemporaryFolder()
    try encode(
      """
      s, at = g.chat(11, rng, created=1, id="i", name="n", model="m",
                     items=[g.item("Prompt: ", "first"), g.item("Response: ", "half of an answer")])
      (folder / "gpt4all-i.chat").write_bytes(s.data()[:at[1] + 4 + 4 + 20 + 4 + 8])
      """, in: folder)
    let reading = GPT4AllReading(.path(FilePath(folder.path)))
    #expect(reading.only?.tally.messages == 1)
    #expect(reading.passages.map(\.passage.text) == ["half"])
    #expect(reading.passages.first?.passage.conversation == "i")
  }

  @Test("without a title the first prompt's beginning is given, cut between characters")
  func excerpt() throws {
    let folder = try TemporaryFolder()
    try encode(
      """
      g.chat(12, rng, created=1, id="i", name="", model=None,
             items=[g.item("Response: ", "hi"), g.item("Prompt: ", "x" + "ü" * 200)])[0].write(folder / "gpt4all-i.chat")
      """, in: folder)
    let reading = GPT4AllReading(.path(FilePath(folder.path)), ReadingDemand(.heads))
    let chat = try #require(reading.only)
    #expect(chat.title == "")
    #expect(chat.excerpt == StoredText("x" + String(repeating: "ü", count: 119)))
    #expect(chat.tally.models.entries.isEmpty)
    #expect(chat.thread.isEmpty)
  }
}

@Suite struct GPT4AllPlacesTests {
  /// Compares with what the generator wrote down, store by store and chat by chat.
  private func compare(_ folder: TemporaryFolder, _ place: (FilePath) -> LookingPlace) throws {
    let home = folder.path + "/home"
    let expected = try parse(try contents(folder.path + "/expected.json"))
    let reading = GPT4AllReading(place(FilePath(home)), ReadingDemand(.heads))
    var found: [String] = []
    for store in reading.inventory.stores {
      let counts = store.counts
      let path = String(store.head.path.string.dropFirst(home.utf8.count + 1))
      let roles = counts.tally.byRole.entries.map { "\($0.name.rawValue)=\($0.count)" }.sorted()
      let models = counts.tally.models.entries.map { "\($0.name)=\($0.count)" }.sorted()
      let issues = counts.issues.map {
        "\($0.code.rawValue) \($0.path.string.dropFirst(home.utf8.count + 1)) \($0.offset.map { String($0) } ?? "-")"
      }.sorted()
      found.append(
        [
          store.head.kind.rawValue, path, store.head.format,
          counts.formatVersion ?? store.head.formatVersion ?? "-",
          "\(counts.conversations)/\(counts.files)/\(counts.bytes)",
          "\(counts.documents.map { String($0) } ?? "-")/\(counts.documentBytes)",
          "\(counts.tally.attachments)/\(counts.tally.attachmentBytes)", "\(roles)", "\(models)",
          counts.tally.earliest?.description ?? "-", counts.tally.latest?.description ?? "-",
          "\(issues)",
        ].joined(separator: " | "))
    }
    var wanted: [String] = []
    for store in expected["stores"]?.elements ?? [] {
      func number(_ value: JSONValue?) -> String { value?.integer.map { String($0) } ?? "-" }
      func named(_ key: String) -> [String] {
        (store[key]?.members ?? []).map { "\($0.key.string)=\(number($0.value))" }.sorted()
      }
      let issues = (store["issues"]?.elements ?? []).map {
        "\($0["code"]?.string ?? "") \($0["path"]?.string ?? "") \(number($0["offset"]))"
      }.sorted()
      wanted.append(
        [
          store["kind"]?.string ?? "", store["path"]?.string ?? "", store["format"]?.string ?? "",
          store["formatVersion"]?.string ?? "-",
          "\(number(store["conversations"]))/\(number(store["files"]))/\(number(store["bytes"]))",
          "\(number(store["documents"]?["count"]))/\(store["documents"]?["bytes"]?.integer ?? 0)",
          "\(number(store["attachments"]?["count"]))/\(number(store["attachments"]?["bytes"]))",
          "\(named("byRole"))", "\(named("models"))", store["earliest"]?.string ?? "-",
          store["latest"]?.string ?? "-", "\(issues)",
        ].joined(separator: " | "))
    }
    #expect(found.sorted() == wanted.sorted())
    let titles = reading.conversations.filter { $0.store.head.kind != .copies }.map {
      "\($0.conversation.appID?.string ?? "-") \($0.conversation.title?.string ?? "null")"
    }
    let wantedTitles = (expected["conversations"]?.elements ?? []).map {
      "\($0["appId"]?.string ?? "-") \($0["title"]?.string ?? "null")"
    }
    #expect(titles.sorted() == wantedTitles.sorted())
    let inStores = reading.inventory.stores.flatMap(\.counts.issues)
    #expect(reading.inventory.issues.count == inStores.count)
  }

  private func samples(seed: Int) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    let result = try run(
      "python3",
      [
        "-B", Repository.path + "/scripts/make-samples", "--seed", String(seed), "--only",
        "gpt4all", folder.path,
      ])
    #expect(result.status == 0, "\(result.errorText)")
    return folder
  }

  @Test("a home with every version is found whole", arguments: [20_261_123, 3, 4711])
  func home(seed: Int) throws {
    let folder = try samples(seed: seed)
    try compare(folder) { .home($0) }
    try compare(folder) { .path($0) }
  }

  @Test("documents, logs and instructions are given for searching, keys never")
  func passages() throws {
    let folder = try samples(seed: 1)
    let home = folder.path + "/home"
    let reading = GPT4AllReading(.home(FilePath(home)))
    let chunk = reading.passages.first {
      $0.store.head.path.lastComponent == "localdocs_v3.db" && $0.passage.field == .chunk
        && $0.passage.text.string.contains("Ferritin")
    }?.passage
    #expect(chunk?.provenance.table == "chunks")
    #expect(chunk?.provenance.row == "5")
    #expect(chunk?.provenance.offset == nil)
    let log = reading.passages.first { $0.passage.text.string.contains("about the lamp") }?.passage
    #expect(log?.field == .log)
    // The first line of the log is 77 bytes with its line feed, as `head -1 | wc -c` counts them.
    #expect(log?.provenance.offset == 77)
    #expect(reading.passages.contains { $0.passage.text.string.contains("patient co-author") })
    let texts = reading.passages.map(\.passage.text.string)
    #expect(!texts.contains { $0.contains("sk-invented") || $0.contains("apiKey") })
    #expect(!texts.contains { $0.contains("cellar key") })
  }

  @Test("a folder given as the place stays the only one that is looked at")
  func scope() throws {
    let folder = try samples(seed: 2)
    let data = folder.path + "/home/.local/share/nomic.ai/GPT4All"
    var reading = GPT4AllReading(.path(FilePath(data)))
    #expect(reading.inventory.stores.allSatisfy { $0.head.path.string.hasPrefix(data) })
    #expect(reading.store(.conversations, data)?.counts.conversations == 4)
    #expect(reading.store(.logs, data)?.counts.files == 2)
    #expect(reading.issues.filter { $0 == "points-outside" } == [])

    let config = folder.path + "/home/.config/nomic.ai/GPT4All.ini"
    reading = GPT4AllReading(.path(FilePath(config)))
    #expect(reading.inventory.stores.map(\.head.kind) == [.settings])
    let backup = folder.path + "/home/Documents/aufgehoben/chat 2024.bak"
    reading = GPT4AllReading(.path(FilePath(backup)))
    #expect(reading.inventory.stores.map(\.head.kind) == [.conversations])
    #expect(reading.only?.tally.messages ?? 0 > 0)
  }

  @Test("settings that name a folder outside are an issue, in a home the folder is followed")
  func namedFolder() throws {
    let folder = try TemporaryFolder()
    let (home, other) = (folder.path + "/home", folder.path + "/other")
    let chat = """
      for place, id in (("home/.local/share/nomic.ai/GPT4All", "a"), ("other", "b")):
          g.chat(12, rng, created=1, id=id, name=id, model="m", items=[])[0].write(folder / place / f"gpt4all-{id}.chat")
      """
    try encode(chat, in: folder)
    let ini = "[General]\nmodelPath=\(other)/\n"
    try write(ini.utf8, to: home + "/.config/nomic.ai/GPT4All.ini")
    var reading = GPT4AllReading(.path(FilePath(home)))
    #expect(reading.issues == ["points-outside"])
    #expect(reading.conversations.map(\.store.head.kind) == [.conversations])

    reading = GPT4AllReading(.home(FilePath(home)))
    #expect(reading.issues == [])
    #expect(reading.store(.conversations, other)?.counts.conversations == 1)
    let data = home + "/.local/share/nomic.ai/GPT4All"
    #expect(reading.store(.copies, data)?.counts.conversations == 1)
    #expect(reading.store(.conversations, data) == nil)
  }

  @Test("a chat that vanishes between finding and reading is an issue")
  func vanished() throws {
    let folder = try TemporaryFolder()
    try encode(
      """
      for id in "ab":
          g.chat(12, rng, created=1, id=id, name=id, model="m", items=[])[0].write(folder / f"gpt4all-{id}.chat")
      """, in: folder)
    let reading = GPT4AllReading(.path(FilePath(folder.path))) {
      #expect(remove(folder.path + "/gpt4all-a.chat") == 0)
    }
    #expect(reading.issues == ["vanished"])
    #expect(reading.only?.appID == "b")
  }

  @Test("a second copy of a chat in its folder is a copy, any other chat there is one")
  func otherNames() throws {
    let folder = try TemporaryFolder()
    try encode(
      """
      for id, name in (("a", "gpt4all-a.chat"), ("a", "gpt4all-a.chat.bak"), ("c", "holiday.chat")):
          g.chat(12, rng, created=1, id=id, name=id, model="m", items=[])[0].write(folder / name)
      (folder / "notes.chat").write_text("not a chat")
      (folder / "log.txt").write_text("ours")
      """, in: folder)
    let reading = GPT4AllReading(.path(FilePath(folder.path)))
    let found = reading.conversations.map {
      "\($0.store.head.kind.rawValue) \($0.conversation.appID?.string ?? "")"
    }
    #expect(found.sorted() == ["conversations a", "conversations c", "copies a"])
    #expect(reading.store(.logs, folder.path)?.counts.files == 1)
    #expect(reading.issues == [])
  }

  @Test("a Windows profile in an image is found whatever the case of its names")
  func windowsCase() throws {
    let folder = try TemporaryFolder()
    try encode(
      """
      base = folder / "Users/Kim"
      g.chat(12, rng, created=1, id="w", name="w", model="m", items=[])[0].write(base / "gpt/gpt4all-w.chat")
      g.chat(3, rng, created=1, id="o", name="o", model="m", items=[])[0].write(
          base / "appdata/local/Nomic.ai/gpt4all/gpt4all-o.chat")
      ini = base / "appdata/Roaming/nomic.AI/GPT4All.ini"
      ini.parent.mkdir(parents=True)
      ini.write_text("[General]\\r\\nmodelPath=C:/users/kim/GPT/\\r\\n")
      """, in: folder)
    let reading = GPT4AllReading(.image(FilePath(folder.path)))
    let found = reading.conversations.map {
      "\($0.store.head.kind.rawValue) \($0.conversation.appID?.string ?? "")"
    }
    #expect(found.sorted() == ["conversations w", "copies o"])
  }

  @Test("empty and foreign databases under the documents' name are issues")
  func brokenDatabases() throws {
    let folder = try TemporaryFolder()
    try write([], to: folder.path + "/localdocs_v2.db")
    try write("this is no database, though it says so".utf8, to: folder.path + "/localdocs_v3.db")
    let reading = GPT4AllReading(.path(FilePath(folder.path)))
    #expect(reading.store(.copies, folder.path + "/localdocs_v2.db")?.counts.issues.count == 1)
    let newest = reading.store(.documents, folder.path + "/localdocs_v3.db")?.counts
    #expect(newest?.documents == 0)
    #expect(newest?.issues.map(\.severity) == [.error])
  }
}
