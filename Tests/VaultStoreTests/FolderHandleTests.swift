import SystemPackage
import TestSupport
import Testing
import VaultStore

@Suite("Files and folders by descriptor")
struct FolderHandleTests {
  @Test("A name cannot leave its folder")
  func names() {
    for bad in ["", ".", "..", "a/b", "/", "a\0b"] { #expect(FileName(bad) == nil) }
    for good in ["a", "...", ".a", "é\n"] { #expect(FileName(good)?.text == good) }
    #expect(FileName([0xFF, 0xFE])?.bytes.elementsEqual([0xFF, 0xFE]) == true)
    let named: FileName = "x.name"
    #expect(named.hasSuffix(".name"))
    let bare: FileName = ".name"
    #expect(!bare.hasSuffix(".name"))
  }

  @Test("Files are made, written, moved, linked, listed and removed")
  func acts() throws {
    let scratch = try TemporaryFolder()
    let folder = try FolderHandle.open(FilePath(scratch.path))
    let file = try folder.create("a")
    #expect(throws: VaultError.self) { try folder.create("a") }
    try file.write(at: 5, Array("hello".utf8))
    try file.sync()
    #expect(try file.readAll(limit: 10) == [0, 0, 0, 0, 0] + Array("hello".utf8))
    #expect(throws: VaultError.self) { try file.readAll(limit: 9) }
    #expect(try file.facts().mode == 0o600)
    try folder.makeFolder("sub")
    let sub = try folder.folder("sub")
    try folder.rename("a", to: sub, as: "b")
    _ = try folder.create("a")
    do {
      try folder.renameWithoutReplacing("a", to: sub, as: "b")
      Issue.record("a taken name was replaced")
    } catch {
      #expect(error.code == .system(.fileExists))
    }
    try sub.addName("b", in: folder, as: "c")
    #expect(try sub.facts(of: "b")?.names == 2)
    try folder.makeLink("l", to: Array("sub/b".utf8))
    #expect(try folder.target(of: "l") == Array("sub/b".utf8))
    #expect(try folder.names().sorted() == ["a", "c", "l", "sub"])
    #expect(try folder.facts(of: "none") == nil)
    try folder.syncFileSystem()
    for name: FileName in ["a", "c", "l"] { try folder.remove(name) }
    try sub.remove("b")
    try folder.removeFolder("sub")
    try folder.sync()
    #expect(try folder.names().isEmpty)
    withExtendedLifetime(scratch) {}
  }

  @Test("Links are not followed")
  func links() throws {
    let scratch = try TemporaryFolder()
    let folder = try FolderHandle.open(FilePath(scratch.path))
    try folder.makeFolder("real")
    _ = try folder.create("file")
    try folder.makeLink("folder", to: Array("real".utf8))
    try folder.makeLink("other", to: Array("file".utf8))
    #expect(throws: VaultError.self) { try folder.folder("folder") }
    #expect(throws: VaultError.self) { try folder.file("other") }
    #expect(throws: VaultError.self) { try folder.file("other", writing: true) }
    #expect(throws: VaultError.self) { try FolderHandle.open(FilePath(scratch.path + "/folder")) }
    withExtendedLifetime(scratch) {}
  }

  @Test("Holes are found")
  func holes() throws {
    let scratch = try TemporaryFolder()
    let folder = try FolderHandle.open(FilePath(scratch.path))
    let file = try folder.create("sparse")
    try file.truncate(to: 1 << 20)
    try file.write(at: 1 << 19, [UInt8](repeating: 7, count: 4096))
    let facts = try file.facts()
    guard facts.allocated < facts.size else {
      announce("holes: the file system of the temporary folder keeps none")
      return
    }
    #expect(try file.nextData(from: 0) == 1 << 19)
    #expect(try file.nextHole(from: 1 << 19) == 1 << 19 + 4096)
    #expect(try file.nextData(from: 1 << 19 + 4096) == nil)
    withExtendedLifetime(scratch) {}
  }
}
