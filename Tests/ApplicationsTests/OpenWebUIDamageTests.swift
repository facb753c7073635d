import Applications
import ByteReading
import Conversations
import EvidenceFiles
import Glibc
import Inventory
import SystemPackage
import TestSupport
import Testing

@Suite struct OpenWebUIDamageTests {
  @Test("a document cut at any byte gives what stands before the cut")
  func tornDocuments() throws {
    let folder = try TemporaryFolder()
    let made = try encodeOpenWebUI(
      """
      db = database("webui.db", "0.9.6")
      messages = [message("a", None, "user", "où \\U0001F600"), message("b", "a", "assistant", "\\\\ \\"", model="m",
        files=[{"type": "image", "url": "data:image/png;base64,AAAA"}], output=[{"type": "reasoning", "content": []}]),
        message("c", "b", "user", [{"type": "text", "text": "x"}, {"type": "odd", "data": [1, {}]}])]
      text = json.dumps(tree(messages, "c") | {"messages": messages}, ensure_ascii=False)
      data = text.encode()
      for cut in range(len(data) + 1):
          chat(db, f"{cut:05d}", "")
          db.execute("UPDATE chat SET chat = CAST(? AS TEXT) WHERE id = ?", (data[:cut], f"{cut:05d}"))
      # Behind its role each message counts; the cut is at least there.
      ends = []
      at = 0
      for m in messages:
          at = text.index('"role": "' + m["role"] + '"', at) + len('"role": "' + m["role"] + '"')
          ends.append(len(text[:at].encode()))
      print(json.dumps({"length": len(data), "ends": ends}))
      """, in: folder)
    let length = try #require(made["length"]?.integer)
    let ends = (made["ends"]?.elements ?? []).compactMap(\.integer)
    for demand in [ReadingDemand(.counts), ReadingDemand(.threads, passages: true)] {
      let reading = OpenWebUIReading(.path(FilePath(folder.path)), demand)
      #expect(reading.inventory.stores[0].counts.conversations == UInt64(length + 1))
      // All but the whole document and the empty one's beginning are torn.
      let torn = reading.codes.filter { $0 == "torn" }.count
      #expect(torn == Int(length))
      #expect(
        reading.inventory.issues.filter { $0.code == .torn }.map(\.offset).contains(nil) == false)
      guard demand.level == .threads else { continue }
      for (cut, found) in reading.conversations.enumerated() {
        let expected = ends.filter { Int64(cut) >= $0 }.count
        #expect(found.conversation.tally.messages == UInt64(expected), "cut at \(cut)")
        #expect(found.conversation.thread.count == expected)
      }
    }
  }

  @Test("bytes that are no UTF-8, nesting without end, values of other kinds")
  func strangeDocuments() throws {
    let folder = try TemporaryFolder()
    try encodeOpenWebUI(
      """
      db = database("webui.db", "0.9.6")
      good = tree([message("a", None, "user")], "a")
      chat(db, "deep", '{"params": ' + "[" * 200000 + ', "history": {}}')
      chat(db, "inside", '{"history": {"messages": {"a": {"role": "user", "sources": ' + "[" * 5000 + "]" * 5000 + '}}}}')
      for number, text in enumerate(["[]", "7", "true", '"text"', '{"history": []}', '{"history": {"messages": 3}}', '{"messages": {}}',
              '{"history": {"messages": {"a": null, "b": 5, "c": []}}}', '{"history": {"messages": {"a": {"role": 1, "content": {"x": "y"}, "files": "z", "timestamp": "soon", "parentId": 9}}}}']):
          chat(db, f"kind {number}", text)
      chat(db, "utf8", "")
      db.execute("UPDATE chat SET chat = CAST(? AS TEXT) WHERE id = 'utf8'",
                 (json.dumps(tree([message("a", None, "user", "@")], "a")).encode().replace(b"@", b"\\xff\\xfe"),))
      chat(db, "blob", "")
      db.execute("UPDATE chat SET chat = ? WHERE id = 'blob'", (json.dumps(good).encode(),))
      chat(db, "number", "")
      db.execute("UPDATE chat SET chat = 12 WHERE id = 'number'")
      chat(db, "last", good)
      """, in: folder)
    let path = folder.path + "/webui.db"
    let reading = OpenWebUIReading(path)
    func messages(_ title: String) -> UInt64? {
      reading.conversation(title, at: path)?.tally.messages
    }
    #expect(
      messages("last") == 1 && messages("blob") == 1 && messages("utf8") == 1
        && messages("inside") == 1)
    #expect(messages("kind 8") == 1 && messages("kind 7") == 0 && messages("number") != nil)
    #expect(reading.codes.filter { $0 == "invalid-utf8" }.count == 1)
    #expect(reading.codes.contains("too-deep"))
    #expect(reading.conversation("utf8", at: path)?.thread[0].text.bytes == [0xFF, 0xFE])
    let inside = reading.conversation("inside", at: path)?.thread[0].asides.first?.bytes.count
    #expect(inside == 10_000)
  }

  @Test("a database cut or changed at any place ends, and never gives more than there was")
  func damagedDatabases() throws {
    let folder = try TemporaryFolder()
    try encodeOpenWebUI(
      """
      db = database("whole.db", "0.9.6", page=512)
      for n in range(6):
          messages = [message(f"m{n}{k}", f"m{n}{k - 1}" if k else None, "user" if k % 2 == 0 else "assistant", "text " * 40) for k in range(5)]
          chat(db, f"c{n}", tree(messages, f"m{n}4"))
          for m in messages[:3]:
              row(db, f"c{n}", m["id"], m["parentId"], m["role"], m["content"])
          schema.insert(db, "feedback", {"id": f"f{n}", "snapshot": json.dumps({"chat": {"id": f"c{n}", "chat": tree(messages, None)}}), "meta": "{}", "created_at": 1, "updated_at": 1})
      db.close()
      data = (folder / "whole.db").read_bytes()
      for cut in range(0, len(data), max(1, len(data) // 60)):
          (folder / f"cut{cut}").mkdir()
          (folder / f"cut{cut}" / "webui.db").write_bytes(data[:cut])
      for number in range(80):
          changed = bytearray(data)
          for _ in range(rng.choice([1, 5, 40])):
              changed[rng.randrange(16 if number % 3 else 0, len(changed))] = rng.randrange(256)
          (folder / f"flip{number}").mkdir()
          (folder / f"flip{number}" / "webui.db").write_bytes(changed)
      """, in: folder)
    let whole = OpenWebUIReading(folder.path + "/whole.db")
    #expect(whole.inventory.stores.map(\.counts.tally.messages) == [30, 30])
    let reading = OpenWebUIReading(folder.path)
    for store in reading.inventory.stores {
      #expect(store.counts.tally.messages <= 90, "\(store.head.path)")
    }
    // Whatever was cut off is said.
    for store in reading.inventory.stores
    where store.head.kind == .conversations && store.head.path.string.contains("/cut") {
      #expect(!store.counts.issues.isEmpty, "\(store.head.path)")
    }
    #expect(reading.inventory.stores.contains { $0.counts.issues.contains { $0.code == .empty } })
  }

  @Test("random pages of SQLCipher are told from damage")
  func encrypted() throws {
    let folder = try TemporaryFolder()
    try encodeOpenWebUI(
      """
      for name, data in [("cipher", rng.randbytes(20480)), ("zeros", bytes(20480)), ("text", b"not a database at all " * 400),
                         ("short", rng.randbytes(100)), ("odd", rng.randbytes(20001))]:
          (folder / name).mkdir()
          (folder / name / "webui.db").write_bytes(data)
      """, in: folder)
    let reading = OpenWebUIReading(folder.path)
    func codes(_ name: String) -> [String]? {
      reading.store(.conversations, "\(folder.path)/\(name)/webui.db")?.counts.issues.map(
        \.code.rawValue)
    }
    #expect(codes("cipher") == ["encrypted"])
    for name in ["zeros", "text", "short", "odd"] {
      #expect(codes(name).map { !$0.isEmpty && !$0.contains("encrypted") } ?? true, "\(name)")
    }
  }

  @Test("an archive is listed without being opened, whole, large or cut off")
  func archives() throws {
    let folder = try TemporaryFolder()
    try encodeOpenWebUI(
      """
      def pack(path, names):
          path.parent.mkdir()
          with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
              for name, size in names:
                  made.writestr(name, bytes(size))
      pack(folder / "whole" / "open_webui_data.zip", [("webui.db", 40000), ("uploads/a", 3)])
      pack(folder / "none" / "open_webui_data.zip", [("uploads/b", 3)])
      pack(folder / "many" / "open_webui_data.zip", [(f"uploads/{n}", 0) for n in range(66000)] + [("webui.db", 7)])
      data = (folder / "whole" / "open_webui_data.zip").read_bytes()
      for cut in range(len(data)):
          (folder / f"cut{cut}").mkdir()
          (folder / f"cut{cut}" / "open_webui_data.zip").write_bytes(data[:cut])
      for at in range(len(data) - 160, len(data)):
          (folder / f"flip{at}").mkdir()
          (folder / f"flip{at}" / "open_webui_data.zip").write_bytes(data[:at] + b"\\xff" + data[at + 1:])
      # An entry of more than 4 GiB: its size is in the extra field.
      name, extra = b"webui.db", struct.pack("<HHQ", 1, 8, 5_000_000_000)
      entry = struct.pack("<IHHHHHHIIIHHHHHII", 0x02014B50, 45, 45, 0, 8, 0, 0, 0, 10, 0xFFFFFFFF, len(name), len(extra), 0, 0, 0, 0, 0) + name + extra
      end = struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, 1, 1, len(entry), 0, 0)
      (folder / "large").mkdir()
      (folder / "large" / "open_webui_data.zip").write_bytes(entry + end)
      """, in: folder)
    let reading = OpenWebUIReading(folder.path)
    func texts(_ name: String) -> [String] {
      reading.store(.copies, "\(folder.path)/\(name)/open_webui_data.zip")?.counts.issues.map {
        "\($0.code.rawValue): \($0.text)"
      } ?? []
    }
    #expect(texts("whole")[0].contains("2 entries") && texts("whole")[0].contains("40000 bytes"))
    #expect(texts("none")[0].contains("1 entries") && texts("none")[0].contains("no webui.db"))
    #expect(texts("many")[0].contains("66001 entries") && texts("many")[0].contains("of 7 bytes"))
    #expect(texts("large")[0].contains("5000000000 bytes"))
    for store in reading.inventory.stores where store.head.path.string.contains("/cut") {
      #expect(!store.counts.issues.isEmpty)
    }
  }

  @Test("an export cut at any byte, and files that vanish between finding and reading")
  func tornExportAndVanishing() throws {
    let folder = try TemporaryFolder()
    try encodeOpenWebUI(
      """
      rows = [{"id": f"c{n}", "user_id": "u", "title": "t", "chat": tree([message("a", None, "user"), message("b", "a", "assistant")], "b")} for n in range(2)]
      data = json.dumps(rows).encode()
      for cut in range(100, len(data) + 1):
          (folder / f"{cut:04d}.json").write_bytes(data[:cut])
      database("data/webui.db", "0.12.4").close()
      """, in: folder)
    let reading = OpenWebUIReading(folder.path)
    let exports = reading.inventory.stores.filter { $0.head.format == "open-webui-export" }
    let counts = exports.map(\.counts.tally.messages)
    #expect(counts == counts.sorted() && counts.last == 4 && exports.count > 300)
    #expect(exports.dropLast().allSatisfy { $0.counts.issues.map(\.code) == [.torn] })
    #expect(exports.last?.counts.issues.isEmpty ?? false)

    let gone = OpenWebUIReading(
      .path(FilePath(folder.path + "/data")),
      afterFinding: { unlink(folder.path + "/data/webui.db") })
    #expect(gone.codes == ["vanished"])
  }

  @Test("tags that never end do not take for ever")
  func unendingTags() throws {
    let folder = try TemporaryFolder()
    try encodeOpenWebUI(
      """
      db = database("webui.db", "0.9.6")
      for number, piece in enumerate(["<details>", '<details "', "<think>", '<details type="reasoning"', '<details type="tool_calls" id="']):
          chat(db, f"tags {number}", tree([message("a", None, "assistant", piece * (60_000 // len(piece)))], "a"))
      """, in: folder)
    let reading = OpenWebUIReading(folder.path)
    #expect(reading.conversations.map(\.conversation.tally.messages) == [1, 1, 1, 1, 1])
  }
}
