import Applications
import ByteReading
import Conversations
import Inventory
import TestSupport
import Testing

@Suite struct LMStudioChatTests {
  /// A chat with every kind of step and part, in the spelling of third-party fixtures.
  private static let whole = #"""
    {"name":"Lease","pinned":false,"createdAt":1750000000001,"userLastMessagedAt":1750000005000,
    "assistantLastMessagedAt":1750000009000,"preset":"","tokenCount":3,"systemPrompt":"Be kind.",
    "messages":[
    {"versions":[{"type":"singleStep","role":"user","content":[{"type":"text","text":"Clause 7?"},
      {"type":"file","fileIdentifier":"17 - 1.pdf","fileType":"application/pdf","sizeBytes":42}],
      "preprocessed":{"role":"user","content":[{"type":"text","text":"LEASE TEXT\n\nClause 7?"}]}}],
      "currentlySelected":0},
    {"versions":[
      {"type":"multiStep","role":"assistant","senderInfo":{"senderName":"old-model"},"steps":[
        {"type":"contentBlock","stepIdentifier":"1750000006000-0.123","content":[{"type":"text","text":"First try."}]}]},
      {"type":"multiStep","role":"assistant","senderInfo":{"senderName":"r1"},"steps":[
        {"type":"status","stepIdentifier":"1750000007000-0.5","statusState":{"status":"done","text":"Loaded"}},
        {"type":"contentBlock","stepIdentifier":"1750000007100-0.5","style":{"type":"thinking","ended":true,"title":"Thought"},
         "prefix":"<think>","suffix":"</think>","content":[{"type":"text","text":"Let me see."}]},
        {"type":"contentBlock","stepIdentifier":"1750000007200-0.5","content":[
          {"type":"toolCallRequest","callId":9,"name":"grep","parameters":{"q":"7"},"pluginIdentifier":"p"}]},
        {"type":"toolStatus","callId":9,"state":{"status":{"type":"toolCallSucceeded","timeMs":2}}},
        {"type":"contentBlock","stepIdentifier":"x","content":[{"type":"toolCallResult","callId":9,"content":"line 7"}]},
        {"type":"citationBlock","citedText":"quoted words","fileName":"lease.pdf","pageNumber":[1,2]},
        {"type":"debugInfoBlock","debugInfo":"3 chunks"},
        {"type":"lattice","cells":[1]},
        {"type":"contentBlock","stepIdentifier":"1750000008000-0.5","content":[{"type":"text","text":"It is valid."},
          {"type":"mirror","x":1},{"type":"text","text":"Sign."}],
         "genInfo":{"indexedModelIdentifier":"pub/r1/r1.gguf","identifier":"r1-live","predictionConfig":{"fields":[
           {"key":"llm.prediction.systemPrompt","value":"Be terse."}]}}}]}],
      "currentlySelected":1}],
    "perChatPredictionConfig":{"fields":[{"key":"llm.prediction.systemPrompt","value":"Be kinder."}]},
    "clientInput":"unsent","clientInputFiles":[{"fileIdentifier":"18 - 1.txt"}],"notes":["a note"]}
    """#

  @Test("one chat, to the last field")
  func toTheLastField() throws {
    let chat = try LMStudioChat(LMStudioChatTests.whole)
    try write(
      #"{"originalName":"lease.pdf","preview":{"data":"data:image/png;base64,AA"}}"#.utf8,
      to: chat.folder.path + "/.lmstudio/user-files/17 - 1.pdf.metadata.json")
    try write("%PDF".utf8, to: chat.folder.path + "/.lmstudio/user-files/17 - 1.pdf")
    let reading = chat.read()
    let found = try #require(reading.only)
    #expect(found.appID == "1750000000000")
    #expect(found.title == "Lease")
    #expect(found.created?.milliseconds == 1_750_000_000_001)
    #expect(found.updated?.milliseconds == 1_750_000_009_000)
    #expect(found.tally.messages == 3)
    #expect(found.tally.hiddenMessages == 1)
    #expect(found.tally.byRole[.user] == 1)
    #expect(found.tally.byRole[.assistant] == 2)
    #expect(found.tally.models["pub/r1/r1.gguf"] == 1)
    #expect(found.tally.models["old-model"] == 1)
    #expect(found.tally.attachments == 1)
    #expect(found.tally.attachmentBytes == 42)
    #expect(found.tally.earliest?.milliseconds == 1_750_000_000_001)
    #expect(found.tally.latest?.milliseconds == 1_750_000_009_000)
    #expect(found.thread.count == 3)

    func offset(of text: String) -> UInt64? {
      let all = Array(LMStudioChatTests.whole.utf8)
      return all.indices.first { all[$0...].starts(with: text.utf8) }.map(UInt64.init)
    }
    let path = StoredText(chat.path)
    var question = Message(
      id: "0.0", role: .user, text: "Clause 7?",
      provenance: Provenance(path: path, offset: offset(of: #"{"type":"singleStep""#)))
    question.attachments = [
      Attachment(
        name: "lease.pdf", mediaType: "application/pdf", bytes: 42,
        path: StoredText(chat.folder.path + "/.lmstudio/user-files/17 - 1.pdf"))
    ]
    question.asides = ["LEASE TEXT\n\nClause 7?"]
    #expect(found.thread[0] == question)

    var first = Message(
      id: "1.0", role: .assistant, text: "First try.",
      time: Instant(milliseconds: 1_750_000_006_000),
      provenance: Provenance(
        path: path,
        offset: offset(
          of: #"{"type":"multiStep","role":"assistant","senderInfo":{"senderName":"old"#)))
    first.parent = "0.0"
    first.model = "old-model"
    first.active = false
    #expect(found.thread[1] == first)

    var second = Message(
      id: "1.1", role: .assistant, text: "It is valid.\nSign.",
      time: Instant(milliseconds: 1_750_000_007_000),
      provenance: Provenance(
        path: path,
        offset: offset(
          of: #"{"type":"multiStep","role":"assistant","senderInfo":{"senderName":"r1"#)))
    second.parent = "0.0"
    second.model = "pub/r1/r1.gguf"
    second.reasoning = "Let me see."
    second.toolCalls = [
      ToolCall(id: "9", name: "grep", arguments: #"{"q":"7"}"#, result: "line 7")
    ]
    second.asides = [
      #"{"status":"done","text":"Loaded"}"#,
      #"{"status":{"type":"toolCallSucceeded","timeMs":2}}"#, "quoted words", "lease.pdf",
      "3 chunks", #"{"type":"lattice","cells":[1]}"#, "Be terse.", #"{"type":"mirror","x":1}"#,
    ]
    var have = found.thread[2]
    #expect(Set(have.asides) == Set(second.asides))
    have.asides = second.asides
    #expect(have == second)

    let own = reading.passages.filter { $0.store.head.kind == .conversations }
    #expect(
      own.map(\.passage.text.string) == [
        "Be kind.", "Be kinder.", "unsent", "18 - 1.txt", "a note",
      ])
    #expect(own.allSatisfy { $0.passage.conversation == "1750000000000" })
    #expect(reading.issues == ["embedded-preview"])
  }

  @Test("content and steps with one text are one text")
  func contentAndSteps() throws {
    let chat = try LMStudioChat(
      #"{"messages":[{"versions":[{"type":"singleStep","role":"assistant","content":[{"type":"text","text":"Ja."}],"processed":[{"role":"assistant","content":[{"type":"text","text":"Ja."}]}],"steps":[{"type":"contentBlock","content":[{"type":"text","text":"Ja."}]}]}]}]}"#
    )
    let found = try #require(chat.read().only)
    #expect(found.thread.map(\.text) == ["Ja."])
    #expect(found.thread.first?.asides == [])
    #expect(found.tally.messages == 1)
  }

  @Test(
    "the version that is shown",
    arguments: [("0", 0), ("1", 1), ("null", 1), ("7", 1), ("-1", 1), ("\"0\"", 1)])
  func selected(stored: String, shown: Int) throws {
    let version = #"{"role":"user","content":[{"type":"text","text":"x"}]}"#
    let chat = try LMStudioChat(
      #"{"messages":[{"versions":[\#(version),\#(version)],"currentlySelected":\#(stored)}]}"#)
    let found = try #require(chat.read().only)
    #expect(found.thread.map(\.active) == [shown == 0, shown == 1])
    #expect(found.tally.hiddenMessages == 1)
  }

  @Test("keys in another order, and roles that stand elsewhere")
  func otherOrders() throws {
    let chat = try LMStudioChat(
      #"""
      {"messages":[
      {"role":"assistant","versions":[{"steps":[{"content":[{"text":"a","type":"text"},{"sizeBytes":5,"fileIdentifier":"f","type":"file"}],"style":{"type":"thinking"},"type":"contentBlock"}]}]},
      {"versions":[{"steps":[{"content":[{"text":"b","type":"text"}]}]}]},
      {"role":"user","content":"c"},
      {"versions":[]}, 4, {"versions":[{"content":[],"role":"system"}]}]}
      """#)
    let found = try #require(chat.read().only)
    #expect(found.thread.map(\.role) == [.assistant, .assistant, .user, .system])
    #expect(found.thread.map(\.text) == ["", "b", "c", ""])
    #expect(found.thread[0].reasoning == "a")
    #expect(found.thread[0].attachments.map(\.bytes) == [5])
    #expect(found.thread.map(\.id) == ["0.0", "1.0", "2.0", "5.0"])
    #expect(found.tally == chat.read(ReadingDemand(.counts)).tally)
  }

  @Test("reasoning in tags is told again, and stays in the text")
  func taggedReasoning() throws {
    let chat = try LMStudioChat(
      #"{"messages":[{"versions":[{"role":"assistant","content":[{"type":"text","text":"<think>hm</think>Ja.<think>so"}]}]}]}"#
    )
    let message = try #require(chat.read().only?.thread.first)
    #expect(message.text == "<think>hm</think>Ja.<think>so")
    #expect(message.reasoning == "hm\nso")
  }

  @Test(
    "only a number of thirteen digits is a time",
    arguments: [
      ("1750000006000-0.5", true), ("1750000006000", true), ("17500000060001-1", false),
      ("175000000600-1", false), ("6b1f0a52-77aa", false), ("abc-I think that", false), ("", false),
    ])
  func stepTimes(identifier: String, isTime: Bool) throws {
    let chat = try LMStudioChat(
      #"{"messages":[{"versions":[{"steps":[{"type":"contentBlock","stepIdentifier":"\#(identifier)","content":[{"type":"text","text":"x"}]}]}]}]}"#
    )
    let message = try #require(chat.read().only?.thread.first)
    #expect((message.time?.milliseconds == 1_750_000_006_000) == isTime)
    #expect((message.time != nil) == isTime)
  }

  @Test("a chat without a title shows the beginning of its first question")
  func excerpt() throws {
    let long = String(repeating: "für ", count: 100)
    let chat = try LMStudioChat(
      #"{"messages":[{"versions":[{"role":"system","content":[{"type":"text","text":"s"}]}]},{"versions":[{"role":"user","content":[{"type":"text","text":"kurz"},{"type":"text","text":"\#(long)"}]}]}],"name":null}"#
    )
    let head = try #require(chat.read(ReadingDemand(.heads)).only)
    #expect(head.excerpt == StoredText("kurz\n" + long).beginning(240))
    #expect(head.excerpt == chat.read().only?.excerpt)
    #expect(head.created?.milliseconds == 1_750_000_000_000)
    #expect(head.thread.isEmpty)
  }

  @Test("counting and reading whole count the same", arguments: [20_261_123, 5])
  func levelsAgree(seed: Int) throws {
    let folder = try makeLMStudioSample(seed: seed)
    let home = folder.path + "/home"
    let counted = LMStudioReading(home, ReadingDemand(.counts)).inventory
    let whole = LMStudioReading(home)
    #expect(counted.stores.count == whole.inventory.stores.count)
    for (count, read) in zip(counted.stores, whole.inventory.stores) {
      #expect(count.counts.tally == read.counts.tally, "\(read.head.path)")
      #expect(count.counts.files == read.counts.files, "\(read.head.path)")
      #expect(count.counts.issues == read.counts.issues, "\(read.head.path)")
    }
    for (_, conversation) in whole.conversations {
      #expect(UInt64(conversation.thread.count) == conversation.tally.messages)
      #expect(
        UInt64(conversation.thread.filter { !$0.active }.count) == conversation.tally.hiddenMessages
      )
      #expect(
        UInt64(conversation.thread.reduce(0) { $0 + $1.attachments.count })
          == conversation.tally.attachments)
    }
  }
}
