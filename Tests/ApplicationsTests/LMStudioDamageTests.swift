import Applications
import ByteReading
import Conversations
import EvidenceFiles
import Inventory
import SystemPackage
import TestSupport
import Testing

@Suite struct LMStudioDamageTests {
  private static let small = Array(
    #"{"name":"ü","messages":[{"versions":[{"type":"singleStep","role":"user","content":[{"type":"text","text":"a\n😀"}]}],"currentlySelected":0},{"versions":[{"type":"multiStep","role":"assistant","steps":[{"type":"contentBlock","stepIdentifier":"1750000006000-1","content":[{"type":"text","text":"b"},{"type":"file","sizeBytes":3}],"genInfo":{"identifier":"m"}},{"type":"contentBlock","content":[{"type":"text","text":"c"}]}]}]}],"clientInput":"d"}"#
      .utf8)

  /// Reads one file at both levels, and says that they agree.
  private func read(_ bytes: [UInt8], _ path: String) throws -> LMStudioFile {
    try write(bytes, to: path)
    let whole = try LMStudioFile(path, .threads)
    let counted = try LMStudioFile(path, .counts)
    #expect(whole.counts.tally == counted.counts.tally)
    #expect(whole.issues == counted.issues)
    return whole
  }

  @Test("cut at every byte: what stood before the tear counts")
  func everyPrefix() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/1750000000000.conversation.json"
    var last: UInt64 = 0
    for count in 0...LMStudioDamageTests.small.count {
      let reading = try read(Array(LMStudioDamageTests.small[..<count]), path)
      #expect(reading.conversations.count == 1, "cut at \(count)")
      let all = LMStudioDamageTests.small
      if count == all.count {
        #expect(reading.issues == [])
      } else {
        let code = count == 0 ? "empty" : "torn@"
        #expect(reading.issues[0].hasPrefix(code), "cut at \(count): \(reading.issues)")
        // A cut inside a letter of several bytes leaves bytes that are no UTF-8.
        let isInLetter = all[count] & 0xC0 == 0x80
        #expect(reading.issues.count == (isInLetter ? 2 : 1), "cut at \(count)")
      }
      let messages = reading.counts.tally.messages
      #expect(messages >= last, "cut at \(count)")
      last = messages
    }
    #expect(last == 2)
  }

  @Test("a half-written answer counts with the blocks that are whole")
  func halfWritten() throws {
    let all = LMStudioDamageTests.small
    let inside = try #require(
      all.indices.last { all[$0...].starts(with: #""c"}"#.utf8) })
    let folder = try TemporaryFolder()
    let reading = try read(
      Array(all[...inside]), folder.path + "/1750000000000.conversation.json")
    #expect(reading.issues == ["torn@\(inside)"])
    #expect(reading.conversations.first?.thread.map(\.text) == ["a\n😀", "b"])
    #expect(reading.conversations.first?.tally.attachments == 1)
  }

  @Test("any byte may be another: reading ends, and both levels agree")
  func everyByte() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/1750000000000.conversation.json"
    for index in LMStudioDamageTests.small.indices {
      for byte in [UInt8(ascii: "\""), 0xFF] {
        var bytes = LMStudioDamageTests.small
        bytes[index] = byte
        _ = try read(bytes, path)
      }
    }
  }

  @Test("nested past what is followed, in a place nobody reads and in one everybody reads")
  func deep() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/1750000000000.conversation.json"
    let nested = String(repeating: "[", count: 200_000)
    for start in [#"{"other":"#, #"{"messages":[{"versions":[{"role":"user","content":["#] {
      let reading = try read(Array((start + nested).utf8), path)
      #expect(reading.issues.count == 1)
      #expect(reading.issues[0].hasPrefix("too-deep@"))
      #expect(reading.conversations.count == 1)
    }
  }

  @Test("bytes that are no UTF-8 are noted where they stand, and the text is kept")
  func invalidUTF8() throws {
    let folder = try TemporaryFolder()
    let head = Array(
      #"{"messages":[{"versions":[{"role":"user","content":[{"type":"text","text":"x"#.utf8)
    let bytes = head + [0xC3, 0x28] + Array(#""}]}]}]}"#.utf8)
    let reading = try read(bytes, folder.path + "/1.conversation.json")
    #expect(reading.issues == ["invalid-utf8@\(head.count)"])
    #expect(
      reading.conversations.first?.thread.first?.text.bytes == [UInt8(ascii: "x"), 0xC3, 0x28])
  }

  @Test("what is left behind a shorter document")
  func trailing() throws {
    let folder = try TemporaryFolder()
    let document = #"{"name":"n","messages":[]}"#
    let reading = try read(
      Array((document + #"rest of an older one"}"#).utf8), folder.path + "/1.conversation.json")
    #expect(reading.issues == ["malformed@\(document.utf8.count)"])
    #expect(reading.conversations.first?.title == "n")
  }

  @Test("a file that is gone when it is read, and one that may not be read")
  func vanishing() throws {
    let chat = try LMStudioChat(LMStudioDamageTests.small)
    let other = chat.folder.path + "/.lmstudio/conversations/2.conversation.json"
    try write("{}".utf8, to: other)
    let tree = EvidenceTree(.below(FilePath(chat.folder.path)))
    var survey = Survey(tree)
    LMStudio().survey(Home(FilePath(chat.folder.path), systems: [.linux]), &survey)
    let claim = try #require(survey.claims.first { $0.stores[0].kind == .conversations })
    let parts = claim.parts(tree, ReadingDemand(.counts))
    #expect(try run("rm", [other]).status == 0)
    var report = ReadingReport(
      tree, ReadingDemand(.counts), stores: 1, onConversation: { _, _ in }, onPassage: { _, _ in })
    for part in parts { part(&report) }
    #expect(report.stores[0].conversations == 1)
    #expect(report.stores[0].issues.map(\.code) == [.vanished])
  }

  @Test("a chat of 0.2, cut at every byte")
  func oldChat() throws {
    let all = Array(
      #"{"messages":[{"role":"user","content":"Frage?"},{"role":"assistant","content":"Antwort."}]}"#
        .utf8)
    let folder = try TemporaryFolder()
    let path = folder.path + "/1714000000000.chat.json"
    for count in 0...all.count {
      let reading = try read(Array(all[..<count]), path)
      #expect(reading.conversations.count == 1)
      #expect(reading.issues.count == (count == all.count ? 0 : 1))
    }
    #expect(LMStudioReading(path).only?.thread.map(\.text) == ["Frage?", "Antwort."])
  }
}
