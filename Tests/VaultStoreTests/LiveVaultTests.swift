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

  @Test func whatIsChangedWhileItIsWrittenToItsPlaceIsReadFromThere() throws {
    let vault = try SampleVault(Self.sample)
    let live = try open(vault)
    let long = try node(live, "long")
    let piece = sampleBytes(50_000, seed: 9)
    try live.open(long, writing: true)
    try write(live, long, at: 100_000, piece)
    live.close(long, writing: true)
    try live.sync(long)
    // Nobody has it open, and its head is staged again before its pages are in the file.
    var change = AttributeChange()
    change.mode = 0o600
    _ = try live.change(long, change)
    try live.settle()
    var expected = sampleBytes(700_000, seed: 1)
    expected.replaceSubrange(100_000..<150_000, with: piece)
    #expect(try read(live, long) == expected)
    try live.seal()
    #expect(try vault.verify().lines == [])
  }

  @Test func longAttributesGoWithWhatHasThem() throws {
    let vault = try SampleVault(Self.sample)
    let live = try open(vault)
    let name = Array("user.long".utf8)
    let small = try node(live, "small")
    for length in [5000, 6000, 100, 7000] {
      let value = sampleBytes(length, seed: UInt64(length))
      try live.setExtendedAttribute(name, value, of: small, .set)
      #expect(try live.extendedAttribute(name, of: small) == value)
      try live.sync(small)
    }
    try live.setExtendedAttribute(name, sampleBytes(5000, seed: 4), of: node(live, "long"), .set)
    try live.sync(small)
    try live.remove(Array("long".utf8), from: live.root, isFolder: false)
    try live.seal()
    #expect(try vault.verify().lines == [])
    let again = try open(vault)
    let value = try again.extendedAttribute(name, of: node(again, "small"))
    #expect(value == sampleBytes(7000, seed: 7000))
    try again.seal()
  }

  @Test(arguments: [(0, 4096), (100, 50), (4096, 300_000), (262_000, 5000), (650_000, 50_000)])
  func stretchesAreMadeZeros(offset: Int, count: Int) throws {
    let vault = try SampleVault(Self.sample)
    var expected = sampleBytes(700_000, seed: 1)
    expected.replaceSubrange(offset..<offset + count, with: repeatElement(0, count: count))
    do {
      let live = try open(vault)
      let long = try node(live, "long")
      try live.allocate(long, at: UInt64(offset), count: UInt64(count), .punchHole)
      #expect(try read(live, long) == expected)
      try live.sync(long)
      try live.seal()
    }
    #expect(try vault.verify().lines == [])
    let live = try open(vault)
    #expect(try read(live, node(live, "long")) == expected)
    try live.seal()
  }

  @Test func pipesLastUntilTheLock() throws {
    let vault = try SampleVault(Self.sample)
    let live = try open(vault)
    let pipe = try live.make(
      .pipe, Array("pipe".utf8), in: live.root, mode: 0o600, owner: 0, group: 0)
    #expect(try live.attributes(of: pipe).kind == .pipe)
    // One that takes a file's name takes it for good.
    try live.rename(
      Array("pipe".utf8), in: live.root, to: Array("small".utf8), in: live.root, .replace)
    try live.sync(pipe)
    try live.seal()
    #expect(try vault.verify().lines == [])
    let again = try open(vault)
    #expect(throws: Errno.noSuchFileOrDirectory) { try node(again, "small") }
    try again.seal()
  }

  @Test func whatWasPromisedIsThereWhenTheProcessIsGone() throws {
    let vault = try SampleVault(Self.sample)
    let bytes = sampleBytes(400_000, seed: 8)
    do {
      let live = try open(vault)
      let folder = try live.make(
        .folder, Array("new".utf8), in: live.root, mode: 0o755, owner: 0, group: 0)
      let file = try live.make(
        .file, Array("file".utf8), in: folder, mode: 0o644, owner: 0, group: 0)
      try live.open(file, writing: true)
      try write(live, file, at: 0, bytes)
      try live.sync(file)
      try live.rename(
        Array("file".utf8), in: folder, to: Array("small".utf8), in: live.root, .replace)
      try live.sync(file)
      // Not promised.
      try write(live, node(live, "long"), at: 0, Array("lost".utf8))
      live.abandon()
    }
    let recovery = try vault.open().takeUpLog(records: vault.records)
    #expect(recovery?.isEmpty == false)
    #expect(try vault.verify().lines == [])
    let live = try open(vault)
    #expect(try read(live, node(live, "small")) == bytes)
    #expect(try live.entries(of: node(live, "new")).isEmpty)
    #expect(try read(live, node(live, "long")) == sampleBytes(700_000, seed: 1))
    try live.seal()
  }
}

extension LiveVault {
  /// Ends as a process does that is killed: nothing more is written.
  fileprivate func abandon() {
    worker.end()
  }
}
