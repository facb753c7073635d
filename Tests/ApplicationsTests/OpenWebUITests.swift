import Applications
import ByteReading
import Conversations
import EvidenceFiles
import Inventory
import SystemPackage
import TestSupport
import Testing

@Suite struct OpenWebUITests {
  private let volume = "/home/.local/share/docker/volumes/open-webui/_data"

  /// Writes the samples and reads them, or only what is below one of their folders.
  private func samples(
    below part: String = "/home"
  ) throws -> (TemporaryFolder, OpenWebUIReading) {
    let folder = try TemporaryFolder()
    let made = try run(
      "python3",
      ["-B", Repository.path + "/scripts/make-samples", "--only", "openwebui", folder.path])
    #expect(made.status == 0, "\(made.errorText)")
    return (folder, OpenWebUIReading(folder.path + part))
  }

  @Test("threads of the newest release, to the last field")
  func threads() throws {
    let (folder, reading) = try samples(below: volume)
    let database = folder.path + volume + "/webui.db"

    // Two answers beside each other; the later one is shown.
    let bread = try #require(reading.conversation("Sourdough that does not rise", at: database))
    #expect(bread.thread.count == 5)
    #expect(bread.thread.map(\.active) == [true, true, true, false, true])
    #expect(
      bread.thread.map(\.role.rawValue) == ["user", "assistant", "user", "assistant", "assistant"])
    #expect(bread.thread[4].model == "mistral-nemo:12b")
    #expect(
      bread.thread[3].parent == bread.thread[2].id && bread.thread[4].parent == bread.thread[2].id)
    #expect(bread.thread[0].parent == nil && bread.thread[0].model == nil)
    #expect(bread.thread[3].text.string.hasSuffix("🍞"))
    #expect(bread.shared == true && bread.user == "Ines Aldorf" || bread.user == "Tomasz Wrona")
    #expect(
      bread.thread[0].provenance.table == "chat" && bread.thread[0].provenance.row == bread.appID)
    #expect(bread.thread[0].provenance.offset == nil)
    #expect(bread.thread[0].time != nil && bread.thread[0].time?.hasMilliseconds == false)

    // A message that only its row has.
    let letter = try #require(reading.conversation("Kündigung Mietvertrag", at: database))
    let last = try #require(letter.thread.last)
    #expect(last.text == "Soll ich den Brief als PDF setzen?" && last.active)
    #expect(last.provenance.table == "chat_message")
    #expect(last.provenance.row?.string == "\(letter.appID?.string ?? "")-\(last.id.string)")
    #expect(last.parent == letter.thread[3].id)

    // Typed items: reasoning and a tool call.
    let regex = try #require(reading.conversation("Regex for invoice numbers", at: database))
    let answer = try #require(regex.thread.last)
    #expect(answer.text == "Add `re.IGNORECASE`.")
    #expect(answer.reasoning == "They want the flag, nothing else.")
    #expect(
      answer.toolCalls == [
        ToolCall(id: "call_81", name: "run_python", arguments: "{\"code\": \"1+1\"}", result: "2")
      ])

    // Attachments: a document with its upload and its text, a picture with its size.
    let bogs = try #require(reading.conversation("Résumé d'un article", at: database))
    let files = bogs.thread[0].attachments
    #expect(files.count == 2)
    #expect(files[0].name == "Tourbières.txt" && files[0].bytes == 74)
    #expect(files[0].path?.string.hasSuffix("_Tourbières.txt") ?? false)
    #expect(files[0].text == "Les tourbières stockent le carbone.")
    #expect(files[0].mediaType == "text/plain" || files[0].mediaType == "file")
    #expect(files[1].mediaType == "image/png" && files[1].bytes == 70)
    #expect(bogs.thread[1].asides.contains("Les tourbières stockent le carbone."))

    // A leaf that leads nowhere: the newest one is shown, and all are on its branch.
    let pills = try #require(reading.conversation("Tapering prednisone", at: database))
    #expect(pills.thread.map(\.active) == [true, true, true, true])
  }

  @Test("what the server wrote into the text before typed items existed")
  func markup() throws {
    let (folder, reading) = try samples(below: "/home/.local/share/uv")
    let database =
      folder.path
      + "/home/.local/share/uv/tools/open-webui/lib/python3.11/site-packages/open_webui/data/webui.db"
    let short = try #require(reading.conversation("回訊給房東", at: database))
    #expect(short.thread[1].reasoning == "短一點比較好。")
    #expect(short.thread[1].text.string.hasPrefix("<details type=\"reasoning\""))
    let tool = try #require(reading.conversation("Regex for invoice numbers", at: database))
    #expect(
      tool.thread[1].toolCalls == [
        ToolCall(
          id: "call_7", name: "get_weather", arguments: "{\"city\": \"Tbilisi\"}",
          result: "21 degrees")
      ])
    // Times of an import keep their milliseconds.
    let sister = try #require(reading.conversation("Letter to my sister", at: database))
    #expect(sister.thread[0].time?.description.hasSuffix(".250Z") ?? false)
    // What only the linear copy still holds is searched, and counts for nothing.
    #expect(reading.texts(.text).contains("Forget that I asked about pills."))
    #expect(
      !reading.conversations.contains {
        $0.conversation.thread.contains { $0.text == "Forget that I asked about pills." }
      })
  }

  @Test("chats that are gone are found by what they left, and count for nothing")
  func deleted() throws {
    let (folder, reading) = try samples(below: "/home/.local")
    let database = folder.path + volume + "/webui.db"
    let found = Dictionary(
      grouping: reading.deleted, by: { $0.provenance.table ?? "" }
    ).mapValues { $0.map { $0.thread.count } }
    #expect(found == ["feedback": [4], "channel": [4], "chat_message": [4]])
    #expect(reading.deleted.map(\.confidence) == [1, 1, 1])
    let rated = try #require(reading.deleted.first { $0.provenance.table == "feedback" })
    #expect(
      rated.title == "Letter to my sister"
        && rated.thread[0].text.string.hasPrefix("Help me say sorry"))
    let store = try #require(reading.store(.conversations, database))
    let listed = reading.conversations.filter {
      $0.store.id == store.id && !$0.conversation.deleted
    }
    #expect(store.counts.conversations == UInt64(listed.count))
    #expect(store.counts.tally.messages == listed.reduce(0) { $0 + $1.conversation.tally.messages })
  }

  @Test("a list without ids counts by position; half a surrogate pair is kept")
  func firstReleases() throws {
    let (folder, reading) = try samples()
    let first = try #require(
      reading.conversation(
        "Sourdough that does not rise",
        at: folder.path + "/home/Backups/2023/ollama-webui/ollama.db"))
    #expect(first.thread.map(\.id) == ["0", "1", "2", "3"])
    #expect(
      first.thread.map(\.active) == [true, true, true, true] && first.tally.hiddenMessages == 0)
    #expect(first.archived == nil && first.shared == nil)
    let odd = try #require(
      reading.conversation(
        "Regex for invoice numbers", at: folder.path + "/home/src/open-webui/backend/data/webui.db")
    )
    #expect(odd.thread[0].text == "What is on this picture?")
    #expect(odd.thread[0].attachments.count == 1)
    // The WTF-8 form of U+D83D.
    #expect(
      odd.thread[1].text.bytes.starts(with: Array("A single pixel ".utf8) + [0xED, 0xA0, 0xBD]))
  }

  @Test("text beside conversations is searched")
  func passages() throws {
    let (folder, reading) = try samples(below: volume)
    #expect(reading.texts(.text).contains("User is allergic to walnuts."))
    #expect(reading.texts(.text).contains("- Pass\n- Ladegerät\n"))
    #expect(reading.texts(.text).contains("Summarise {{CLIPBOARD}} in three sentences."))
    let chunks = reading.texts(.chunk)
    #expect(chunks.filter { $0 == "Remettre en eau coûte peu." }.count == 1)
    #expect(chunks.contains("Un dernier paragraphe, pas encore repris."))
    #expect(
      chunks.contains("Then use the fridge.") && chunks.contains("How long is the bulk ferment?"))
    #expect(reading.texts(.attachment).contains { $0.hasSuffix("elles l'émettent. 🌿\n") })
    // A log's last line may be cut off; it begins where the third one ended.
    let log = reading.passages.filter {
      $0.store.head.path.string == folder.path + volume + "/audit.log"
    }
    #expect(
      log.count == 4 && log.last?.passage.text == "{\"timestamp\": 1747000009, \"id\": \"cut off")
    let lengths = log.dropLast().map { UInt64($0.passage.text.bytes.count + 1) }.reduce(0, +)
    #expect(log.last?.passage.provenance.offset == lengths)
    #expect(!reading.passages.contains { $0.passage.text.string.contains("sk-invented") })
  }

  @Test("counting, listing and reading whole give the same counts")
  func levelsAgree() throws {
    let (folder, whole) = try samples()
    let home = LookingPlace.path(FilePath(folder.path + "/home"))
    for level in [ReadingDemand.Level.counts, .heads] {
      let other = OpenWebUIReading(home, ReadingDemand(level))
      #expect(other.inventory.stores.count == whole.inventory.stores.count)
      for (left, right) in zip(other.inventory.stores, whole.inventory.stores) {
        #expect(left.counts.tally == right.counts.tally, "\(left.head.path)")
        #expect(left.counts.documentBytes == right.counts.documentBytes)
        #expect(left.counts.bytes == right.counts.bytes && left.counts.users == right.counts.users)
        #expect(left.counts.issues == right.counts.issues)
      }
    }
    let heads = OpenWebUIReading(home, ReadingDemand(.heads))
    let titles = heads.conversations.map(\.conversation.title)
    #expect(titles == whole.conversations.map(\.conversation.title))
  }

  @Test("keys in any order, keys twice, copies, circles and loose ends")
  func documents() throws {
    let folder = try TemporaryFolder()
    try encodeOpenWebUI(
      """
      db = database("webui.db", "0.12.4")
      a, b, c = message("a", None, "user"), message("b", "a", "assistant", model="m"), message("c", "a", "assistant", model="n")
      # The list before the tree, with one message more and one twice.
      chat(db, "order", {"messages": [a, b, message("z", "b", "user"), message("z", "b", "user")], **tree([a, b, c], "b")})
      # Equal keys: the last one counts.
      chat(db, "twice", '{"history": {"messages": {"a": {"role": "user"}, "a": {"role": "assistant", "model": "m"}}, "currentId": "a"}}')
      # Each follows the other.
      chat(db, "circle", tree([message("a", "b", "user"), message("b", "a", "assistant")], "a"))
      # A parent that is not there.
      chat(db, "loose", tree([message("a", "gone", "user"), message("b", "a", "assistant")], "b"))
      # No leaf is named: the newest one is shown, not the last one stored.
      chat(db, "newest", tree([a, message("b", "a", "assistant", timestamp=1700000900), message("c", "a", "assistant")], None))
      # A document inside a string, none at all, an empty one.
      chat(db, "string", json.dumps(json.dumps(tree([a, b], "b"))))
      chat(db, "null", "null")
      chat(db, "nothing", {})
      # The tree as a list, and roles beyond the four.
      chat(db, "list", {"history": {"messages": [a, message("b", "a", "developer")], "currentId": "b"}})
      # Rows fill in what the document leaves out; a message in both counts once.
      chat(db, "rows", tree([a, {"id": "b", "parentId": "a", "role": "assistant", "content": ""}], "b"))
      row(db, "rows", "b", "a", "assistant", "from the row", model_id="m7")
      row(db, "rows", "d", "b", "user", "only in the row")
      # Text without the quotes of a JSON string.
      row(db, "rows", "e", "d", "assistant", "", content="plain text", model_id="m8")
      """, in: folder)
    let path = folder.path + "/webui.db"
    let reading = OpenWebUIReading(path)
    func chat(_ title: String) throws -> Conversation {
      try #require(reading.conversation(title, at: path))
    }
    let order = try chat("order")
    #expect(
      order.thread.map(\.id) == ["a", "b", "c"]
        && order.thread.map(\.active) == [true, true, false])
    #expect(order.tally.hiddenMessages == 1 && order.tally.models["n"] == 1)
    let twice = try chat("twice")
    #expect(twice.thread.map(\.role) == [.assistant] && twice.tally.byRole[.user] == 0)
    let circle = try chat("circle")
    #expect(circle.tally.messages == 2)
    let loose = try chat("loose")
    #expect(loose.thread.map(\.active) == [true, true])
    let newest = try chat("newest")
    #expect(newest.thread.map(\.active) == [true, true, false])
    let string = try chat("string")
    #expect(string.tally.messages == 2)
    for title in ["null", "nothing"] {
      let none = try chat(title)
      #expect(none.tally.messages == 0)
    }
    let list = try chat("list")
    #expect(list.thread.map(\.role.rawValue) == ["user", "developer"])
    let rows = try chat("rows")
    #expect(
      rows.thread.map(\.text.string) == ["x", "from the row", "only in the row", "plain text"])
    #expect(rows.thread.map { $0.model?.string } == [nil, "m7", nil, "m8"])
    #expect(rows.thread.map(\.active) == [true, true, false, false])
    #expect(
      reading.codes.sorted() == [
        "cyclic-parents", "dangling-parent", "migration-leftover", "remnant",
      ])
    #expect(reading.texts(.text).filter { $0 == "x" }.count == 1)
    let counted = OpenWebUIReading(path, ReadingDemand(.counts))
    #expect(
      counted.inventory.stores.map(\.counts.tally) == reading.inventory.stores.map(\.counts.tally))
  }
}
