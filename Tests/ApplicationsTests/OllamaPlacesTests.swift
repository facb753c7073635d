import Applications
import ByteReading
import Conversations
import EvidenceFiles
import Glibc
import Inventory
import SystemPackage
import TestSupport
import Testing

/// Writes `old` and `new`: models folders with a conversation each.
private let twoModels = """
  for name in arguments:
      models = o.Models(folder, name)
      data, _ = o.saved([(name, "ja")])
      models.tag("registry.ollama.ai/library/chat/latest", [("messages", models.blob(data), len(data))])
  """

@Suite struct OllamaPlacesTests {
  @Test(arguments: [20_261_123, 1, 77])
  func findsAndCountsWhatTheSampleHolds(seed: Int) throws {
    let folder = try TemporaryFolder()
    let made = try run(
      "python3",
      [
        "-B", Repository.path + "/scripts/make-samples", "--only", "ollama", "--seed", String(seed),
        folder.path,
      ])
    #expect(made.status == 0, "\(made.errorText)")
    let expected = try parse(try contents(folder.path + "/expected.json"))
    let home = folder.path + "/home"
    let reading = OllamaReading(home, ReadingDemand(.counts))
    let wanted = (expected["stores"]?.elements ?? []).map {
      "\($0["kind"]?.string ?? "") \($0["path"]?.string ?? "")"
    }
    #expect(reading.stores(below: home).sorted() == wanted.sorted())
    for want in expected["stores"]?.elements ?? [] {
      let path = home + "/" + (want["path"]?.string ?? "")
      let store = reading.inventory.stores.first {
        $0.head.path.string == path && $0.head.kind.rawValue == want["kind"]?.string
      }
      let counts = try #require(store).counts
      #expect(Int64(counts.conversations) == want["conversations"]?.integer, "\(path)")
      #expect(Int64(counts.tally.messages) == want["messages"]?.integer, "\(path)")
      #expect(Int64(counts.files) == want["files"]?.integer, "\(path)")
      #expect(Int64(counts.bytes) == want["bytes"]?.integer, "\(path)")
      #expect(counts.issues.count == want["issues"]?.elements.count, "\(path)")
    }
  }

  @Test func aSettingThatMovesTheModelsMakesTheOldOnesCopies() throws {
    let folder = try TemporaryFolder()
    try encodeOllama(twoModels, in: folder, "home/.ollama/models", "home/elsewhere")
    let home = FilePath(folder.path + "/home")
    let setting = EnvironmentSetting(
      name: "OLLAMA_MODELS", value: home.string + "/elsewhere", source: nil)
    let tree = EvidenceTree(.machine)
    func kinds(_ settings: [EnvironmentSetting]) -> [String] {
      var survey = Survey(tree)
      survey.environment = settings
      let person = Home(home, user: nil, systems: [.linux])
      survey.home = person
      Ollama().survey(person, &survey)
      return survey.claims.flatMap(\.stores).map {
        "\($0.kind.rawValue) \($0.path.lastComponent?.string ?? "")"
      }
    }
    #expect(kinds([setting]) == ["copies models", "conversations elsewhere"])
    #expect(kinds([]) == ["conversations models"])
    var absent = setting
    absent.value += "/nowhere"
    #expect(kinds([absent]) == ["conversations models"])
    var other = setting
    other.home = "/home/somebody-else"
    #expect(kinds([other]) == ["conversations models"])
    var same = setting
    same.value = home.string + "/.ollama/models/"
    #expect(kinds([same]) == ["conversations models"])
  }

  @Test func anImageHoldsServicesVolumesAndTemporaryFiles() throws {
    let folder = try TemporaryFolder()
    try encodeOllama(
      twoModels + """

        volume = "var/lib/docker/volumes/ollama/_data"
        o.write(folder / "usr/share/ollama/.ollama/id_ed25519", "key")
        o.write(folder / volume / "id_ed25519", "key")
        o.write(folder / "etc/systemd/system/ollama.service", "[Service]\\nUser=ollama\\n")
        o.write(folder / "var/log/journal/0123/system.journal", bytes(100))
        o.write(folder / "var/log/syslog",
            "Aug 1 host cron: nothing\\nAug 1 host ollama[7]: time=x level=DEBUG msg=\\"chat request\\" images=0 prompt=\\"hi\\"\\n")
        o.write(folder / "var/log/messages", "Aug 1 host ollama[7]: time=x level=INFO msg=ready\\n")
        container = folder / "var/lib/docker/containers/c0ffee"
        o.write(container / "config.v2.json", json.dumps({"Config": {"Image": "ollama/ollama:latest", "Env": []},
            "MountPoints": {"/root/.ollama": {"Source": "/srv/llm", "Destination": "/root/.ollama"}}}))
        o.write(container / "c0ffee-json.log", json.dumps({"log": "x\\n"}) + "\\n")
        o.write(folder / "srv/llm/history", "from the container\\n")
        o.write(folder / "srv/stack/compose.yaml",
            "services:\\n  llm:\\n    image: ollama/ollama\\n    volumes:\\n      - ./data:/root/.ollama\\n")
        o.write(folder / "srv/stack/data/history", "from compose\\n")
        o.write(folder / "tmp/ollama-request-logs-9/20260401_body.json",
            json.dumps({"model": "m", "messages": [{"role": "user", "content": "secret plan", "images": ["AAAA"]}]}))
        o.write(folder / "tmp/ollama-prompt-3.txt", "zwei\\nZeilen\\n")
        o.write(folder / "var/folders/ab/cd/T/ollama-prompt-4.txt", "mac")
        o.write(folder / "Users/eva/appdata/local/OLLAMA/server.log", "OLLAMA_HOST\\n")
        """, in: folder, "usr/share/ollama/.ollama/models",
      "var/lib/docker/volumes/ollama/_data/models",
      "var/lib/ollama", "var/snap/ollama/common/models")
    let reading = OllamaReading(.image(FilePath(folder.path)))
    #expect(
      reading.stores(below: folder.path).sorted() == [
        "conversations usr/share/ollama/.ollama/models",
        "conversations var/lib/docker/volumes/ollama/_data/models",
        "conversations var/lib/ollama", "conversations var/snap/ollama/common/models",
        "copies tmp/ollama-prompt-3.txt", "copies var/folders/ab/cd/T/ollama-prompt-4.txt",
        "history srv/llm/history", "history srv/stack/data/history",
        "logs Users/eva/appdata/local/OLLAMA", "logs tmp/ollama-request-logs-9",
        "logs var/lib/docker/containers/c0ffee/c0ffee-json.log", "logs var/log/journal",
        "logs var/log/syslog",
        "secrets usr/share/ollama/.ollama/id_ed25519",
        "secrets var/lib/docker/volumes/ollama/_data/id_ed25519",
      ])
    #expect(reading.issues.sorted() == ["not-parsed", "prompts-in-log", "prompts-in-log@25"])
    #expect(reading.texts.contains("secret plan"))
    #expect(!reading.texts.contains("AAAA"))
    let prompt = reading.inventory.stores.first { $0.head.path.string.hasSuffix("prompt-3.txt") }
    #expect(prompt?.counts.tally.messages == 1)
    let looked = reading.inventory.looked.map {
      "\($0.result.rawValue) \($0.path.string.dropFirst(folder.path.utf8.count + 1))"
    }
    #expect(looked.contains("absent root/.ollama"))
    #expect(looked.contains("found usr/share/ollama/.ollama"))
  }

  @Test func copiesAreFoundByContentWhateverTheyAreCalled() throws {
    let folder = try TemporaryFolder()
    try encodeOllama(
      twoModels + """

        o.write(folder / "old-ollama/history", "hi\\n")
        o.write(folder / "old-ollama/server.json", "{}")
        o.write(folder / "ssh/id_ed25519", "key")
        o.write(folder / "ssh/id_ed25519.pub", "key")
        o.write(folder / "ssh/known_hosts", "x")
        o.write(folder / "ssh/history", "not ours")
        """, in: folder, "old-ollama/models", "x/just models")
    let reading = OllamaReading(folder.path)
    #expect(
      reading.stores(below: folder.path).sorted() == [
        "conversations old-ollama/models", "conversations x/just models",
        "history old-ollama/history", "settings old-ollama/server.json",
      ])
    // The same by a path to one of them.
    #expect(
      OllamaReading(folder.path + "/old-ollama/history").stores(below: folder.path)
        == ["history old-ollama/history"])
    #expect(
      OllamaReading(folder.path + "/x/just models").stores(below: folder.path)
        == ["conversations x/just models"])
  }

  @Test func whatVanishesBetweenFindingAndReadingIsAnIssue() throws {
    let folder = try TemporaryFolder()
    try encodeOllama(
      """
      o.write(folder / ".ollama/history", "hi\\n")
      o.write(folder / ".ollama/logs/server.log", "OLLAMA_HOST\\n")
      o.desktop(folder, rng, Truth(), ".ollama/db.sqlite", 18)
      """, in: folder)
    let reading = OllamaReading(.path(FilePath(folder.path))) {
      for name in ["history", "logs/server.log", "db.sqlite"] {
        unlink(folder.path + "/.ollama/" + name)
      }
    }
    #expect(reading.inventory.stores.count == 3)
    #expect(Set(reading.issues) == ["vanished"])
  }
}
