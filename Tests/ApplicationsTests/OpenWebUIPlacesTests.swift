import Applications
import ByteReading
import Conversations
import EvidenceFiles
import Glibc
import Inventory
import SystemPackage
import TestSupport
import Testing

private let oneChat = """
  for name in arguments:
      db = database(name, "0.12.4")
      chat(db, name, tree([message("a", None, "user", "hello")], "a"))
      db.close()
  """

@Suite struct OpenWebUIPlacesTests {
  private func kinds(_ reading: OpenWebUIReading, below root: String) -> [String] {
    reading.inventory.stores.filter { $0.counts.tally.messages > 0 }.map {
      "\($0.head.kind.rawValue) \($0.head.path.string.dropFirst(root.utf8.count + 1))"
    }.sorted()
  }

  @Test("every place of an image")
  func image() throws {
    let folder = try TemporaryFolder()
    let places = [
      "var/lib/docker/volumes/x/_data/webui.db",
      "var/lib/containers/storage/volumes/y/_data/webui.db",
      "var/lib/docker/overlay2/abc/diff/app/backend/data/webui.db",
      "usr/local/lib/python3.11/dist-packages/open_webui/data/webui.db",
      "home/ines/.local/share/containers/storage/volumes/z/_data/webui.db",
      "home/ines/.cache/uv/archive-v0/q1/lib/python3.11/site-packages/open_webui/data/webui.db",
      "home/ines/.local/share/pipx/venvs/open-webui/lib/python3.12/site-packages/data/webui.db",
      "home/ines/.var/app/com.openwebui.desktop/config/open-webui/data/webui.db",
      "home/ines/snap/open-webui/12/.config/open-webui/data/webui.db",
      "Users/tom/AppData/Roaming/Open WebUI/data/webui.db",
      "Users/ana/Library/Application Support/open-webui/data/webui.db",
      "mnt/backup/any name at all.bin",
    ]
    // An array of plain strings is spelled the same in both languages.
    try encodeOpenWebUI("arguments = \(places)\n" + oneChat, in: folder)
    let reading = OpenWebUIReading(.image(FilePath(folder.path)))
    #expect(kinds(reading, below: folder.path) == places.map { "conversations \($0)" }.sorted())
    let looked = reading.inventory.looked.filter { $0.result == .found }.map(\.path.string)
    #expect(looked.contains(folder.path + "/var/lib/docker/volumes/x/_data"))
  }

  @Test("settings that move data are followed, and what they left is a copy")
  func moved() throws {
    let folder = try TemporaryFolder()
    try encodeOpenWebUI(
      oneChat, in: folder, "ines/.config/open-webui/data/webui.db", "elsewhere/webui.db",
      "unit/webui.db",
      "url/chats.sqlite")
    try write(
      "{\"localServer\": {}, \"dataDir\": \"\(folder.path)/elsewhere\"}".utf8,
      to: folder.path + "/ines/.config/open-webui/config.json")
    let settings = [
      "DATA_DIR": "\(folder.path)/unit",
      "DATABASE_URL": "sqlite:///\(folder.path)/url/chats.sqlite",
    ]
    let reading = OpenWebUIReading(
      .machine,
      environment: settings.map { EnvironmentSetting(name: $0.key, value: $0.value, source: nil) },
      home: FilePath(folder.path + "/ines"))
    #expect(
      kinds(reading, below: folder.path) == [
        "conversations elsewhere/webui.db", "conversations unit/webui.db",
        "conversations url/chats.sqlite",
        "copies ines/.config/open-webui/data/webui.db",
      ])
    // Named as a path, the folder outside of it is said and not opened.
    let below = OpenWebUIReading(folder.path + "/ines")
    #expect(below.codes.contains("points-outside"))
    #expect(
      below.inventory.stores.allSatisfy { $0.head.path.string.hasPrefix(folder.path + "/ines") })
  }

  @Test("a container's record names its data, its log and its secrets; Postgres makes a file stale")
  func container() throws {
    let folder = try TemporaryFolder()
    try encodeOpenWebUI(oneChat, in: folder, "srv/chats/webui.db")
    let record = folder.path + "/var/lib/docker/containers/4f2a/config.v2.json"
    try write(
      """
      {"Name": "/open-webui", "Config": {"Image": "ghcr.io/open-webui/open-webui:main",
        "Env": ["OPENAI_API_KEY=sk-invented", "DATABASE_URL=postgresql://a:b@db/webui"]},
       "MountPoints": {"/app/backend/data": {"Source": "/srv/chats"}}}
      """.utf8, to: record)
    try write(
      "{\"log\":\"hello\\n\"}\n".utf8,
      to: folder.path + "/var/lib/docker/containers/4f2a/4f2a-json.log")
    let reading = OpenWebUIReading(.image(FilePath(folder.path)))
    let store = try #require(reading.store(.conversations, folder.path + "/srv/chats/webui.db"))
    #expect(
      store.counts.issues.contains {
        $0.code.rawValue == "possibly-stale" && $0.severity == .warning
      })
    #expect(reading.store(.secrets, record) != nil)
    #expect(reading.texts(.log) == ["{\"log\":\"hello\\n\"}"])
    #expect(
      reading.inventory.issues.contains {
        $0.code == .notParsed && $0.path == FilePath(record).storedText
      })
    #expect(
      !reading.inventory.issues.contains { $0.text.contains("invented") || $0.text.contains("a:b") }
    )
  }

  @Test("other databases, other lists and other archives are nobody's")
  func strangers() throws {
    let folder = try TemporaryFolder()
    try encodeOpenWebUI(
      """
      for name, table in [("a.db", "chat (id, title)"), ("b.db", "chats (id, user_id, chat)")]:
          sqlite3.connect(folder / name).execute(f"CREATE TABLE {table}")
      (folder / "c.json").write_text(json.dumps([{"chat": "text", "title": "x", "user_id": "y"}]))
      (folder / "d.json").write_text(json.dumps({"history": {}, "messages": []}))
      (folder / "docker-compose.yml").write_text("environment:\\n  - DATABASE_URL=postgresql://x\\n")
      (folder / "config.v2.json").write_text(json.dumps({"Name": "/db", "Config": {"Image": "postgres"}}))
      zipfile.ZipFile(folder / "data.zip", "w").writestr("webui.db", b"")
      """, in: folder)
    let reading = OpenWebUIReading(folder.path)
    #expect(reading.inventory.stores.isEmpty && reading.inventory.issues.isEmpty)
  }

  @Test("an export is read from its list, each message with its offset in the file")
  func export() throws {
    let folder = try TemporaryFolder()
    let made = try encodeOpenWebUI(
      """
      one = {"id": "c1", "user_id": "u", "title": "Één", "chat": tree([message("a", None, "user", "näher"), message("b", "a", "assistant")], "b"), "updated_at": 1700000009, "created_at": 1700000001, "archived": True}
      two = {"id": "c2", "user_id": "u", "title": "", "chat": {"title": "inner", "messages": [{"role": "user", "content": "only the list"}]}, "created_at": 1700000002}
      text = json.dumps([one, two], ensure_ascii=False)
      (folder / "chat-export-1700000000000.json").write_text(text, encoding="utf-8")
      print(json.dumps([len(text[:text.index('{"id": "a"')].encode()), len(text[:text.index('{"role": "user", "content": "only')].encode())]))
      """, in: folder)
    let path = folder.path + "/chat-export-1700000000000.json"
    let reading = OpenWebUIReading(path)
    let store = try #require(reading.store(.copies, path))
    #expect(store.head.format == "open-webui-export" && store.counts.conversations == 2)
    #expect(store.counts.tally.messages == 3 && store.counts.files == 1)
    let first = reading.conversations[0].conversation
    #expect(first.appID == "c1" && first.title == "Één" && first.archived == true && first.copy)
    #expect(first.created?.description == "2023-11-14T22:13:21Z")
    #expect(first.thread[0].provenance.offset == made.elements[0].integer.map { UInt64($0) })
    let second = reading.conversations[1].conversation
    #expect(second.thread[0].provenance.offset == made.elements[1].integer.map { UInt64($0) })
    #expect(second.excerpt == "only the list")
  }
}
