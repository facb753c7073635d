import ByteReading
import Glibc
import TestSupport
import Testing

/// A mounted image with profiles of three systems, a container volume and a service, all invented.
private struct Image {
  let folder: TemporaryFolder
  var root: String { folder.path + "/image" }

  init() throws {
    folder = try TemporaryFolder()
    try jan("home/ada/.local/share/Jan/data", thread: "linux-1", text: "hello from linux")
    try jan(
      "Users/grace/Library/Application Support/Jan/data", thread: "mac-1", text: "hello from a mac")
    // A data folder that a setting moved, spelled as Windows does and in another case.
    try jan("Users/Linus/Chats/Jan", thread: "windows-1", text: "hello from windows")
    try write(
      Array(#"{"data_folder":"C:\\users\\linus\\chats\\JAN","quick_ask":false}"#.utf8),
      to: root + "/Users/Linus/AppData/Roaming/Jan/settings.json")
    try write(
      Array(
        #"{"name":"Plan","createdAt":1750000000000,"messages":[{"versions":[{"type":"singleStep","role":"user","content":[{"type":"text","text":"a question"}]}],"currentlySelected":0}]}"#
          .utf8),
      to: root + "/Users/Linus/.lmstudio/conversations/1750000000000.conversation.json")
    // What lies outside of the image must not be found through any link.
    try write(
      Array(#"{"name":"Outside","createdAt":1750000000001,"messages":[]}"#.utf8),
      to: folder.path + "/outside/conversations/1750000000001.conversation.json")
    #expect(
      symlink(folder.path + "/outside", root + "/Users/Linus/.lmstudio/conversations/out") == 0)
    #expect(symlink("/", root + "/home/ada/everything") == 0)
    #expect(symlink("../../../../../../outside", root + "/home/ada/.lmstudio") == 0)
    // A pointer to a drive that is no part of the image.
    try write(Array(#"D:\LM Studio"#.utf8), to: root + "/Users/grace/.lmstudio-home-pointer")
    try write(
      Array("why is the sky blue\n/bye\n".utf8), to: root + "/usr/share/ollama/.ollama/history")
    try write(
      Array(
        "root:x:0:0:root:/root:/bin/bash\nada:x:1000:1000::/home/ada:/bin/bash\nollama:x:998:998::/usr/share/ollama:/bin/false\n"
          .utf8),
      to: root + "/etc/passwd")
    try makeFolders(root + "/var/lib/docker/volumes/open-webui/_data")
    let made = try run(
      "python3",
      [
        "-c",
        """
        import json, sqlite3, sys
        db = sqlite3.connect(sys.argv[1])
        db.execute("CREATE TABLE chat (id TEXT PRIMARY KEY, user_id TEXT, title TEXT, chat JSON, created_at BIGINT, updated_at BIGINT, share_id TEXT, archived INTEGER)")
        body = {"history": {"messages": {"m1": {"id": "m1", "parentId": None, "role": "user", "content": "hi", "timestamp": 1750000000}}, "currentId": "m1"}}
        db.execute("INSERT INTO chat VALUES ('c1','u1','In a volume',?,1750000000,1750000001,NULL,0)", (json.dumps(body),))
        db.commit()
        """, root + "/var/lib/docker/volumes/open-webui/_data/webui.db",
      ])
    #expect(made.status == 0, "\(made.errorText)")
  }

  private func jan(_ data: String, thread: String, text: String) throws {
    let base = "\(root)/\(data)/threads/\(thread)"
    try write(
      Array(
        #"{"id":"\#(thread)","object":"thread","title":"\#(thread)","created":1750000000.5,"updated":1750000001.5}"#
          .utf8),
      to: base + "/thread.json")
    try write(
      Array(
        (#"{"id":"01JXYZ\#(thread)","object":"thread.message","thread_id":"\#(thread)","role":"user","type":"text","status":"ready","created_at":1750000000123,"content":[{"type":"text","text":{"value":"\#(text)","annotations":[]}}]}"#
          + "\n").utf8),
      to: base + "/messages.jsonl")
  }
}

@Suite struct ImageTests {
  @Test("profiles of three systems, volumes and services are found, and nothing outside")
  func image() throws {
    let image = try Image()
    let scan = try sotto("scan", "--root", image.root, "--format", "json")
    #expect(scan.status == 0, "\(scan.errorText)")
    let document = try parse(scan.output)
    let list = try parse(try sotto("list", "--root", image.root, "--format", "json").output)
    let found = (list["conversations"]?.elements ?? []).map {
      "\($0["app"]?.string ?? "?") \($0["appId"]?.string ?? "?")"
    }.sorted()
    #expect(
      found == [
        "jan linux-1", "jan mac-1", "jan windows-1", "lm-studio 1750000000000", "open-webui c1",
      ])
    #expect(!scan.text.contains("/outside/"))
    let stores = document["stores"]?.elements ?? []
    // Every path is as found, below the image.
    for store in stores { #expect(store["path"]?.string?.hasPrefix(image.root + "/") ?? false) }
    // People by the image's own names.
    let users = Set(stores.compactMap { $0["user"]?.string })
    #expect(users.isSuperset(of: ["ada", "grace", "Linus"]))
    // The prompt history of the service account.
    let history = stores.first { $0["app"]?.string == "ollama" && $0["kind"]?.string == "history" }
    #expect(history?["messages"]?.integer == 2)
    // The drive that is missing is said, with the file that names it.
    let outside = (document["issues"]?.elements ?? []).filter {
      $0["code"]?.string == "points-outside"
    }
    #expect(outside.contains { $0["path"]?.string?.hasSuffix("/.lmstudio-home-pointer") ?? false })
  }

  @Test("an id is the same wherever the image is mounted")
  func stableIDs() throws {
    let image = try Image()
    let moved = image.folder.path + "/elsewhere"
    let first = try parse(try sotto("list", "--root", image.root, "--format", "json").output)
    #expect(rename(image.root, moved) == 0)
    let second = try parse(try sotto("list", "--root", moved, "--format", "json").output)
    func ids(_ document: JSONValue) -> [String] {
      (document["conversations"]?.elements ?? []).compactMap { $0["id"]?.string }.sorted()
    }
    #expect(ids(first) == ids(second))
    #expect(ids(first).count == 5)
    #expect(ids(first).allSatisfy { $0.utf8.count == 16 })
  }
}
