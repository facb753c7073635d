import ByteReading
import TestSupport
import Testing

/// What a newcomer's hands do: wrong words, pipes, empty folders.
@Suite struct CommandLineTests {
  @Test(
    "wrong words are usage, with 64 and a hint",
    arguments: [
      ["scan", "--no-such-option"], ["no-such-command"], ["search"], ["show"],
      ["search", "x", "--exact", "--regex"], ["search", "(", "--regex"],
      ["list", "--app", "no-such-application"], ["list", "--since", "yesterday-ish"],
      ["scan", "--format", "yaml"],
    ])
  func usage(arguments: [String]) throws {
    let empty = try TemporaryFolder()
    let result = try run(Repository.program, arguments, environment: ["HOME": empty.path])
    #expect(result.status == 64, "\(arguments): \(result.errorText)")
    #expect(result.output.isEmpty)
    #expect(!result.errors.isEmpty)
  }

  @Test("what is not there is a failure that says so")
  func absent() throws {
    let result = try sotto("scan", "/nowhere/at/all")
    #expect(result.status == 2)
    #expect(
      result.errorText.hasPrefix("sotto: error: nothing is at /nowhere/at/all\nsotto: hint: "))
  }

  @Test("an empty home has no stores and every known place was looked at")
  func emptyHome() throws {
    let empty = try TemporaryFolder()
    let result = try sotto("scan", "--home", empty.path, "--format", "json")
    #expect(result.status == 0, "\(result.errorText)")
    let document = try parse(result.output)
    #expect(document["schema"]?.string == "sotto.inventory/1")
    #expect(document["tool"]?["name"]?.string == "sotto")
    #expect(document["stores"]?.elements == [])
    let looked = document["looked"]?.elements ?? []
    #expect(looked.allSatisfy { $0["result"]?.string == "absent" })
    let apps = Set(looked.compactMap { $0["app"]?.string })
    #expect(apps == ["jan", "gpt4all", "lm-studio", "open-webui", "ollama"])
    let table = try sotto("scan", "--home", empty.path)
    #expect(table.text == "no store of a known application was found\n")
  }

  @Test("a document can be made again byte for byte")
  func stable() throws {
    // A copy: a store that another test has open at that moment is live.
    let folder = try TemporaryFolder()
    let home = folder.path + "/home"
    #expect(try run("cp", ["-a", Repository.path + "/Samples/home", home]).status == 0)
    for command in [["scan", "--format", "json"], ["list", "--format", "json"], ["export"]] {
      let arguments = command + ["--home", home]
      let fixed = ["SOURCE_DATE_EPOCH": "1700000000"]
      let first = try run(Repository.program, arguments, environment: fixed)
      let second = try run(Repository.program, arguments, environment: fixed)
      #expect(first.output == second.output, "\(command)")
      #expect(!first.output.isEmpty)
      if command.contains("json") {
        #expect(try parse(first.output)["generated"]?.string == "2023-11-14T22:13:20Z")
      }
    }
  }

  @Test("nothing in a pipe is coloured, and a reader may leave early")
  func pipes() throws {
    let home = Repository.path + "/Samples/home"
    let all = try sotto("export", "--home", home)
    #expect(!all.output.contains(0x1B))
    let early = try run(
      "bash",
      [
        "-c",
        "set -o pipefail; '\(Repository.program)' export --home '\(home)' | head -c 10 >/dev/null",
      ])
    #expect(early.status == 0)
    #expect(early.errorText == "")
  }

  @Test("on a terminal of 80 columns no line is longer")
  func eightyColumns() throws {
    let home = Repository.path + "/Samples/home"
    for command in ["scan", "list"] {
      let result = try run(
        "script",
        ["-qec", "stty cols 80; '\(Repository.program)' \(command) --home '\(home)'", "/dev/null"])
      #expect(result.status == 0)
      let lines = result.text.split(whereSeparator: \.isNewline)
      #expect(lines.count > 5)
      for line in lines {
        let columns = try run(
          "python3",
          [
            "-c",
            "import sys, unicodedata; print(sum(0 if unicodedata.combining(c) or unicodedata.category(c) in ('Mn','Cf') else 2 if unicodedata.east_asian_width(c) in 'WF' else 1 for c in sys.argv[1]))",
            String(line),
          ])
        #expect(Int(columns.text.filter(\.isNumber)) ?? 999 <= 80, "\(line)")
      }
    }
  }

  @Test("the first line of the manual is the help's, and the version is one number")
  func version() throws {
    let version = try sotto("--version")
    #expect(version.text == "0.1.0\n")
    let document = try parse(
      try sotto("scan", "--in", Repository.path + "/docs", "--format", "json").output)
    #expect(document["tool"]?["version"]?.string == "0.1.0")
  }

  @Test("show and search give what list and export know")
  func showAndSearch() throws {
    let home = Repository.path + "/Samples/home"
    let lines = try sotto("export", "--home", home).output.split(separator: UInt8(ascii: "\n"))
    let list = try parse(try sotto("list", "--home", home, "--format", "json").output)
    #expect(lines.count == list["conversations"]?.elements.count)
    for line in lines {
      let exported = try parse(Array(line))
      #expect(
        exported["thread"]?.elements.count.description
          == exported["messages"]?.integer?.description, "\(exported["appId"]?.string ?? "?")")
      let roles = Set((exported["thread"]?.elements ?? []).compactMap { $0["role"]?.string })
      #expect(roles == Set((exported["byRole"]?.members ?? []).map { $0.key.string }))
    }
    // One of them whole, by the beginning of its id, is the same object.
    guard let first = lines.first(where: { $0.count > 2000 }) else { return }
    let exported = try parse(Array(first))
    let id = exported["id"]?.string ?? ""
    let shown = try parse(try sotto("show", id, "--home", home, "--format", "json").output)
    #expect(shown["schema"]?.string == "sotto.conversation/1")
    for member in exported.members { #expect(shown[member.key.string] == member.value) }
    let unknown = try sotto("show", "zzzz", "--home", home)
    #expect(unknown.status == 2)
  }
}
