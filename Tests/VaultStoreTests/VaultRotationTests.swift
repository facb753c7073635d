import Secrets
import Synchronization
import SystemPackage
import TestSupport
import Testing
import VaultFormat

@testable import VaultStore

@Suite("Rotating the keys of a vault")
struct VaultRotationTests {
  private static let longName = String(repeating: "é", count: 127)
  private static let attributes =
    [4, 0, 0xD0, 0x07, 0, 0] + Array("user".utf8) + sampleBytes(2000, seed: 8)

  private static let files: [(String, [UInt8])] = [
    ("a", sampleBytes(100_000, seed: 1)), ("big", sampleBytes(300 * 4096 + 3, seed: 3)),
    ("empty", []), ("marked", Array("x".utf8)), ("sub/c", sampleBytes(9000, seed: 4)),
    ("sub/deep/\(longName)", Array("long".utf8)), ("sub/\(longName)", Array("folder".utf8)),
  ]

  private func sample() throws -> SampleVault {
    let files = Self.files
    return try SampleVault([
      (files[0].0, .file(files[0].1)), (files[1].0, .file(files[1].1)), ("empty", .file([])),
      ("marked", .file(files[3].1, attributes: Self.attributes)), ("link", .link("a")),
      ("none", .folder([])),
      (
        "sub",
        .folder([
          ("c", .file(files[4].1)), ("deep", .folder([(Self.longName, .file(files[5].1))])),
          (Self.longName, .file(files[6].1)),
        ])
      ),
    ])
  }

  /// All files as they are in the vault, whatever it is in the middle of.
  private func contents(_ vault: SampleVault) throws -> [String: [UInt8]] {
    let opened = try vault.open()
    let workspace = try ObjectWorkspace(opened.header.keys)
    return try VaultContents(opened, workspace).files()
  }

  @Test("gives the same files under other keys, and nothing of the old ones is left")
  func whole() throws {
    let vault = try sample()
    let before = try contents(vault)
    #expect(before.count == 8)
    let old = try vault.open().header.keys.last
    let pages = try allPages(vault)
    let rotated = try VaultRotation.run(try vault.open(), records: vault.records)
    #expect(rotated.header.header.epochs.map(\.number) == [2])
    #expect(try vault.verify().lines == [])
    #expect(try contents(vault) == before)
    for (path, bytes) in Self.files { #expect(before[path] == bytes, "\(path)") }
    // Not one page, not one name and not the key is what it was.
    #expect(try allPages(vault).isDisjoint(with: pages))
    let opened = try vault.open()
    #expect(opened.header.keys[1] == nil)
    let isSame = opened.header.keys.last.volume.equals(old.volume)
    #expect(!isSame)
    #expect(
      try vault.folder.names().sorted().map(\.text) == [
        "header.1", "header.2", "manifest.3", "manifest.4", "tree.2",
      ])
    _ = try VaultRotation.run(opened, records: vault.records)
    #expect(try contents(vault) == before)
    #expect(try vault.verify().lines == [])
  }

  private func allPages(_ vault: SampleVault) throws -> Set<[UInt8]> {
    var pages: Set<[UInt8]> = []
    for path in try run("find", [vault.path.string, "-type", "f", "-size", "+0"]).text
      .split(separator: "\n")
    {
      let bytes = try TestSupport.contents(String(path))
      for start in stride(from: 0, to: bytes.count, by: 4096) {
        pages.insert(Array(bytes[start..<min(start + 4096, bytes.count)]))
      }
    }
    return pages
  }

  @Test("keeps names of one object one object")
  func hardLinks() throws {
    let vault = try sample()
    let workspace = try ObjectWorkspace(vault.header.keys)
    let (folder, a) = try vault.place("a")
    let rootID = try workspace.open(folder.file("folder")).head.id
    let second = try TreeName(
      NameCipher(vault.header.keys.last).encode(name: Array("zweite".utf8), in: rootID))
    try folder.addName(a, in: folder, as: second.object)
    try vault.seal()
    #expect(try vault.verify().lines == [])
    _ = try VaultRotation.run(try vault.open(), records: vault.records)
    #expect(try vault.verify().lines == [])
    let (new, one) = try vault.place("a", epoch: 2)
    let (_, two) = try vault.place("zweite", epoch: 2)
    let facts = try #require(try new.facts(of: one))
    #expect(facts.names == 2)
    #expect(try new.facts(of: two)?.inode == facts.inode)
  }

  @Test("cut off anywhere goes on, and the vault opens and is whole meanwhile")
  func cutOff() throws {
    var cut = 0
    var ended = false
    while !ended {
      let vault = try sample()
      let before = try contents(vault)
      let counter = CountDown(cut)
      let code = try failure {
        try VaultRotation.run(
          try vault.open(), records: vault.records,
          ActMonitor(isInterrupted: { counter.isOver() }))
      }
      ended = code != .interrupted
      #expect(code == nil || code == .interrupted)
      #expect(try contents(vault) == before, "cut \(cut)")
      _ = try VaultRotation.run(try vault.open(), records: vault.records)
      #expect(try contents(vault) == before, "cut \(cut)")
      #expect(try vault.verify().lines == [], "cut \(cut)")
      cut += cut < 12 ? 1 : 5
    }
    #expect(cut > 20)
  }

  @Test("stops at what is not as it was sealed, and the rest is still there")
  func damaged() throws {
    let vault = try sample()
    let (folder, name) = try vault.place("sub/c")
    try folder.file(name, writing: true).write(at: 5000, [1, 2, 3])
    #expect(
      try failure { try VaultRotation.run(try vault.open(), records: vault.records) } == .damaged)
    #expect(try vault.verify().lines.contains("changed sub/c"))
  }
}

/// Asked again and again, says yes from the n-th time on.
private final class CountDown: Sendable {
  private let left: Mutex<Int>

  init(_ count: Int) {
    left = Mutex(count)
  }

  func isOver() -> Bool {
    left.withLock { left in
      left -= 1
      return left < 0
    }
  }
}
