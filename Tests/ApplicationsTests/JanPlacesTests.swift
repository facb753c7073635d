import Applications
import ByteReading
import Conversations
import EvidenceFiles
import Inventory
import SystemPackage
import TestSupport
import Testing

/// Where Jan's stores are found, and which of them are old.
@Suite struct JanPlacesTests {
  private func thread(_ folder: String, _ id: String = "jan_1716000000") throws {
    try write(janLine("a").utf8, to: "\(folder)/threads/\(id)/messages.jsonl")
    try write(
      #"{"id":"\#(id)","object":"thread","title":"x","assistants":[]}"#.utf8,
      to: "\(folder)/threads/\(id)/thread.json")
  }

  private func point(_ file: String, to folder: String) throws {
    try write(#"{"data_folder":"\#(folder)","quick_ask":false}"#.utf8, to: file)
  }

  @Test("without a pointer every default folder is live, of every system and channel")
  func defaults() throws {
    let home = try TemporaryFolder()
    let places = [
      "jan", ".config/Jan/data", ".local/share/Jan/data", ".config/jan/data",
      ".local/share/Jan-nightly/data", "Library/Application Support/Jan/data",
      "AppData/Roaming/Jan/data", ".var/app/ai.menlo.jan/data/Jan/data",
      ".var/app/ai.jan.Jan/config/Jan-beta/data",
    ]
    for place in places { try thread(home.path + "/" + place) }
    let reading = JanReading(.home(FilePath(home.path)), ReadingDemand(.counts))
    #expect(
      Set(reading.stores(below: home.path)) == Set(places.map { "conversations \($0)/threads" }))
  }

  @Test("a pointer makes the folders it does not name old, those of its own installation only")
  func moved() throws {
    let home = try TemporaryFolder()
    for place in ["jan", ".config/Jan/data", "big/jan", ".local/share/Jan-nightly/data", "spare"] {
      try thread(home.path + "/" + place)
    }
    try write("x".utf8, to: home.path + "/jan/logs/app.log")
    try point(home.path + "/.config/Jan/settings.json", to: home.path + "/big/jan")
    let reading = JanReading(.home(FilePath(home.path)), ReadingDemand(.heads))
    #expect(
      reading.stores(below: home.path).sorted() == [
        "conversations .local/share/Jan-nightly/data/threads", "conversations big/jan/threads",
        "copies .config/Jan/data/threads", "copies jan/logs", "copies jan/threads",
        "copies spare/threads", "settings .config/Jan/settings.json",
      ])
    #expect(reading.inventory.counted.reduce(0) { $0 + $1.counts.conversations } == 2)
  }

  @Test("a pointer that leads nowhere changes nothing; one that leads outside is an issue")
  func stale() throws {
    let home = try TemporaryFolder()
    try thread(home.path + "/jan")
    try point(home.path + "/.config/Jan/settings.json", to: "/nonexistent/jan")
    let machine = JanReading(.home(FilePath(home.path)), ReadingDemand(.counts))
    #expect(machine.stores(below: home.path).contains("conversations jan/threads"))
    let below = JanReading(.path(FilePath(home.path)), ReadingDemand(.counts))
    #expect(below.stores(below: home.path).contains("conversations jan/threads"))
    #expect(below.inventory.issues.map(\.code) == [.pointsOutside])
  }

  @Test("a renamed home and a Windows profile are followed by what comes below the home")
  func renamed() throws {
    let home = try TemporaryFolder()
    try thread(home.path + "/Documents/Jan")
    try point(home.path + "/.config/Jan/settings.json", to: "/home/formername/Documents/Jan")
    #expect(
      JanReading(.home(FilePath(home.path)), ReadingDemand(.counts)).stores(below: home.path)
        .contains("conversations Documents/Jan/threads"))
    let image = try TemporaryFolder()
    let profile = image.path + "/Users/Eva"
    try thread(profile + "/Chats")
    try point(
      profile + "/AppData/Roaming/JAN/settings.json", to: #"C:\\users\\EVA\\chats"#)
    let found = JanReading(.image(FilePath(image.path)), ReadingDemand(.counts))
    #expect(
      found.stores(below: profile) == [
        "settings AppData/Roaming/JAN/settings.json", "conversations Chats/threads",
      ])
    try point(profile + "/AppData/Roaming/JAN/settings.json", to: #"E:\\jan"#)
    let other = JanReading(.image(FilePath(image.path)), ReadingDemand(.counts))
    #expect(other.inventory.issues.map(\.code) == [.pointsOutside])
  }

  @Test("the environment names a data folder or the folder above the program's")
  func environment() throws {
    let home = try TemporaryFolder()
    let elsewhere = try TemporaryFolder()
    try thread(elsewhere.path + "/data-a")
    try thread(elsewhere.path + "/root/Jan/data")
    let reading = JanReading(
      .machine, ReadingDemand(.counts),
      environment: [
        EnvironmentSetting(
          name: "JAN_DATA_FOLDER", value: elsewhere.path + "/data-a", source: nil),
        EnvironmentSetting(name: "JAN_DATA_ROOT", value: elsewhere.path + "/root", source: nil),
      ], home: FilePath(home.path))
    let stores = reading.inventory.stores.map(\.head.path.string)
    #expect(stores.contains(elsewhere.path + "/data-a/threads"))
    #expect(stores.contains(elsewhere.path + "/root/Jan/data/threads"))
  }

  @Test("a `threads` folder behind a link is read once, and links inside are not followed")
  func links() throws {
    let home = try TemporaryFolder()
    try thread(home.path + "/disk/real")
    try makeFolders(home.path + "/.local/share/Jan/data")
    #expect(
      try run(
        "ln",
        ["-s", home.path + "/disk/real/threads", home.path + "/.local/share/Jan/data/threads"]
      )
      .status == 0)
    #expect(
      try run("ln", ["-s", "/etc", home.path + "/disk/real/threads/jan_1716000001"]).status == 0)
    let reading = JanReading(.home(FilePath(home.path)), ReadingDemand(.counts))
    #expect(reading.stores(below: home.path) == ["conversations disk/real/threads"])
    #expect(reading.inventory.stores.first?.counts.conversations == 1)
    #expect(reading.inventory.stores.first?.counts.files == 2)
  }

  @Test("anything of Jan is found by content wherever it lies, whatever it is called")
  func byContent() throws {
    let folder = try TemporaryFolder()
    try thread(folder.path + "/a/renamed data")
    try thread(folder.path + "/b", "jan_1716000009")
    #expect(
      try run("mv", [folder.path + "/b/threads", folder.path + "/b/old-threads"]).status == 0)
    try write(janLine("q").utf8, to: folder.path + "/c/some copy.jsonl")
    try write(
      #"{"id":"t","object":"thread","title":"alone","assistants":[]}"#.utf8,
      to: folder.path + "/d/header.json")
    try write(
      #"{"role":"user","messages":[],"content":"not of Jan"}"#.utf8, to: folder.path + "/e/x.json")
    let reading = JanReading(folder.path)
    #expect(
      reading.stores(below: folder.path) == [
        "conversations a/renamed data/threads", "conversations b/old-threads",
        "conversations c/some copy.jsonl", "conversations d/header.json",
      ])
    #expect(
      reading.conversations.map(\.conversation.appID) == [
        "jan_1716000000", "jan_1716000009", "c", "t",
      ])
    // One thread's folder, or one file of it, named by itself.
    let one = folder.path + "/a/renamed data/threads/jan_1716000000"
    #expect(JanReading(one).only?.tally.messages == 1)
    #expect(JanReading(one + "/messages.jsonl").only?.appID == "jan_1716000000")
    #expect(JanReading(one + "/thread.json").only?.title == "x")
  }

  @Test("somebody called Jan has a folder of that name, and it is nobody's store")
  func somebody() throws {
    let home = try TemporaryFolder()
    try write("photo".utf8, to: home.path + "/jan/files/photo.jpg")
    try write("x".utf8, to: home.path + "/jan/logs/garden.log")
    try write("{}".utf8, to: home.path + "/jan/settings.json")
    #expect(JanReading(.home(FilePath(home.path))).inventory.stores.isEmpty)
  }

  @Test("damaged and empty files are known by their names", arguments: ["", "\u{0}\u{0}", "{\"id"])
  func byName(content: String) throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/backup/jan_1716000000/messages.jsonl"
    try write(content.utf8, to: path)
    for place in [folder.path, path] {
      let reading = JanReading(place)
      #expect(reading.only?.appID == "jan_1716000000")
      #expect(reading.only?.tally.messages == 0)
      #expect(
        reading.inventory.issues.filter { $0.code != .orphan }.isEmpty == content.isEmpty)
    }
  }

  @Test("keys are named and never given out")
  func secrets() throws {
    let folder = try TemporaryFolder()
    try thread(folder.path)
    try write(
      #"{"mcpServers":{"x":{"env":{"KEY":"topsecret"}}}}"#.utf8,
      to: folder.path + "/mcp_config.json")
    try write("huggingFaceToken: topsecret\n".utf8, to: folder.path + "/.janrc")
    try write("topsecret".utf8, to: folder.path + "/provider_secrets.enc")
    try write(
      #"[{"key":"openai-api-key","controllerProps":{"value":"topsecret"}}]"#.utf8,
      to: folder.path + "/settings/@janhq/x/settings.json")
    let reading = JanReading(folder.path)
    #expect(
      reading.stores(below: folder.path) == [
        "secrets .janrc", "secrets mcp_config.json", "secrets provider_secrets.enc",
        "settings settings", "conversations threads",
      ])
    #expect(!reading.texts.contains { $0.contains("topsecret") })
    #expect(!reading.inventory.issues.contains { $0.text.contains("topsecret") })
  }

  @Test("logs are searched line by line, a line of megabytes in pieces")
  func logs() throws {
    let folder = try TemporaryFolder()
    try thread(folder.path)
    let long = String(repeating: "y", count: 2_500_000)
    try write("first\n\n\(long)\nlast".utf8, to: folder.path + "/logs/app.log")
    let logs = JanReading(folder.path).passages.filter { $0.passage.field == .log }
    #expect(
      logs.map(\.passage.text.bytes.count) == [5, 1 << 20, 1 << 20, 2_500_000 - (2 << 20), 4])
    #expect(
      logs.map(\.passage.provenance.offset) == [0, 7, 7 + (1 << 20), 7 + (2 << 20), 2_500_008])
  }
}
