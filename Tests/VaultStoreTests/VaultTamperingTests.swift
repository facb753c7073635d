import Glibc
import Secrets
import SystemPackage
import TestSupport
import Testing
import VaultFormat

@testable import VaultStore

/// What somebody can do to a vault that lies on a disk, and what verification says of it.
@Suite("Tampering with a vault")
struct VaultTamperingTests {
  private static let longName = String(repeating: "n", count: 255)

  private func sample() throws -> SampleVault {
    try SampleVault([
      ("a", .file(sampleBytes(100_000, seed: 1))),
      ("b", .file(sampleBytes(100_000, seed: 2))),
      ("big", .file(sampleBytes(200 * 4096, seed: 3))),
      ("short", .file(Array("short".utf8))),
      ("marked", .file(Array("x".utf8), attributes: Self.attributes)),
      (Self.longName, .file(Array("long".utf8))),
      ("link", .link("a")),
      ("empty", .folder([])),
      ("sub", .folder([("c", .file(sampleBytes(9000, seed: 4))), ("d", .file([]))])),
    ])
  }

  /// Too long for a head.
  private static let attributes =
    [4, 0, 0xD0, 0x07, 0, 0] + Array("user".utf8) + sampleBytes(2000, seed: 8)

  private func lines(_ vault: SampleVault) throws -> [String] { try vault.verify().lines }

  private func exchange(_ vault: SampleVault, _ first: String, _ second: String) throws {
    let (folder, one) = try vault.place(first)
    let (other, two) = try vault.place(second)
    try folder.rename(one, to: vault.folder, as: "x")
    try other.rename(two, to: folder, as: one)
    try vault.folder.rename("x", to: other, as: two)
  }

  @Test("An object put in the place of another is named, both ways")
  func swapped() throws {
    let vault = try sample()
    try exchange(vault, "a", "b")
    #expect(try lines(vault) == ["swapped a", "swapped b"])
    try exchange(vault, "a", "b")
    try exchange(vault, "a", "sub/c")
    #expect(try lines(vault) == ["swapped a", "swapped sub/c"])
  }

  @Test("One object copied over another is named")
  func copied() throws {
    let vault = try sample()
    let (folder, one) = try vault.place("a")
    let (_, two) = try vault.place("b")
    try folder.remove(two)
    try folder.addName(one, in: folder, as: two)
    #expect(try lines(vault) == ["swapped b"])
  }

  @Test("Heads of folders that were exchanged are named, and what is in the folders is still found")
  func swappedFolders() throws {
    let vault = try sample()
    let (folder, sub) = try vault.place("sub")
    let (_, empty) = try vault.place("empty")
    let (first, second) = (try folder.folder(sub), try folder.folder(empty))
    try first.rename("folder", to: vault.folder, as: "x")
    try second.rename("folder", to: first, as: "folder")
    try vault.folder.rename("x", to: second, as: "folder")
    #expect(try lines(vault) == ["swapped empty", "swapped sub"])
  }

  @Test("An object in another folder or under another name is named by where it was")
  func moved() throws {
    let vault = try sample()
    let (folder, a) = try vault.place("a")
    let (sub, c) = try vault.place("sub/c")
    try folder.rename(a, to: sub, as: a)
    #expect(try lines(vault) == ["moved a"])
    try sub.rename(a, to: folder, as: a)
    try sub.rename(c, to: folder, as: c)
    #expect(try lines(vault) == ["moved sub/c"])
    try folder.rename(c, to: sub, as: c)
    // A name on disk that is none.
    try folder.rename(a, to: folder, as: "aaaa")
    #expect(try lines(vault) == ["changed a"])
    try folder.rename("aaaa", to: folder, as: a)
    let (_, name) = try vault.place("sub")
    let (_, other) = try vault.place("empty")
    try folder.rename(name, to: try folder.folder(other), as: name)
    #expect(try lines(vault) == ["moved sub"])
  }

  @Test("What was taken away is missing, folders with all that was in them")
  func missing() throws {
    let vault = try sample()
    let (folder, a) = try vault.place("a")
    try folder.remove(a)
    #expect(try lines(vault) == ["missing a"])
    let (_, sub) = try vault.place("sub")
    try folder.folder(sub).removeEverything()
    try folder.removeFolder(sub)
    #expect(try lines(vault) == ["missing a", "missing sub", "missing sub/c", "missing sub/d"])
    let (_, empty) = try vault.place("empty")
    try folder.folder(empty).remove("folder")
    #expect(try lines(vault).contains("missing empty"))
  }

  @Test("What does not belong is named: files, links, pipes, old objects, the rest of no name")
  func added() throws {
    let vault = try sample()
    let (folder, _) = try vault.place("a")
    let tree = "tree.1/"
    _ = try folder.create("stray")
    try folder.makeLink("stray-link", to: Array("/etc/passwd".utf8))
    #expect(mkfifo("\(folder.path)/stray-pipe", 0o600) == 0)
    try folder.makeFolder("stray-folder")
    let rest = String(repeating: "a", count: 52) + ".name"
    _ = try folder.create(FileName(rest)!)
    _ = try vault.folder.create("plain.txt")
    _ = try vault.folder.folder("attributes").create("00")
    #expect(
      try lines(vault) == [
        "added attributes/00", "added plain.txt", "added \(tree)\(rest)", "added \(tree)stray",
        "added \(tree)stray-folder", "added \(tree)stray-link", "added \(tree)stray-pipe",
      ])
  }

  @Test("A copy of an object, and one that was deleted and put back, are added")
  func putBack() throws {
    let vault = try sample()
    let (folder, a) = try vault.place("a")
    try folder.addName(a, in: folder, as: "aaaa")
    #expect(try lines(vault) == ["added tree.1/aaaa"])
    try folder.remove("aaaa")
    try folder.rename(a, to: vault.folder, as: "x")
    try vault.seal()
    try vault.folder.rename("x", to: folder, as: a)
    #expect(try lines(vault) == ["added a"])
  }

  @Test("Files that were cut or lengthened are named")
  func truncated() throws {
    let vault = try sample()
    for path in ["a", "big", "short", "link", "sub/d"] {
      let (folder, name) = try vault.place(path)
      let file = try folder.file(name, writing: true)
      let sound = try file.readAll(limit: .max)
      for length in [0, 1, 4095, 4096, sound.count - 1, sound.count + 1, sound.count + 4096]
      where length != sound.count {
        try file.truncate(to: UInt64(length))
        #expect(try lines(vault) == ["truncated \(path)"], "\(path) cut to \(length)")
        try file.write(at: 0, sound)
        try file.truncate(to: UInt64(sound.count))
      }
    }
    #expect(try lines(vault) == [])
  }

  @Test("An earlier state of one file, one block or one seal page is named")
  func rolledBack() throws {
    let vault = try sample()
    let workspace = try ObjectWorkspace(vault.header.keys)
    let (folder, name) = try vault.place("big")
    let file = try folder.file(name, writing: true)
    let old = try file.readAll(limit: .max)
    // The file is written again: the same object, one generation on.
    var head = try workspace.open(file).head
    head.generation += 1
    let new = sampleBytes(200 * 4096, seed: 9)
    _ = try workspace.write(head, .bytes(new), to: file)
    let sound = try file.readAll(limit: .max)
    try vault.seal()
    #expect(try lines(vault) == [])
    try file.write(at: 0, old)
    #expect(try lines(vault) == ["rolled-back big"])
    // The head alone: its seals are those of other blocks.
    try file.write(at: 0, sound)
    try file.write(at: 0, Array(old[..<4096]))
    #expect(try lines(vault) == ["changed big"])
    // A block alone, its seal page alone, both.
    let (page, group) = (70 * 4096, 65 * 4096)
    for parts in [[page..<page + 4096], [group..<group + 4096]] {
      try file.write(at: 0, sound)
      for part in parts { try file.write(at: UInt64(part.lowerBound), Array(old[part])) }
      #expect(try lines(vault) == ["changed big"])
    }
    try file.write(at: 0, sound)
    let whole = group..<group + 103 * 4096
    try file.write(at: UInt64(group), Array(old[whole]))
    #expect(try lines(vault) == ["rolled-back big"])
    // A hole where there was none.
    try file.write(at: UInt64(group), [UInt8](repeating: 0, count: 103 * 4096))
    #expect(try lines(vault) == ["rolled-back big"])
    try file.write(at: 0, sound)
    #expect(try lines(vault) == [])
  }

  @Test("Something in a hole is named")
  func inHole() throws {
    let vault = try sample()
    let (folder, name) = try vault.place("a")
    let workspace = try ObjectWorkspace(vault.header.keys)
    let plain = try vault.folder.create("plain")
    try plain.truncate(to: 300 * 4096)
    try plain.write(at: 4096, [1])
    try folder.remove(name)
    var head = ObjectHead(.file, id: .random(), epoch: 1)
    head.size = 300 * 4096
    let file = try folder.create(name)
    _ = try workspace.write(head, .file(plain), to: file)
    try vault.folder.remove("plain")
    try vault.seal()
    #expect(try lines(vault) == [])
    for page in [1, 3, 65, 66, 200] {
      let place = UInt64(page * 4096 + 77)
      try file.write(at: place, [1])
      #expect(try lines(vault) == ["changed a"], "page \(page)")
      try file.write(at: place, [0])
    }
    #expect(try lines(vault) == [])
  }

  @Test("Extended attributes that were changed, exchanged or taken away are named")
  func metadata() throws {
    let vault = try sample()
    let folder = try vault.folder.folder("attributes")
    let name = try #require(try folder.names().first)
    let file = try folder.file(name, writing: true)
    let sound = try file.readAll(limit: .max)
    try file.write(at: 500, [sound[500] ^ 1])
    #expect(try lines(vault) == ["metadata marked"])
    // Another object of the vault, which is sound in itself.
    let (top, a) = try vault.place("a")
    try file.truncate(to: 0)
    try file.write(at: 0, try top.file(a).readAll(limit: .max))
    #expect(try lines(vault) == ["metadata marked"])
    try folder.remove(name)
    #expect(try lines(vault) == ["metadata marked"])
  }

  @Test("Copies of the header that are damaged, older, missing or of another vault are named")
  func headers() throws {
    let vault = try sample()
    let sound = try vault.folder.file("header.1").readAll(limit: .max)
    let other = try SampleVault([])
    let older = sound
    let newer = try vault.header.with(settings: VaultSettings(application: "x"))
    let cases: [[UInt8]] = [
      [], Array(sound.dropLast()), sound + [0], other.header.header.bytes,
      Array("no header".utf8), newer.header.bytes,
    ]
    for (number, bytes) in cases.enumerated() {
      for name: FileName in ["header.1", "header.2"] {
        try vault.folder.remove(name)
        try vault.folder.create(name).write(at: 0, bytes)
        let lines = try lines(vault)
        #expect(lines.allSatisfy { $0.hasPrefix("header ") } && !lines.isEmpty, "case \(number)")
        // A newer header that opens counts; the other file is then the odd one.
        if number < 5 { #expect(lines == ["header \(name.text)"], "case \(number)") }
        try vault.folder.remove(name)
        #expect(try self.lines(vault) == ["header \(name.text)"])
        try vault.folder.create(name).write(at: 0, older)
      }
    }
    #expect(try lines(vault) == [])
  }

  @Test("An older header in both files is named by the manifest, and by this machine's record")
  func olderHeader() throws {
    let vault = try sample()
    let older = vault.header.header
    _ = try vault.open().add(.recoveryWords(.random(count: 20)), records: vault.records)
    #expect(try lines(vault) == [])
    try VaultHeaderFiles.write(older, in: vault.folder)
    // Twice: the manifest names another, and this machine has seen a later one.
    #expect(
      try lines(vault)
        == ["header header.1", "header header.1", "header header.2", "header header.2"])
  }

  @Test("A vault that was put back as a whole is named on the machine that knows it")
  func wholeVault() throws {
    let vault = try sample()
    let copy = vault.scratch.path + "/copy"
    #expect(try run("cp", ["-a", vault.path.string, copy]).status == 0)
    let (folder, a) = try vault.place("a")
    try folder.remove(a)
    try vault.seal()
    #expect(try lines(vault) == [])
    #expect(try run("rm", ["-r", vault.path.string]).status == 0)
    #expect(try run("mv", [copy, vault.path.string]).status == 0)
    let opened = try OpenedVault.open(at: vault.path, vault.secret())
    let report = try VaultVerification.run(opened, records: vault.records)
    #expect(report.lines == ["missing manifest.2", "rolled-back manifest.1"])
    let elsewhere = SealRecords(stateFolder: FilePath(vault.scratch.path + "/elsewhere"))
    let unknown = try VaultVerification.run(opened, records: elsewhere)
    #expect(unknown.lines == [])
    #expect(!unknown.isKnownHere)
  }

  @Test("Another vault at a known place, and a fork of a known one, are named")
  func forkAndStranger() throws {
    let vault = try sample()
    let record = try #require(try vault.records.record(of: vault.header.header.vaultID))
    var changed = record
    changed.manifest = changed.header
    try vault.records.write(changed)
    #expect(try lines(vault) == ["rolled-back manifest.1"])
    try vault.records.remove(record.vaultID)
    changed.vaultID = .random()
    try vault.records.write(changed)
    #expect(try lines(vault) == ["header header.1"])
  }

  @Test("Manifests that were taken away or put back are named")
  func manifests() throws {
    let vault = try sample()
    let first = try vault.folder.file("manifest.1").readAll(limit: .max)
    try vault.seal()
    try vault.seal()
    #expect(try lines(vault) == [])
    try vault.folder.create("manifest.1").write(at: 0, first)
    #expect(try lines(vault) == ["added manifest.1"])
    try vault.folder.remove("manifest.1")
    let third = try vault.folder.file("manifest.3").readAll(limit: .max)
    try vault.folder.remove("manifest.3")
    // This machine knows of the third; any other sees that the first is not there.
    #expect(
      try lines(vault) == ["missing manifest.1", "missing manifest.3", "rolled-back manifest.2"])
    try vault.folder.create("manifest.3").write(at: 0, first)
    #expect(try lines(vault).contains("changed manifest.3"))
    try vault.folder.remove("manifest.3")
    try vault.folder.create("manifest.3").write(at: 0, third)
    try vault.folder.remove("manifest.2")
    #expect(try lines(vault) == ["missing manifest.2"])
  }

  @Test("What an act that was cut off left is named as such")
  func leftovers() throws {
    let vault = try sample()
    _ = try vault.folder.folder(makingIfMissing: "new").create("x")
    _ = try vault.folder.folder(makingIfMissing: "erasing").create("y")
    _ = try vault.folder.create("header.new")
    _ = try vault.folder.create("journal")
    _ = try vault.folder.create("log")
    #expect(
      try lines(vault) == [
        "added erasing/y", "added header.new", "added journal", "added log", "added new/x",
      ])
  }

  /// Every byte of the vault in a release build; in a debug build every 41st of each file.
  @Test("Any byte of any file changed is named, with the file that it is in")
  func everyByte() throws {
    let vault = try SampleVault([
      ("one", .file(sampleBytes(4000, seed: 1))),
      ("marked", .file(Array("x".utf8), attributes: Self.attributes)),
      ("sub", .folder([(Self.longName, .file(Array("long".utf8)))])),
    ])
    try vault.seal()
    #expect(try lines(vault) == [])
    var names: [String: String] = [:]
    for path in ["one", "marked", "sub", "sub/\(Self.longName)"] {
      let (folder, name) = try vault.place(path)
      names[folder.path.appending(name).string] = path
    }
    let top = vault.path.string
    let found = try run("find", [top, "-type", "f"])
    let files = found.text.split(separator: "\n").map(String.init).sorted()
    #expect(files.count == 11)
    #if DEBUG
      let step = 41
    #else
      let step = 1
    #endif
    for path in files {
      let folder = try FolderHandle.open(FilePath(path).removingLastComponent())
      let name = try #require(FileName(FilePath(path).lastComponent!.string))
      let file = try folder.file(name, writing: true)
      let sound = try file.readAll(limit: .max)
      let below = String(path.dropFirst(top.utf8.count + 1))
      // What names the file: itself, or the path in the store of what it holds.
      let object = path.hasSuffix(".name") ? String(path.dropLast(5)) : path
      let folderPath = String(path.dropLast("/folder".utf8.count))
      let inStore = names[object] ?? names[folderPath] ?? (below == "tree.1/folder" ? "" : nil)
      for offset in stride(from: 0, to: sound.count, by: step) {
        try file.write(at: UInt64(offset), [sound[offset] ^ UInt8(1 << (offset % 8))])
        let findings = try vault.verify().findings
        let isNamed = findings.contains { finding in
          finding.file == below
            || inStore.map { finding.path == Array($0.utf8) } == true
        }
        if !isNamed { Issue.record("byte \(offset) of \(below): \(findings)") }
        try file.write(at: UInt64(offset), [sound[offset]])
      }
    }
    #expect(try lines(vault) == [])
  }
}
