import Secrets
import SystemPackage
import TestSupport
import Testing
import VaultFormat

@testable import VaultStore

/// An open vault as its users see it, without a mount: what is written is there, now and after a lock.
@Suite struct LiveVaultTests {
  private static var sample: [(String, SampleVault.Entry)] {
    [
      ("small", .file(Array("hello".utf8))),
      ("long", .file(sampleBytes(700_000, seed: 1))),
      ("link", .link("small")),
      ("folder", .folder([("inside", .file(Array("in a folder".utf8)))])),
    ]
  }

  private func open(_ vault: SampleVault) throws -> LiveVault {
    try LiveVault.open(try vault.open(), records: vault.records)
  }

  private func read(_ vault: LiveVault, _ node: LiveNode) throws -> [UInt8] {
    let size = Int(try vault.attributes(of: node).size)
    var bytes = [UInt8](repeating: 0, count: size + 10)
    let count = try bytes.withUnsafeMutableBytes { try vault.read(node, at: 0, into: $0) }
    return Array(bytes[..<count])
  }

  private func write(
    _ vault: LiveVault, _ node: LiveNode, at offset: Int, _ bytes: [UInt8]
  ) throws {
    try bytes.withUnsafeBytes { try vault.write(node, at: UInt64(offset), $0) }
  }

  private func node(_ vault: LiveVault, _ path: String) throws -> LiveNode {
    var node = vault.root
    for part in path.split(separator: "/") { node = try vault.lookup(Array(part.utf8), in: node) }
    return node
  }

  @Test func whatWasLockedIsRead() throws {
    let vault = try SampleVault(Self.sample)
    let live = try open(vault)
    #expect(try read(live, node(live, "small")) == Array("hello".utf8))
    #expect(try read(live, node(live, "long")) == sampleBytes(700_000, seed: 1))
    #expect(try live.target(of: node(live, "link")) == Array("small".utf8))
    #expect(try read(live, node(live, "folder/inside")) == Array("in a folder".utf8))
    try live.seal()
    #expect(try vault.verify().lines == [])
  }

  @Test(arguments: [0, 1, 100, 3864, 3865, 4096, 10_000, 262_144, 262_145, 700_000, 3_000_000])
  func whatIsWrittenIsThereAfterALock(size: Int) throws {
    let vault = try SampleVault(Self.sample)
    let bytes = sampleBytes(size, seed: 3)
    do {
      let live = try open(vault)
      let made = try live.make(
        .file, Array("new".utf8), in: live.root, mode: 0o640, owner: 1, group: 2)
      try live.open(made, writing: true)
      for start in stride(from: 0, to: size, by: 131_072) {
        try write(live, made, at: start, Array(bytes[start..<min(start + 131_072, size)]))
      }
      #expect(try read(live, made) == bytes)
      try live.sync(made)
      #expect(try read(live, made) == bytes)
      try live.settle()
      #expect(try read(live, made) == bytes)
      live.close(made, writing: true)
      try live.seal()
    }
    #expect(try vault.verify().lines == [])
    let live = try open(vault)
    let made = try node(live, "new")
    #expect(try read(live, made) == bytes)
    let attributes = try live.attributes(of: made)
    #expect(attributes.mode == 0o640 && attributes.owner == 1 && attributes.group == 2)
    try live.seal()
  }

  @Test func overwritingKeepsTheRest() throws {
    let vault = try SampleVault(Self.sample)
    var expected = sampleBytes(700_000, seed: 1)
    do {
      let live = try open(vault)
      let long = try node(live, "long")
      for (offset, count) in [
        (0, 10), (5000, 100), (262_100, 100), (400_000, 200_000), (699_990, 50),
      ] {
        let piece = sampleBytes(count, seed: UInt64(offset))
        try write(live, long, at: offset, piece)
        if offset + count > expected.count {
          expected += [UInt8](repeating: 0, count: offset + count - expected.count)
        }
        expected.replaceSubrange(offset..<offset + count, with: piece)
        #expect(try read(live, long) == expected)
        try live.sync(long)
        #expect(try read(live, long) == expected)
        try live.checkpoint()
        #expect(try read(live, long) == expected)
      }
      try live.seal()
    }
    #expect(try vault.verify().lines == [])
    let live = try open(vault)
    #expect(try read(live, node(live, "long")) == expected)
    try live.seal()
  }

  @Test(arguments: [0, 1, 4096, 5000, 262_144, 300_000, 699_999, 1_500_000])
  func cuttingAndLengthening(size: Int) throws {
    let vault = try SampleVault(Self.sample)
    var expected = Array(sampleBytes(700_000, seed: 1).prefix(size))
    expected += [UInt8](repeating: 0, count: size - expected.count)
    do {
      let live = try open(vault)
      let long = try node(live, "long")
      var change = AttributeChange()
      change.size = UInt64(size)
      _ = try live.change(long, change)
      #expect(try read(live, long) == expected)
      try live.sync(long)
      change.size = UInt64(size + 200_000)
      _ = try live.change(long, change)
      expected += [UInt8](repeating: 0, count: 200_000)
      #expect(try read(live, long) == expected)
      try live.seal()
    }
    #expect(try vault.verify().lines == [])
    let live = try open(vault)
    #expect(try read(live, node(live, "long")) == expected)
    try live.seal()
  }

  @Test func namesAreMovedAndRemoved() throws {
    let vault = try SampleVault(Self.sample)
    func names(_ live: LiveVault, _ folder: LiveNode) throws -> [String] {
      try live.entries(of: folder).map { String(decoding: $0.name, as: UTF8.self) }.sorted()
    }
    let expected = ["a", "long", "n" + String(repeating: "x", count: 250), "swapped"]
    do {
      let live = try open(vault)
      let a = try live.make(
        .folder, Array("b".utf8), in: live.root, mode: 0o755, owner: 0, group: 0)
      let f = try live.make(.file, Array("f".utf8), in: a, mode: 0o644, owner: 0, group: 0)
      try write(live, f, at: 0, Array("contents".utf8))
      try live.rename(
        Array("b".utf8), in: live.root, to: Array("a".utf8), in: live.root, .noReplace)
      try live.sync(f)
      try live.link(f, Array(expected[2].utf8), in: live.root)
      try live.rename(
        Array("small".utf8), in: live.root, to: Array("swapped".utf8), in: live.root, .replace)
      try live.rename(
        Array("link".utf8), in: live.root, to: Array("swapped".utf8), in: live.root, .exchange)
      try live.remove(Array("link".utf8), from: live.root, isFolder: false)
      try live.rename(
        Array("inside".utf8), in: node(live, "folder"), to: Array("inside".utf8), in: a, .replace)
      try live.sync(f)
      try live.remove(Array("folder".utf8), from: live.root, isFolder: true)
      #expect(try names(live, live.root) == expected)
      try live.seal()
    }
    #expect(try vault.verify().lines == [])
    let live = try open(vault)
    #expect(try names(live, live.root) == expected)
    #expect(try names(live, node(live, "a")) == ["f", "inside"])
    #expect(try read(live, node(live, expected[2])) == Array("contents".utf8))
    #expect(try live.attributes(of: node(live, "a/f")).links == 2)
    #expect(try live.target(of: node(live, "swapped")) == Array("small".utf8))
    try live.seal()
  }
}
