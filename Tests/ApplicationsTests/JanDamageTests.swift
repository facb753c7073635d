import Applications
import ByteReading
import Conversations
import Inventory
import Glibc
import SystemPackage
import TestSupport
import Testing

/// Bad input gives an issue and everything else; it never traps and it always ends.
@Suite struct JanDamageTests {
  @Test(
    "cut at every byte: the whole lines before the cut count, and one more where it ends a line")
  func cutAnywhere() throws {
    let lines = [
      janLine("a", "user", "one"), janLine("b", "assistant", #"tw\u00f6 \"quoted\" 🐦"#),
      janLine("c", "user", "three"),
    ]
    let all = Array(lines.joined().utf8)
    var ends: [Int] = []
    for line in lines { ends.append((ends.last ?? 0) + line.utf8.count) }
    let folder = try janThread("")
    let path = folder.path + "/threads/t1/messages.jsonl"
    for count in 0...all.count {
      try write(all[..<count], to: path)
      let reading = JanReading(folder.path)
      // A line is whole with or without its line feed.
      let whole = ends.filter { $0 - 1 <= count }.count
      #expect(reading.only?.tally.messages == UInt64(whole), "cut at \(count)")
      let isClean = count == 0 || ends.contains { $0 == count || $0 - 1 == count }
      #expect(reading.inventory.issues.isEmpty == isClean, "cut at \(count)")
      if !isClean {
        let start = ends.last { $0 <= count } ?? 0
        #expect(reading.inventory.issues.first?.offset == UInt64(start), "cut at \(count)")
      }
    }
  }

  @Test("headers cut at every byte never take the messages away")
  func headerCutAnywhere() throws {
    let header = Array(
      #"{"id":"t1","title":"Tï","created":1772000000.25,"metadata":{"x":[1]},"assistants":[{}]}"#
        .utf8)
    let folder = try janThread(janLine("a"))
    for count in 0..<header.count {
      try write(header[..<count], to: folder.path + "/threads/t1/thread.json")
      let reading = JanReading(folder.path)
      #expect(reading.only?.tally.messages == 1, "cut at \(count)")
      #expect(reading.only?.appID == "t1")
      let cut = reading.inventory.issues.filter { $0.code != .invalidUTF8 }
      #expect(cut.count == 1, "cut at \(count)")
    }
  }

  @Test("every byte of a small file set to something else: it ends, and the neighbours are read")
  func everyByteChanged() throws {
    let lines = [janLine("a"), janLine("b", "assistant"), janLine("c")]
    let all = Array(lines.joined().utf8)
    let folder = try janThread("")
    let path = folder.path + "/threads/t1/messages.jsonl"
    for value: UInt8 in [0, UInt8(ascii: "{"), UInt8(ascii: "\""), 0xFF] {
      for index in stride(from: Int(value % 5), to: all.count, by: 13) {
        var damaged = all
        damaged[index] = value
        try write(damaged, to: path)
        let found = JanReading(folder.path, ReadingDemand(.counts)).inventory.stores.first
        #expect((found?.counts.tally.messages ?? 0) >= 1, "byte \(index) set to \(value)")
      }
    }
  }

  @Test("a torn line in the middle, and a message appended to it")
  func glued() throws {
    let torn = String(janLine("x", "user", "never finished").dropLast(60))
    let folder = try janThread(
      janLine("a") + torn + janLine("b", "assistant", "behind") + torn + "\n" + janLine("c"))
    let reading = JanReading(folder.path)
    #expect(reading.only?.thread.map(\.id) == ["a", "b", "c"])
    #expect(reading.issues.count == 2)
    // What the torn line says is found by a search, though it is no message.
    #expect(reading.texts.contains { $0.contains("never finished") })
  }

  @Test("lines without line feeds between, a byte order mark, blank lines")
  func looseLines() throws {
    let folder = try janThread(
      "\u{FEFF}" + janLine("a").dropLast() + janLine("b") + "\n\r\n  \n" + janLine("c").dropLast())
    let reading = JanReading(folder.path)
    #expect(reading.only?.thread.map(\.id) == ["a", "b", "c"])
    #expect(reading.issues == [])
  }

  @Test("a file that ends in zeros, as a power cut leaves it")
  func zeros() throws {
    let folder = try janThread(janLine("a") + String(repeating: "\0", count: 4096))
    let reading = JanReading(folder.path)
    #expect(reading.only?.tally.messages == 1)
    #expect(reading.issues == ["malformed@\(janLine("a").utf8.count)"])
  }

  @Test("many lines of which each would swallow the rest end in good time")
  func swallowing() throws {
    let folder = try janThread(
      String(repeating: #"{"a":"b","c":"# + "\n", count: 20_000) + janLine("z"))
    let reading = JanReading(folder.path, ReadingDemand(.counts))
    let counts = try #require(reading.inventory.stores.first?.counts)
    #expect(counts.tally.messages == 1)
    #expect(counts.issues.count == 20_000)
  }

  @Test("nesting past every limit")
  func deep() throws {
    let folder = try janThread(
      janLine("a") + #"{"id":"d","role":"user","content":[],"metadata":"#
        + String(repeating: "[", count: 200_000) + "\n" + janLine("b"))
    let reading = JanReading(folder.path)
    #expect(reading.only?.thread.map(\.id) == ["a", "b"])
    #expect(reading.inventory.issues.count == 1)
  }

  @Test("bytes that are no UTF-8 are kept and said once a file")
  func invalidUTF8() throws {
    let folder = try janThread("")
    var bytes = Array((janLine("a", "user", "caf#") + janLine("b", "user", "#")).utf8)
    let first = try #require(bytes.firstIndex(of: UInt8(ascii: "#")))
    for index in bytes.indices where bytes[index] == UInt8(ascii: "#") { bytes[index] = 0xE9 }
    try write(bytes, to: folder.path + "/threads/t1/messages.jsonl")
    let reading = JanReading(folder.path)
    #expect(reading.issues == ["invalid-utf8@\(first)"])
    #expect(reading.only?.thread[0].text.bytes == Array("caf".utf8) + [0xE9])
  }

  @Test("files and folders that vanish or are forbidden between finding and reading")
  func vanishing() throws {
    let folder = try janThread(janLine("a"))
    let reading = JanReading(
      .path(FilePath(folder.path)),
      afterFinding: { _ = unlink(folder.path + "/threads/t1/messages.jsonl") })
    #expect(reading.only?.tally.messages == 0)
    let gone = JanReading(
      .path(FilePath(folder.path)),
      afterFinding: {
        _ = rename(folder.path + "/threads", folder.path + "/elsewhere")
      })
    #expect(gone.conversations.isEmpty)
    #expect(gone.inventory.issues.map(\.code) == [.vanished])
  }

  @Test(
    "a picture of megabytes is measured to the byte", arguments: [0, 1, 2, 3, 131_070, 400_001])
  func pictures(size: Int) throws {
    // Base64 of zeros: four letters A for three bytes, with padding (RFC 4648, section 4).
    let full = size / 3 * 4
    let rest = [0: "", 1: "AA==", 2: "AAA="][size % 3] ?? ""
    let data = String(repeating: "A", count: full) + rest
    let folder = try janThread(
      #"{"id":"p","role":"user","created_at":1772000000001,"content":[{"type":"image_url","#
        + #""image_url":{"url":"data:image/png;base64,\#(data)"}}]}"#)
    let found = JanReading(folder.path, ReadingDemand(.counts)).inventory.stores.first
    #expect(found?.counts.tally.attachments == 1)
    #expect(found?.counts.tally.attachmentBytes == UInt64(size))
  }

  @Test("a list of files is found wherever it lies to the reading window", arguments: 0..<24)
  func listsAcrossWindows(shift: Int) throws {
    let filler = String(repeating: "x", count: 131_072 - 190 + shift)
    let list = #"\n\n[ATTACHED_FILES]\n- file_id: 1, name: n.txt, size: 7\n[/ATTACHED_FILES]"#
    let folder = try janThread(janLine("a", "user", filler + list) + janLine("b"))
    let found = JanReading(folder.path, ReadingDemand(.counts)).inventory.stores.first
    #expect(found?.counts.tally.attachments == 1)
    #expect(found?.counts.tally.attachmentBytes == 7)
    #expect(found?.counts.tally.messages == 2)
  }
}
