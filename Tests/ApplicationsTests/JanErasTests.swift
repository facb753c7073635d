import Applications
import ByteReading
import Conversations
import Inventory
import TestSupport
import Testing

/// One record of each version, to the last field.
@Suite struct JanErasTests {
  @Test("era C: a picture beside its message, milliseconds, a failed answer")
  func lines() throws {
    let folder = try TemporaryFolder()
    let thread = folder.path + "/threads/jan_1716000000"
    try write(
      (#"{"id":"01HY3Z0000000000000000000A","thread_id":"jan_1716000000","object":"thread.message","#
        + #""role":"user","status":"ready","created":1716000001234,"updated":1716000001234,"#
        + #""content":[{"type":"image","text":{"value":"What bird?","annotations":"#
        + #"["threads/jan_1716000000/files/01HY3Z0000000000000000000A.png"],"name":"bird.png"}}]}"#
        + "\n"
        + #"{"id":"b","role":"assistant","status":"error","error_code":"unknown","created":1716000002000,"#
        + #""content":[{"type":"text","text":{"value":"A wren.","annotations":[]}}]}"#).utf8,
      to: thread + "/messages.jsonl")
    try write(
      (#"{"id":"jan_1716000000","object":"thread","title":"Birds","created":1716000000500,"#
        + #""updated":1716000003000,"assistants":[{"assistant_id":"jan","instructions":"Be brief."}],"#
        + #""metadata":{"lastMessage":"A wren, I said."}}"#).utf8, to: thread + "/thread.json")
    try write(
      [UInt8](repeating: 7, count: 321), to: thread + "/files/01HY3Z0000000000000000000A.png")
    let reading = JanReading(folder.path)
    let found = try #require(reading.only)
    #expect(found.appID == "jan_1716000000")
    #expect(found.title == "Birds")
    #expect(found.created?.description == "2024-05-18T02:40:00.500Z")
    #expect(found.updated?.description == "2024-05-18T02:40:03.000Z")
    #expect(found.thread.map(\.role) == [.user, .assistant])
    #expect(found.thread.map(\.text.string) == ["What bird?", "A wren."])
    let attachment = try #require(found.thread[0].attachments.first)
    #expect(attachment.name == "bird.png")
    #expect(attachment.bytes == 321)
    #expect(
      attachment.path == StoredText(thread + "/files/01HY3Z0000000000000000000A.png"))
    #expect(found.thread[0].time?.description == "2024-05-18T02:40:01.234Z")
    #expect(found.thread[0].provenance.path == StoredText(thread + "/messages.jsonl"))
    #expect(found.thread[0].provenance.offset == 0)
    #expect(found.tally.attachmentBytes == 321)
    #expect(reading.inventory.stores.first?.counts.formatVersion == "C")
    // The system prompt and a last message that no message is any more are searched.
    #expect(reading.texts.sorted() == ["A wren, I said.", "Be brief."])
    #expect(reading.issues == [])
  }

  @Test("era D: escapes, seconds, a document of the server, a picture inline")
  func cortex() throws {
    let folder = try janThread(
      #"{"assistant_id":"jan","attachments":[{"file_id":"file-7","tools":[]}],"content":[{"text":"#
        + #"{"annotations":[],"value":"Gr\u00fc\u00dfe \ud83d\udc26"},"type":"text"}],"#
        + #""created_at":1736700000,"id":"01JHDV0000000000000000000B","metadata":"#
        + #"{"filename":"lease.pdf","size":4711},"role":"user","status":"completed"}"# + "\n"
        + #"{"content":[{"image_url":{"detail":"auto","url":"data:image/jpeg;base64,AAECAw=="},"#
        + #""type":"image_url"},{"refusal":"No.","type":"refusal"}],"created_at":1736700009,"#
        + #""id":"c","role":"assistant"}"# + "\n",
      header: #"{"assistants":[],"created_at":1736699999,"id":"01JH","metadata":{"title":"Lease","#
        + #""updated_at":1736700010123},"object":"thread"}"#)
    let found = try #require(JanReading(folder.path).only)
    #expect(found.title == "Lease")
    #expect(found.created?.description == "2025-01-12T16:39:59Z")
    #expect(found.updated?.description == "2025-01-12T16:40:10.123Z")
    #expect(found.thread.map(\.text.string) == ["Grüße 🐦", "No."])
    #expect(found.thread[0].attachments.map(\.name) == ["lease.pdf"])
    #expect(found.thread[0].attachments.map(\.bytes) == [4711])
    #expect(found.thread[1].attachments.map(\.mediaType) == ["image/jpeg"])
    #expect(found.thread[1].attachments.map(\.bytes) == [4])
    #expect(found.thread[0].time?.description == "2025-01-12T16:40:00Z")
  }

  @Test("era E: tags, tool calls, documents in two places, the time of a ULID")
  func rust() throws {
    let folder = try janThread(
      #"{"id":"a","object":"thread.message","role":"assistant","created_at":1751000000123,"#
        + #""content":[{"type":"text","text":{"value":"<think>plan\nb</think>Do it"}}],"#
        + #""metadata":{"tool_calls":[{"tool":{"id":"c1","function":{"name":"search","#
        + #""arguments":"{\"q\":1}"}},"response":{"content":[{"type":"text","text":"say \"hi\""}]}}],"#
        + #""assistant":{"id":"jan","instructions":"Be kind."}}}"# + "\n"
        + #"{"id":"b","role":"user","created_at":1751000001000,"content":[{"type":"text","text":{"#
        + #""value":"look\n\n[ATTACHED_FILES]\n- file_id: 1, name: a, b.pdf, type: pdf, size: 99, "#
        + #"chunks: 3\n- file_id: 2, name: n.txt, size: 5\n[/ATTACHED_FILES]"}}],"#
        + #""metadata":{"inline_file_contents":[{"name":"n.txt","content":"öl"}]}}"# + "\n"
        + #"{"id":"01JYSA1P80ZZZZZZZZZZZZZZZZ","role":"tool","created_at":0,"tool_call_id":"c1","#
        + #""content":[{"type":"text","text":{"value":"raw"}}]}"# + "\n",
      header: #"{"id":"t1","title":"E","created":1751000999.5,"updated":1751000999.5,"#
        + #""assistants":[]}"#)
    let found = try #require(JanReading(folder.path).only)
    // The header's `created` is the last change; the first message tells the beginning.
    #expect(found.created?.description == "2025-06-27T04:53:20.123Z")
    #expect(found.updated?.description == "2025-06-27T05:09:59.500Z")
    #expect(found.thread[0].reasoning == "plan\nb")
    #expect(found.thread[0].text == "<think>plan\nb</think>Do it")
    #expect(
      found.thread[0].toolCalls == [
        ToolCall(
          id: "c1", name: "search", arguments: #"{"q":1}"#,
          result: #"{"content":[{"type":"text","text":"say \"hi\""}]}"#)
      ])
    #expect(found.thread[0].asides.contains(#"say "hi""#))
    #expect(found.thread[0].asides.contains("Be kind."))
    #expect(found.thread[1].attachments.map(\.name) == ["a, b.pdf", "n.txt"])
    #expect(found.thread[1].attachments.map(\.bytes) == [99, 3])
    #expect(found.thread[1].attachments[1].text == "öl")
    #expect(found.thread[2].role == .tool)
    // 01JYSA1P80 in base 32 (https://github.com/ulid/spec): computed with Python.
    #expect(found.thread[2].time?.milliseconds == 1_751_048_575_232)
    #expect(found.tally.attachments == 2)
    #expect(found.tally.attachmentBytes == 102)
    let counted = try #require(
      JanReading(folder.path, ReadingDemand(.counts)).inventory.stores.first)
    #expect(counted.counts.tally == found.tally)
  }

  @Test("era F: parts of all kinds, what is not known kept")
  func typedParts() throws {
    let folder = try janThread(
      #"{"id":"n1","role":"assistant","created_at":1772000000001,"content":["#
        + #"{"type":"reasoning","text":{"value":"why"}},"#
        + #"{"type":"tool_call","tool_call_id":"tc","tool_name":"calc","input":{"x":2},"output":"4"},"#
        + #"{"type":"text","text":{"value":"four"}},{"type":"text","text":{"value":"indeed"}},"#
        + #"{"type":"input_audio","input_audio":{"data":"AAECAwQ=","format":"wav"}},"#
        + #"{"type":"hologram","beam":{"says":"boo"}}],"metadata":{"model":"qwen3-8b"}}"# + "\n")
    let reading = JanReading(folder.path)
    let message = try #require(reading.only?.thread.first)
    #expect(message.text == "four\nindeed")
    #expect(message.reasoning == "why")
    #expect(
      message.toolCalls == [
        ToolCall(id: "tc", name: "calc", arguments: #"{"x":2}"#, result: "4")
      ])
    #expect(message.attachments.map(\.bytes) == [5])
    #expect(message.attachments.map(\.mediaType) == ["wav"])
    #expect(message.asides == [#"{"says":"boo"}"#])
    #expect(message.model == "qwen3-8b")
    #expect(reading.inventory.stores.first?.counts.formatVersion == "F")
    #expect(reading.inventory.stores.first?.counts.tally.models["qwen3-8b"] == 1)
  }

  @Test("era B: one document a thread; what stands before a tear counts")
  func singleFile() throws {
    let folder = try TemporaryFolder()
    let whole =
      #"{"id":"jan-1","summary":"Old","messages":[{"id":"m1","threadId":"jan-1","role":"user","#
      + #""content":"salut","createdAt":"2023-12-01T10:00:00.000Z"},{"id":"m2","threadId":"jan-1","#
      + #""role":"assistant","content":"oui","createdAt":"2023-12-01T10:00:05.000Z"}],"#
      + #""createdAt":"2023-12-01T09:59:00.000Z","modelId":"llama"}"#
    try write(whole.utf8, to: folder.path + "/threads/jan-1/jan-1.json")
    let found = try #require(JanReading(folder.path).only)
    #expect(found.title == "Old")
    #expect(found.created?.description == "2023-12-01T09:59:00.000Z")
    #expect(found.updated?.description == "2023-12-01T10:00:05.000Z")
    #expect(found.thread.map(\.text) == ["salut", "oui"])
    #expect(found.thread.map(\.id) == ["m1", "m2"])
    #expect(found.thread[0].provenance.offset == 42)
    try write(
      whole.utf8.prefix(whole.utf8.count - 150), to: folder.path + "/threads/jan-1/jan-1.json")
    let torn = JanReading(folder.path)
    #expect(torn.only?.tally.messages == 1)
    #expect(torn.inventory.issues.map(\.code) == [.torn])
  }

  @Test("era A: Markdown, text of several lines, the word undefined")
  func markdown() throws {
    let folder = try TemporaryFolder()
    try write(
      """
      ## Conversation Metadata
      - _id: jan-1698000000
      - modelId: llama-2
      - name: undefined
      - lastMessage: bye
      - createdAt: 2023-10-22T18:40:00.000Z
      - updatedAt: undefined

      ## Messages
      - Message m-1698000001:
        - createdAt: 2023-10-22T18:40:01.000Z
        - user: user
        - message: one
      - a list item, no marker

      last line
      - Message m-1698000002:
        - createdAt: 2023-10-22T18:40:02.000Z
        - user: assistant
        - message: bye

      """.utf8, to: folder.path + "/conversations/jan-1698000000/jan-1698000000.md")
    let reading = JanReading(folder.path)
    let found = try #require(reading.only)
    #expect(found.appID == "jan-1698000000")
    #expect(found.title == nil)
    #expect(found.excerpt == "one\n- a list item, no marker\n\nlast line")
    #expect(found.thread.map(\.text) == ["one\n- a list item, no marker\n\nlast line", "bye"])
    #expect(found.thread.map(\.role) == [.user, .assistant])
    #expect(found.created?.description == "2023-10-22T18:40:00.000Z")
    #expect(found.tally.latest?.description == "2023-10-22T18:40:02.000Z")
    #expect(reading.inventory.stores.first?.head.format == "jan-markdown")
  }

  @Test(
    "times: ids tell the beginning where nothing else does",
    arguments: [
      ("jan_1716000000", "2024-05-18T02:40:00Z"),
      ("01JYSA1P80ZZZZZZZZZZZZZZZZ", "2025-06-27T18:22:55.232Z"),
    ])
  func begun(id: String, expected: String) throws {
    let folder = try janThread(
      "", header: #"{"id":"\#(id)","title":"x","created":1772000000.25,"assistants":[]}"#)
    #expect(JanReading(folder.path).only?.created?.description == expected)
  }
}
