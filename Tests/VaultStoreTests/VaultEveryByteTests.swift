import Glibc
import SystemPackage
import TestSupport
import Testing
import VaultFormat

@testable import VaultStore

/// A byte of a small vault is changed, at each offset of each of its files, by somebody who knows nothing of
/// the format.
///
/// One byte of 113 is tried in a run of all tests, every one with `SOTTO_EVERY_BYTE=1`, which takes half an
/// hour; `Tests/Faults/run tamper --bytes all` does the same to the command.
@Suite("Every byte of a vault")
struct VaultEveryByteTests {
  private static let longName = String(repeating: "n", count: 255)
  private static let contents: [String: [UInt8]] = [
    "a": sampleBytes(5000, seed: 1), "empty file": [], "short": Array("short".utf8),
    longName: Array("long".utf8), "marked": Array("x".utf8), "link": Array("a".utf8),
    "sub/c": sampleBytes(4096, seed: 4),
  ]

  private func sample() throws -> SampleVault {
    let attributes =
      [4, 0, 0xD0, 0x07, 0, 0] + Array("user".utf8) + sampleBytes(2000, seed: 8)
    func bytes(_ path: String) -> [UInt8] { Self.contents[path] ?? [] }
    return try SampleVault([
      ("a", .file(bytes("a"))), ("empty file", .file([])), ("short", .file(bytes("short"))),
      (Self.longName, .file(bytes(Self.longName))),
      ("marked", .file(bytes("marked"), attributes: attributes)), ("link", .link("a")),
      ("sub", .folder([("c", .file(bytes("sub/c")))])),
    ])
  }

  /// What each file of the vault is called in a finding: what it stands for in the store, or itself.
  private func names(_ vault: SampleVault) throws -> [String: String] {
    let top = vault.path.string + "/"
    var names: [String: String] = [:]
    for file in try run("find", [vault.path.string, "-type", "f"]).text.split(separator: "\n") {
      let inside = String(file.dropFirst(top.utf8.count))
      names[inside] = inside
      if inside.hasPrefix("attributes/") { names[inside] = "marked" }
    }
    for path in Array(Self.contents.keys) {
      let (folder, name) = try vault.place(path)
      let object = String("\(folder.path)/\(name.text)".dropFirst(top.utf8.count))
      for file in names.keys where file.hasPrefix(object) { names[file] = path }
    }
    let (folder, sub) = try vault.place("sub")
    let head = String("\(folder.path)/\(sub.text)/folder".dropFirst(top.utf8.count))
    names[head] = "sub"
    names["tree.1/folder"] = ""
    return names
  }

  /// What comes out of the vault, file by file; nothing for what cannot be read.
  private func served(_ vault: OpenedVault) throws -> [(path: String, bytes: [UInt8])] {
    let workspace = try ObjectWorkspace(vault.header.keys)
    guard let keys = vault.header.keys[1],
      var walk = try VaultTreeWalk(of: keys, in: vault.folder, ObjectWorkspace(vault.header.keys))
    else { return [] }
    var files: [(path: String, bytes: [UInt8])] = []
    while let step = walk.next() {
      guard case .object(let place, let folder, let disk) = step, let path = place.path,
        let object = try? workspace.open(try folder.handle.file(disk)),
        let bytes = try? workspace.contents(of: object)
      else { continue }
      files.append((String(decoding: path, as: UTF8.self), bytes))
    }
    return files
  }

  @Test("changed is found and names its file, and no other bytes come out")
  func everyByte() throws {
    let vault = try sample()
    #expect(try vault.verify().lines == [])
    let names = try names(vault)
    #expect(
      names.count >= 13 && !names.contains { $0.key.hasPrefix("tree.1") && $0.value == $0.key })
    let step = getenv("SOTTO_EVERY_BYTE") == nil ? 113 : 1
    var tried = 0
    var served = 0
    for (number, file) in names.keys.sorted().enumerated() {
      let path = vault.path.appending(file)
      let folder = try FolderHandle.open(path.removingLastComponent())
      let name = try #require(path.lastComponent.flatMap { FileName($0.string) })
      let handle = try folder.file(name, writing: true)
      let sound = try handle.readAll(limit: .max)
      // Another first offset in each file: fields lie at the same places in all.
      for offset in stride(from: (number * 29) % step, to: sound.count, by: step) {
        try handle.write(at: UInt64(offset), [sound[offset] ^ (1 << UInt8(offset % 8))])
        defer { try? handle.write(at: UInt64(offset), [sound[offset]]) }
        tried += 1
        let opened = try vault.open()
        let found = try VaultVerification.run(opened, records: vault.records).findings
        let said = Set(
          found.flatMap {
            [$0.file] + ($0.path.map { [String(decoding: $0, as: UTF8.self)] } ?? [])
          })
        #expect(said.contains(names[file] ?? ""), "byte \(offset) of \(file): \(said)")
        for (path, bytes) in try self.served(opened) {
          #expect(
            bytes == Self.contents[path], "byte \(offset) of \(file): \(path) is not as it was")
          served += 1
        }
      }
    }
    #expect(tried > 500 && served > tried * 5)
    #expect(try vault.verify().lines == [])
  }
}
