import Applications
import ByteReading
import Conversations
import Inventory
import SQLiteEvidence
import TestSupport
import Testing

/// The databases: what the write-ahead log alone holds is read, and damage is said.
@Suite struct JanDatabasesTests {
  private func python(_ script: String, _ folder: TemporaryFolder) throws {
    let result = try run(
      "python3",
      ["-c", "import json, os, shutil, sqlite3, sys\nfolder = sys.argv[1]\n" + script, folder.path])
    #expect(result.status == 0, "\(result.errorText)")
  }

  private static let tables = """
    db = sqlite3.connect(folder + "/jan.db", isolation_level=None)
    db.execute("PRAGMA secure_delete=OFF")
    db.execute("CREATE TABLE threads (id TEXT PRIMARY KEY, data TEXT NOT NULL, created_at INTEGER, updated_at INTEGER)")
    db.execute("CREATE TABLE messages (id TEXT PRIMARY KEY, thread_id TEXT NOT NULL, data TEXT NOT NULL, created_at INTEGER)")

    """

  @Test("the mobile edition: rows, an orphan, a row that is no JSON, a list of files")
  func mobile() throws {
    let folder = try TemporaryFolder()
    try python(
      Self.tables + #"""
        db.execute("INSERT INTO threads VALUES ('t', '{\"id\":\"t\",\"title\":\"Mobil\",\"updated\":1764.5}', 1764000000, 1764000100)")
        def message(id, thread, text, role="user"):
            data = text if text.startswith("!") else json.dumps({"id": id, "role": role, "content": [{"type": "text", "text": {"value": text}}], "created_at": 1764000001234}, ensure_ascii=False)
            db.execute("INSERT INTO messages VALUES (?,?,?,1764000009)", (id, thread, data))
        message("m1", "t", "grüß dich\n\n[ATTACHED_FILES]\n- file_id: 1, name: a.pdf, size: 12\n[/ATTACHED_FILES]")
        message("m2", "t", "na " * 4000, "assistant")
        message("m3", "gone", "left behind")
        message("m4", "t", "!")
        """#, folder)
    let reading = JanReading(folder.path + "/jan.db")
    let found = try #require(reading.conversation("t"))
    #expect(found.title == "Mobil")
    #expect(found.created?.description == "2025-11-24T16:00:00Z")
    #expect(found.updated?.description == "2025-11-24T16:01:40Z")
    #expect(found.thread.map(\.id) == ["m1", "m2"])
    #expect(found.thread[1].text.string == String(repeating: "na ", count: 4000))
    #expect(found.thread[0].provenance.table == "messages")
    #expect(found.thread[0].provenance.row == "m1")
    #expect(found.thread[0].provenance.offset == nil)
    #expect(found.tally.attachmentBytes == 12)
    let orphan = try #require(reading.conversation("gone"))
    #expect(orphan.title == nil)
    #expect(orphan.tally.messages == 1)
    #expect(Set(reading.inventory.issues.map(\.code)) == [.orphan, .malformed])
    let counts = JanReading(folder.path + "/jan.db", ReadingDemand(.counts)).inventory.stores.first
    #expect(counts?.counts.tally.attachmentBytes == 12)
    #expect(counts?.counts.tally.messages == 3)
  }

  @Test("a mobile database cut short at every page and half page: it ends, and says so")
  func cut() throws {
    let folder = try TemporaryFolder()
    try python(
      Self.tables + #"""
        for i in range(60):
            db.execute("INSERT INTO threads VALUES (?, ?, 1764000000, 1764000100)", (f"t{i}", '{"id":"t%d","title":"x"}' % i))
            for j in range(4):
                db.execute("INSERT INTO messages VALUES (?,?,?,1)", (f"m{i}-{j}", f"t{i}", '{"id":"m%d-%d","role":"user","content":[]}' % (i, j)))
        """#, folder)
    let whole = try contents(folder.path + "/jan.db")
    for size in stride(from: 4096, to: whole.count, by: 2048) {
      try write(whole[..<size], to: folder.path + "/cut/jan.db")
      let reading = JanReading(folder.path + "/cut/jan.db", ReadingDemand(.counts))
      let store = reading.inventory.stores.first
      #expect(store.map { !$0.counts.issues.isEmpty } ?? true, "cut at \(size)")
    }
  }

  @Test("vectors: documents, their text's bytes, memories, and what only the log holds")
  func vectors() throws {
    let folder = try TemporaryFolder()
    try python(
      #"""
      os.mkdir(folder + "/db")
      def fill(name, statements, late=()):
          path = folder + "/" + name
          db = sqlite3.connect(path, isolation_level=None)
          db.execute("PRAGMA journal_mode=WAL")
          db.execute("PRAGMA wal_autocheckpoint=0")
          for s, *v in statements: db.execute(s, v)
          db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
          for s, *v in late: db.execute(s, v)
          for suffix in ("", "-wal"): shutil.copyfile(path + suffix, folder + "/db/" + name + suffix)
          db.close()
          os.remove(path)
      chunk = "INSERT INTO chunks VALUES (?,?,x'00',?,0)"
      fill("attachments_T9.db", [
          ("CREATE TABLE files (id TEXT PRIMARY KEY, path TEXT UNIQUE NOT NULL, name TEXT, type TEXT, size INTEGER, chunk_count INTEGER)",),
          ("CREATE TABLE chunks (id TEXT PRIMARY KEY, text TEXT NOT NULL, embedding BLOB NOT NULL, file_id TEXT, chunk_file_order INTEGER)",),
          ("INSERT INTO files VALUES ('f','/p','n','t',1,1)",), (chunk, "c1", "größe", "f")],
          [(chunk, "c2", "late words", "f"), ("INSERT INTO files VALUES ('g','/q','n','t',1,1)",)])
      fill("__memory__.db", [
          ("CREATE VIRTUAL TABLE memories USING fts5(msg_id UNINDEXED, project_id UNINDEXED, text, role UNINDEXED, ts UNINDEXED, tokenize='porter unicode61')",),
          ("INSERT INTO memories VALUES ('m','p','my allergy','user',1769000000000)",)])
      """#, folder)
    let reading = JanReading(folder.path)
    let store = try #require(reading.inventory.stores.first)
    #expect(reading.inventory.stores.count == 1)
    #expect(store.head.kind == .documents)
    #expect(store.counts.documents == 3)
    #expect(store.counts.documentBytes == UInt64("größelate wordsmy allergy".utf8.count))
    #expect(store.counts.files == 4)
    #expect(reading.texts.sorted() == ["größe", "late words", "my allergy"])
    let chunk = try #require(reading.passages.first { $0.passage.text == "late words" }?.passage)
    #expect(chunk.conversation == "T9")
    #expect(chunk.field == .chunk)
    #expect(chunk.provenance.table == "chunks")
    #expect(chunk.provenance.row == "c2")
    #expect(reading.issues == [])
    // One of them by itself.
    let alone = JanReading(folder.path + "/db/attachments_T9.db")
    #expect(alone.inventory.stores.first?.counts.documents == 2)
  }
}
