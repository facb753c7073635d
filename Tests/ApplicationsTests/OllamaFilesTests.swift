import Applications
import ByteReading
import Conversations
import EvidenceFiles
import Glibc
import Inventory
import SystemPackage
import TestSupport
import Testing

/// A models folder with one saved conversation of everything a message can hold.
private let fullModel = """
  messages = [
      {"role": "system", "content": "Sei <knapp> & klar"},
      {"role": "user", "content": "Was ist das? 🐙", "images": ["aGVsbG8=", "aGVsbG8h", "aGk="]},
      {"role": "assistant", "content": "", "thinking": "hm", "tool_calls": [
          {"id": "c1", "function": {"index": 0, "name": "look", "arguments": {"a": [1, 2]}}}]},
      {"role": "tool", "content": "octopus", "tool_name": "look", "tool_call_id": "c1"},
      {"role": "assistant", "content": "Ein Krake.\\n", "mood": {"later": 1}},
      {"role": "assistant", "content": None}]
  models = o.Models(folder, "models")
  data = o.go_json(messages).encode() + b"\\n"
  digest = models.blob(data)
  models.tag("registry.ollama.ai/library/krake/latest", [("model", "00", 1), ("messages", digest, len(data))])
  print(json.dumps({"digest": digest, "data": data.decode()}))
  """

@Suite struct OllamaFilesTests {
  @Test func readsASavedConversationToTheLastField() throws {
    let folder = try TemporaryFolder()
    let written = try encodeOllama(fullModel, in: folder)
    let data = try #require(written["data"]?.text).bytes
    let blob = "models/blobs/sha256-" + (written["digest"]?.string ?? "")
    let reading = OllamaReading(folder.path)
    #expect(reading.stores(below: folder.path) == ["conversations models"])
    #expect(reading.issues == [])
    let chat = try #require(reading.only)
    #expect(chat.appID == "krake:latest")
    #expect(chat.title == nil)
    #expect(chat.created == nil)
    #expect(chat.provenance.path.string == folder.path + "/" + blob)
    let messages = chat.thread
    #expect(messages.map(\.role) == [.system, .user, .assistant, .tool, .assistant, .assistant])
    #expect(
      messages.map(\.text.string)
        == ["Sei <knapp> & klar", "Was ist das? 🐙", "", "octopus", "Ein Krake.\n", ""])
    #expect(messages.map(\.id) == ["0", "1", "2", "3", "4", "5"])
    #expect(messages[1].attachments.map(\.bytes) == [5, 6, 2])
    #expect(messages[2].reasoning == "hm")
    #expect(
      messages[2].toolCalls == [ToolCall(id: "c1", name: "look", arguments: "{\"a\":[1,2]}")])
    #expect(messages[3].toolCalls == [ToolCall(id: "c1", name: "look")])
    #expect(messages[4].asides == ["{\"later\":1}"])
    #expect(
      messages.map(\.model?.string) == [
        nil, nil, "krake:latest", nil, "krake:latest", "krake:latest",
      ])
    for message in messages {
      let offset = Int(try #require(message.provenance.offset))
      #expect(data[offset...].starts(with: Array("{\"role\":\"\(message.role.rawValue)\"".utf8)))
    }
    let counts = try #require(reading.inventory.stores.first).counts
    #expect(counts.files == 2)
    #expect(counts.tally.attachmentBytes == 13)
  }

  /// Every prefix of a list: no trap, no message more than began, an issue for what is missing.
  @Test func aSavedConversationCutOffAnywhereGivesWhatCameBefore() throws {
    let folder = try TemporaryFolder()
    let written = try encodeOllama(fullModel, in: folder)
    let data = try #require(written["data"]?.text).bytes
    let blob = folder.path + "/models/blobs/sha256-" + (written["digest"]?.string ?? "")
    var last = 0
    for size in 0..<data.count {
      try write(data[..<size], to: blob)
      let reading = OllamaReading(folder.path)
      let count = reading.only?.thread.count ?? -1
      #expect(count == 0 || count == last || count == last + 1, "\(size)")
      if count >= 0 { last = max(last, count) }
      let isWhole = size == data.count - 1  // only the line feed is missing
      #expect(reading.issues.isEmpty == isWhole, "\(size): \(reading.issues)")
      let counted = OllamaReading(folder.path, ReadingDemand(.counts)).inventory.stores.first
      #expect(Int(counted?.counts.tally.messages ?? 0) == max(count, 0), "\(size)")
    }
    #expect(last == 6)
  }

  @Test func whatIsWrongInABlobIsToldWithItsPlace() throws {
    for (text, codes, messages) in [
      ("{\"role\":\"user\"}", ["malformed@0"], 0),
      ("[{\"role\":\"user\",\"content\":\"a\"}] x", ["malformed@32"], 1),
      ("[1,{\"role\":\"user\",\"content\":\"a\"}]", ["malformed@1"], 1),
      ("[]", [], 0), ("", ["empty@0"], 0), ("null", ["malformed@0"], 0),
      ("[{\"role\":5,\"content\":[{\"x\":1}],\"images\":\"no\",\"tool_calls\":{}}]", [], 1),
      ("[{\"role\":\"user\",\"content\":\"a\u{FFFD}b\"}]", ["invalid-utf8@28"], 1),
    ] as [(String, [String], Int)] {
      let folder = try TemporaryFolder()
      let written = try encodeOllama(fullModel, in: folder)
      let blob = folder.path + "/models/blobs/sha256-" + (written["digest"]?.string ?? "")
      var bytes = Array(text.utf8)
      if let mark = bytes.firstIndex(of: 0xEF) {
        bytes.replaceSubrange(mark..<(mark + 3), with: [0xFF])
      }
      try write(bytes, to: blob)
      let reading = OllamaReading(folder.path)
      #expect(reading.issues == codes, "\(text)")
      #expect(reading.only?.thread.count == messages, "\(text)")
    }
    let folder = try TemporaryFolder()
    let written = try encodeOllama(fullModel, in: folder)
    let blob = folder.path + "/models/blobs/sha256-" + (written["digest"]?.string ?? "")
    let deep = "[{\"role\":\"user\",\"deep\":" + String(repeating: "[", count: 300_000)
    try write(deep.utf8, to: blob)
    #expect(OllamaReading(folder.path).issues.map { $0.prefix(8) } == ["too-deep"])
  }

  @Test func oneBlobOnSeveralTagsIsOneConversation() throws {
    let folder = try TemporaryFolder()
    try encodeOllama(
      fullModel + "\n" + """
        for name in ("registry.ollama.ai/library/a/latest", "registry.ollama.ai/mira/krake/v2", "hf.co/x/y/Q4"):
            models.tag(name, [("messages", digest, len(data))])
        o.write(folder / "models/manifests/registry.ollama.ai/library/bad/latest", "{")
        o.write(folder / "models/manifests/registry.ollama.ai/library/none/latest", "")
        o.write(folder / "models/manifests/registry.ollama.ai/library/out/latest",
                json.dumps({"layers": [{"mediaType": o.MEDIA + "messages", "digest": "sha256:../../secret"}]}))
        """, in: folder)
    let reading = OllamaReading(folder.path)
    #expect(reading.only?.appID == "hf.co/x/y:Q4")
    #expect(
      reading.issues.sorted() == ["duplicate", "duplicate", "duplicate", "empty", "torn@1"])
    #expect(reading.inventory.stores.first?.counts.files == 5)
  }

  /// The first releases named blobs with a colon.
  @Test func blobsOfTheFirstReleasesAreFound() throws {
    let folder = try TemporaryFolder()
    try encodeOllama(
      fullModel
        + "\nos.rename(folder / f'models/blobs/sha256-{digest}', folder / f'models/blobs/sha256:{digest}')",
      in: folder)
    #expect(OllamaReading(folder.path).only?.thread.count == 6)
  }

  @Test func aHistoryCountsItsLines() throws {
    let folder = try TemporaryFolder()
    let text = "eins\n\n  \n/bye\r\n\"\"\"zwei\nzeilen\"\"\"\nカ\u{FFFD}\nabgerissen"
    var bytes = Array(text.utf8)
    let mark = bytes.indices.first { bytes[$0...].starts(with: [0xEF, 0xBF, 0xBD]) }
    let invalid = try #require(mark)
    bytes.replaceSubrange(invalid..<(invalid + 3), with: [0xE3])
    for size in 0...bytes.count {
      try write(bytes[..<size], to: folder.path + "/.ollama/history")
      let reading = OllamaReading(folder.path)
      let lines = bytes[..<size].split(separator: 0x0A).filter { !$0.allSatisfy { $0 <= 0x20 } }
      #expect(reading.inventory.stores.map(\.head.kind) == [.history])
      #expect(reading.inventory.stores.first?.counts.tally.byRole[.user] == UInt64(lines.count))
      #expect(reading.inventory.stores.first?.counts.conversations == 0)
      #expect(reading.passages.count == lines.count)
    }
    let reading = OllamaReading(folder.path)
    #expect(reading.issues == ["invalid-utf8@\(invalid)", "torn@\(bytes.count - 10)"])
    #expect(reading.texts[1] == "/bye")
    #expect(reading.passages[1].passage.provenance.offset == 9)
    #expect(reading.passages.allSatisfy { $0.passage.field == .history })
  }

  @Test func linesWithPromptsAreToldFromOthers() throws {
    let folder = try TemporaryFolder()
    let head =
      "time=2025-08-01T10:00:00Z level=INFO source=routes.go:1 msg=\"server config\" env=\"map[OLLAMA_HOST:x]\"\n"
    func issue(_ line: String) throws -> [String] {
      try write((head + line + "\n").utf8, to: folder.path + "/server.log")
      return OllamaReading(folder.path + "/server.log").issues
    }
    let found = ["prompts-in-log@\(head.utf8.count)"]
    for line in [
      "level=DEBUG source=routes.go:1464 msg=\"chat request\" images=0 prompt=\"<|im_start|>hi\"",
      "level=DEBUG source=routes.go:268 msg=\"generate request\" prompt=hello images=0",
      "level=DEBUG source=routes.go:1347 msg=\"chat handler\" prompt=\"a b\" images=0",
      "level=DEBUG source=routes.go:261 msg=\"generate handler\" system=\"be kind\"",
      "level=TRACE source=server.go:730 msg=\"completion request\" prompt=\"a\\nb\"",
      "level=TRACE source=server.go:730 msg=\"completion request\" prompt=42",
      "level=DEBUG-4 source=server.go:730 msg=\"completion request\" prompt=\"x\"",
    ] {
      #expect(try issue(line) == found, "\(line)")
    }
    for line in [
      "level=DEBUG source=server.go:729 msg=\"completion request\" images=0 prompt=4711 format=\"\"",
      "level=DEBUG source=llama_server.go:1529 msg=\"llama-server completion request\" media=0 prompt_len=9",
      "level=DEBUG source=routes.go:1464 msg=\"chat request\" images=0 prompt=\"\"",
      "level=INFO source=sched.go:1 msg=\"prompt=\" x=1",
      "[GIN] 2025/08/01 - 10:00:00 | 200 | 1.2s | 127.0.0.1 | POST \"/api/chat\"",
    ] {
      #expect(try issue(line) == [], "\(line)")
    }
    #expect(OllamaReading(folder.path + "/server.log").texts.count == 2)
  }

  @Test func aContainersLogIsUnwrapped() throws {
    let folder = try TemporaryFolder()
    let line =
      "{\"log\":\"time=x level=DEBUG source=routes.go:1464 msg=\\\"chat request\\\" images=0 prompt=\\\"<|im_start|>gehe\\\\nim\\\"\\n\",\"stream\":\"stderr\",\"time\":\"2025-08-01T08:00:00Z\"}\n"
    try write(line.utf8, to: folder.path + "/0a1b-json.log")
    let reading = OllamaReading(folder.path)
    #expect(reading.issues == ["prompts-in-log@0"])
    #expect(
      reading.texts == [
        "time=x level=DEBUG source=routes.go:1464 msg=\"chat request\" images=0 prompt=\"<|im_start|>gehe\\nim\""
      ])
  }

  @Test func aRequestSavedFromTheTerminalIsAConversation() throws {
    let folder = try TemporaryFolder()
    try encodeOllama(
      """
      messages = [{"role": "user", "content": "<hallo>"}, {"role": "assistant", "content": "Guten Tag"}]
      request = {"model": "qwen3:8b", "messages": messages, "options": None}
      o.write(folder / "mein chat.json", o.go_json(request, indent=2) + "\\n")
      del request["options"]
      o.write(folder / "other.json", o.go_json(request))
      o.write(folder / "third.json", o.go_json({**request, "options": [1]}))
      """, in: folder)
    let reading = OllamaReading(folder.path)
    #expect(reading.stores(below: folder.path) == ["conversations mein chat.json"])
    let chat = try #require(reading.only)
    #expect(chat.appID == "mein chat.json")
    #expect(chat.thread.map(\.text) == ["<hallo>", "Guten Tag"])
    #expect(chat.tally.models["qwen3:8b"] == 1)
    let whole = try contents(folder.path + "/mein chat.json")
    for size in 0..<whole.count {
      try write(whole[..<size], to: folder.path + "/mein chat.json")
      let reading = OllamaReading(folder.path)
      #expect(reading.conversations.count <= 1)
      let isTold = reading.conversations.isEmpty || reading.issues.contains { $0.hasPrefix("torn") }
      #expect(isTold || size >= whole.count - 1, "\(size)")
    }
  }
}
