import Applications
import ByteReading
import Conversations
import Inventory
import SystemPackage
import TestSupport
import Testing

@Suite struct LMStudioBionicTests {
  /// Makes a database of sessions by statements, with the columns a reader relies on.
  private func database(_ statements: String) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    let script = """
      import sqlite3, sys, json
      db = sqlite3.connect(sys.argv[1])
      db.executescript('''CREATE TABLE sessions (session_id TEXT PRIMARY KEY, session_name TEXT,
        suggested_session_name TEXT, committed_head_entry_id TEXT, updated_timestamp INTEGER);
        CREATE TABLE chat_entries (id TEXT PRIMARY KEY, previous_id TEXT, entry_json TEXT, redirect_to_id TEXT);''')
      def session(i, head, name=None): db.execute('INSERT INTO sessions VALUES (?,?,?,?,?)', (i, name, 'suggested', head, 1770000000000))
      def entry(i, previous, text='t', role='user', redirect=None, json_text=None, **more):
          body = {'id': i, 'type': 'message', 'createdTimestamp': 1769000000000, 'message': {'role': role,
                  'parts': [{'type': 'text', 'text': text}]}, **more}
          db.execute('INSERT INTO chat_entries VALUES (?,?,?,?)', (i, previous, json_text or json.dumps(body), redirect))
      \(statements)
      db.commit()
      """
    let made = try run("python3", ["-c", script, folder.path + "/any name.db"])
    #expect(made.status == 0, "\(made.errorText)")
    return folder
  }

  @Test("a database is recognised by its tables; branches that were left are hidden")
  func branches() throws {
    let folder = try database(
      """
      session('s', 'd', 'Given')
      entry('a', None, 'one'); entry('b', 'a', 'left', 'assistant'); entry('x', 'b', 'left too')
      entry('c', 'a', 'two', 'assistant'); entry('r', None, redirect='c', json_text='{"type":"redirect"}'); entry('d', 'r', 'three', hidden=False)
      """)
    let reading = LMStudioReading(folder.path)
    let found = try #require(reading.only)
    #expect(reading.inventory.stores.map(\.head.format) == ["lm-studio-bionic"])
    #expect(found.title == "Given")
    #expect(found.appID == "s")
    #expect(found.thread.map(\.text.string) == ["one", "left", "left too", "two", "three"])
    #expect(found.thread.map(\.active) == [true, false, false, true, true])
    #expect(found.thread.map { $0.parent?.string } == [nil, "a", "b", "a", "r"])
    #expect(found.tally.hiddenMessages == 2)
    #expect(found.thread[0].provenance.table == "chat_entries")
    #expect(found.thread[0].provenance.row == "a")
    #expect(found.thread[0].provenance.offset == nil)
    #expect(reading.issues == [])
  }

  @Test("two sessions that share a beginning have it both")
  func fork() throws {
    let folder = try database(
      "session('s', 'b'); session('t', 'c'); entry('a', None); entry('b', 'a'); entry('c', 'a')")
    let reading = LMStudioReading(folder.path)
    #expect(reading.conversations.map { $0.conversation.thread.count } == [2, 2])
    #expect(reading.conversations.map { $0.conversation.title } == ["suggested", "suggested"])
    #expect(reading.tally.messages == 4)
  }

  @Test("circles, loose ends and rows of nobody are said, and the rest is read")
  func damage() throws {
    let folder = try database(
      """
      session('s', 'b'); session('t', 'd'); session('u', None)
      entry('a', 'b'); entry('b', 'a'); entry('c', 'missing'); entry('d', 'c')
      entry('o', 'nowhere', 'nobody owns this'); entry('l', None, redirect='m'); entry('m', None, redirect='l')
      entry('e', 'd', json_text='{"type":"message","message":{"role":"user","parts":[{"type":"text","te')
      """)
    let reading = LMStudioReading(folder.path)
    #expect(
      Set(reading.issues) == ["cyclic-parents", "dangling-parent", "orphan", "torn"])
    #expect(
      reading.conversations.map { $0.conversation.appID?.string ?? "" } == ["s", "t", "u"])
    #expect(reading.conversations.map { $0.conversation.tally.messages } == [2, 3, 0])
    #expect(reading.texts.contains("nobody owns this"))
  }

  @Test("a table without the columns that are known gives what is there")
  func otherColumns() throws {
    let folder = try TemporaryFolder()
    let made = try run(
      "python3",
      [
        "-c",
        "import sqlite3,sys; db=sqlite3.connect(sys.argv[1]); db.executescript('CREATE TABLE sessions (session_id INTEGER PRIMARY KEY); CREATE TABLE chat_entries (n TEXT); INSERT INTO sessions VALUES (7)'); db.commit()",
        folder.path + "/ng-sessions.sqlite",
      ])
    #expect(made.status == 0)
    let reading = LMStudioReading(folder.path)
    #expect(reading.only?.appID == "7")
    #expect(reading.only?.temporary == nil)
  }

  @Test("a damaged database gives issues and no trap")
  func damagedPages() throws {
    let folder = try database("session('s', 'a'); entry('a', None)")
    let path = folder.path + "/any name.db"
    let whole = try contents(path)
    for index in stride(from: 100, to: whole.count, by: 37) {
      var bytes = whole
      bytes[index] ^= 0x55
      try write(bytes, to: path)
      _ = try LMStudioFile(path, .threads, tables: ["sessions", "chat_entries"])
    }
    for count in stride(from: 0, to: whole.count, by: 511) {
      try write(whole[..<count], to: path)
      _ = try LMStudioFile(path, .threads, tables: ["sessions", "chat_entries"])
    }
  }
}
