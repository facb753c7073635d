import Glibc
import SystemPackage
import TestSupport
import Testing

@testable import VaultStore

@Suite("The store in the clear")
struct PlainTreeTests {
  private func walk(_ tree: PlainTree) throws -> [String] {
    var walk = PlainWalk(tree)
    var lines: [String] = []
    while let step = try walk.next() {
      switch step {
      case .folder(let folder): lines.append("folder " + text(folder.steps))
      case .entry(let entry): lines.append("entry " + text(entry.steps))
      case .bulk(let entry): lines.append("bulk " + text(entry.steps))
      case .refused(let entry, let reason): lines.append("refused \(text(entry.steps)): \(reason)")
      case .end(let folder): lines.append("end " + text(folder.steps))
      }
    }
    return lines
  }

  private func text(_ steps: [FileName]) -> String {
    steps.isEmpty ? "." : steps.map(\.text).joined(separator: "/")
  }

  @Test("is walked in the order of names, folders first, what no vault can hold refused")
  func order() throws {
    let scratch = try TemporaryFolder()
    let top = try FolderHandle.open(FilePath(scratch.path))
    try top.makeFolder("b")
    let folder = try top.folder("b")
    for name: FileName in ["z", "a"] { _ = try folder.create(name) }
    _ = try top.create("c")
    try top.makeLink("a", to: Array("/etc".utf8))
    #expect(mkfifo(scratch.path + "/pipe", 0o600) == 0)
    let lines = try walk(try PlainTree(FilePath(scratch.path)))
    #expect(
      lines == [
        "folder .", "entry a", "folder b", "entry b/a", "entry b/z", "end b", "entry c",
        "refused pipe: is a named pipe", "end .",
      ])
    withExtendedLifetime(scratch) {}
  }

  @Test("is not walked where the rule says bulk")
  func bulk() throws {
    let scratch = try TemporaryFolder()
    let top = try FolderHandle.open(FilePath(scratch.path))
    try top.makeFolder("models")
    _ = try top.folder("models").create("big")
    _ = try top.create("a.gguf")
    _ = try top.create("a.json")
    let rule = try #require(BulkRule(["models", "*.gguf"]))
    let lines = try walk(try PlainTree(FilePath(scratch.path), bulk: rule))
    #expect(lines == ["folder .", "bulk a.gguf", "entry a.json", "bulk models", "end ."])
    var count = FileCount()
    count.add("models", try #require(try top.facts(of: "models")), in: top)
    #expect(count == FileCount(files: 1, bytes: 0))
    withExtendedLifetime(scratch) {}
  }

  @Test("gives no file that came in the place of another, and no link")
  func replaced() throws {
    let scratch = try TemporaryFolder()
    let top = try FolderHandle.open(FilePath(scratch.path))
    _ = try top.create("a")
    _ = try top.create("b")
    let tree = try PlainTree(FilePath(scratch.path))
    let status = try #require(try top.status(of: "a"))
    let entry = PlainEntry(folder: tree.top, name: "a", status: status)
    _ = try tree.open(file: entry)
    try top.rename("b", to: top, as: "a")
    #expect(throws: VaultError.self) { try tree.open(file: entry) }
    try top.remove("a")
    try top.makeLink("a", to: Array("/etc/passwd".utf8))
    #expect(throws: VaultError.self) { try tree.open(file: entry) }
    withExtendedLifetime(scratch) {}
  }

  @Test("gives back the permission that its owner had taken from themselves")
  func permission() throws {
    let scratch = try TemporaryFolder()
    let top = try FolderHandle.open(FilePath(scratch.path))
    try top.create("a").setMode(0)
    let tree = try PlainTree(FilePath(scratch.path))
    let status = try #require(try top.status(of: "a"))
    let file = try tree.open(file: PlainEntry(folder: tree.top, name: "a", status: status))
    try file.write(at: 0, [1])
    #expect(try file.facts().mode == 0)
    withExtendedLifetime(scratch) {}
  }
}

@Suite("What is bulk")
struct BulkRuleTests {
  private func matches(_ pattern: String, _ path: String) throws -> Bool {
    let rule = try #require(BulkRule([pattern]))
    return rule.matches(path.split(separator: "/").compactMap { FileName(String($0)) })
  }

  @Test("is told step by step, a star standing for all but a slash")
  func patterns() throws {
    #expect(try matches("models", "models"))
    #expect(try !matches("models", "models/a"))
    #expect(try !matches("models", "model"))
    #expect(try matches("a/*/c", "a/b/c"))
    #expect(try !matches("a/*/c", "a/b/b/c"))
    #expect(try matches("*.gguf", ".gguf"))
    #expect(try matches("*.gguf", "x.gguf.gguf"))
    #expect(try !matches("*.gguf", "x.gguf.part"))
    #expect(try matches("a*b*c", "aXbYbZc"))
    #expect(try !matches("a*b*c", "aXcYb"))
    #expect(try matches("**", "anything"))
    #expect(try matches("[a]?", "[a]?"))
  }

  @Test("cannot lie outside of the store")
  func refused() {
    for bad in ["", "/", "/a", "a/", "a//b", ".", "..", "a/../b", "a\0b"] {
      #expect(BulkRule([bad]) == nil)
    }
    #expect(BulkRule.none == BulkRule([]))
  }
}

@Suite("Who has the store open")
struct OpenStoreSearchTests {
  @Test("is found by what processes hold, and told by a lease")
  func holder() throws {
    let scratch = try TemporaryFolder()
    let top = try FolderHandle.open(FilePath(scratch.path))
    let file = try top.create("held")
    #expect(try Lease.take(file) == .held)
    #expect(Lease.isWhole(file))
    let facts = try file.facts()
    let device = facts.device
    let none = OpenStoreSearch(device: device, store: FilePath(scratch.path))
    #expect(none.holder(of: facts) == nil)
    withExtendedLifetime(scratch) {}
  }

  @Test("names the process")
  func named() throws {
    let scratch = try TemporaryFolder()
    let top = try FolderHandle.open(FilePath(scratch.path))
    let path = scratch.path + "/held"
    _ = try top.create("held")
    let child = try Sleeper(holding: path)
    let file = try top.file("held", writing: true)
    let facts = try file.facts()
    let search = OpenStoreSearch(device: facts.device, store: FilePath(scratch.path))
    #expect(search.holder(of: facts)?.process == child.process)
    #expect(try Lease.take(file) == .inUse)
    withExtendedLifetime((scratch, child)) {}
  }
}

/// A process that has a file open until the value goes.
final class Sleeper: Sendable {
  let process: pid_t

  init(holding path: String) throws {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    // Opened by the child itself, before posix_spawn returns.
    posix_spawn_file_actions_addopen(&actions, 0, path, O_RDONLY, 0)
    var word: [UnsafeMutablePointer<CChar>?] = [strdup("sleep"), strdup("1000"), nil]
    defer { for pointer in word { free(pointer) } }
    var child: pid_t = 0
    let result = posix_spawnp(&child, "sleep", &actions, nil, &word, environ)
    guard result == 0 else { throw ProgramNotStarted(name: "sleep", reason: result) }
    process = child
  }

  deinit {
    kill(process, SIGKILL)
    var status: Int32 = 0
    waitpid(process, &status, 0)
  }
}
