import ByteReading
import Glibc
import TestSupport
import Testing

/// Folders as damage, other systems and malice leave them: the rest is read, and it is said.
@Suite struct HostileFolderTests {
  private let chat =
    #"{"name":"Kept","createdAt":1750000000000,"messages":[{"versions":[{"type":"singleStep","role":"user","content":[{"type":"text","text":"kept"}]}],"currentlySelected":0}]}"#

  private func scan(_ place: String, _ path: String) throws -> JSONValue {
    let result = try sotto("scan", place, path, "--format", "json")
    #expect(result.status == 0, "\(result.errorText)")
    return try parse(result.output)
  }

  @Test("loops of links are not followed and end nothing", arguments: ["--home", "--in", "--root"])
  func loops(place: String) throws {
    let home = try TemporaryFolder()
    let chats = home.path + "/.lmstudio/conversations"
    try write(chat.utf8, to: chats + "/1750000000000.conversation.json")
    #expect(symlink("..", chats + "/up") == 0)
    #expect(symlink("loop", chats + "/loop") == 0)
    #expect(symlink(home.path, home.path + "/.lmstudio/again") == 0)
    #expect(symlink("b", home.path + "/a") == 0)
    #expect(symlink("a", home.path + "/b") == 0)
    let document = try scan(place, home.path)
    #expect(document["totals"]?["conversations"]?.integer == 1)
    #expect(document["totals"]?["messages"]?.integer == 1)
  }

  @Test("names that are no UTF-8 are read and given as base64")
  func names() throws {
    let home = try TemporaryFolder()
    // Latin-1 for "Büro" and "für", which no UTF-8 text can hold.
    let script = #"""
      import os, sys
      root = os.fsencode(sys.argv[1])
      folder = os.path.join(root, b".lmstudio", b"conversations", b"B\xfcro")
      os.makedirs(folder)
      open(os.path.join(folder, b"f\xfcr.conversation.json"), "w").write(sys.argv[2])
      """#
    #expect(try run("python3", ["-c", script, home.path, chat]).status == 0)
    let document = try scan("--home", home.path)
    #expect(document["totals"]?["conversations"]?.integer == 1)
    let list = try parse(try sotto("list", "--home", home.path, "--format", "json").output)
    let id = list["conversations"]?.elements.first?["appId"]
    // `printf 'B\374ro/f\374r' | base64`
    #expect(id?["base64"]?.string == "Qvxyby9m/HI=")
  }

  @Test("a database that is a folder, a pipe, an empty file: the neighbours are read")
  func notFiles() throws {
    let home = try TemporaryFolder()
    try write(
      chat.utf8, to: home.path + "/.lmstudio/conversations/1750000000000.conversation.json")
    try makeFolders(home.path + "/data/webui.db")
    try makeFolders(home.path + "/.ollama/db.sqlite")
    try makeFolders(home.path + "/.lmstudio/conversations/2.conversation.json")
    #expect(mkfifo(home.path + "/.ollama/history", 0o600) == 0)
    #expect(mkfifo(home.path + "/.lmstudio/conversations/3.conversation.json", 0o600) == 0)
    try write([], to: home.path + "/other/webui.db")
    for place in ["--home", "--in"] {
      let document = try scan(place, home.path)
      #expect(document["totals"]?["conversations"]?.integer == 1)
      let codes = (document["issues"]?.elements ?? []).compactMap { $0["code"]?.string }
      #expect(codes.contains("empty"), "\(codes)")
    }
  }

  @Test("a file nobody may read is said, and strict callers are told by the status")
  func denied() throws {
    guard geteuid() != 0 else {
      announce("SKIPPED: root may read everything; run the tests as an ordinary user too")
      return
    }
    let home = try TemporaryFolder()
    let path = home.path + "/.lmstudio/conversations/1750000000000.conversation.json"
    try write(chat.utf8, to: path)
    chmod(path, 0)
    let document = try scan("--home", home.path)
    #expect((document["issues"]?.elements ?? []).contains { $0["code"]?.string == "denied" })
    #expect(try sotto("scan", "--home", home.path, "--strict").status == 1)
  }

  @Test("containers that may not be listed are an issue, no silence")
  func containers() throws {
    let image = try TemporaryFolder()
    let docker = image.path + "/var/lib/docker"
    try write("{}".utf8, to: docker + "/containers/c/config.v2.json")
    func denied(_ path: JSONValue?) -> Bool {
      let issues = path?["issues"]?.elements ?? []
      return issues.contains {
        $0["code"]?.string == "denied" && $0["path"]?.string?.hasPrefix(docker) ?? false
      }
    }
    #expect(denied(try scan("--root", image.path)) == false)
    guard geteuid() == 0 else {
      #expect(chmod(docker, 0) == 0)
      #expect(denied(try scan("--root", image.path)))
      #expect(chmod(docker, 0o700) == 0)
      return
    }
    #expect(chmod(docker, 0o700) == 0)
    #expect(try run("chmod", ["-R", "a+rX", image.path]).status == 0)
    #expect(chmod(docker, 0o700) == 0)
    let program = image.path + "/sotto"
    #expect(try run("install", ["-m", "755", Repository.program, program]).status == 0)
    let asUser = try run(
      "setpriv",
      [
        "--reuid=65534", "--regid=65534", "--clear-groups", program, "scan", "--format", "json",
        "--root", image.path,
      ])
    #expect(asUser.status == 0, "\(asUser.errorText)")
    #expect(denied(try parse(asUser.output)))
  }
}
