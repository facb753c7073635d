import Secrets
import SystemPackage
import TestSupport
import Testing
import VaultFormat

@testable import VaultStore

@Suite("Acts on a vault that was open and not closed")
struct LogActsTests {
  private func sample() throws -> (LogSample, SampleVault) {
    let sample = try LogSample()
    try sample.log.write()
    return (sample, sample.log.vault)
  }

  /// Every file of the vault, when it was changed and what it holds.
  private func listing(_ vault: SampleVault) throws -> [String] {
    let path = vault.path.string
    let facts = try run("find", [path, "-printf", "%p %s %T@ %C@\n"]).text
    let sums = try run("find", [path, "-type", "f", "-exec", "sha256sum", "{}", "+"]).text
    return (facts + sums).split(separator: "\n").map(String.init).sorted()
  }

  @Test("verification names the log and nothing that it speaks of, and changes nothing")
  func verification() throws {
    let (sample, vault) = try sample()
    let before = try listing(vault)
    let report = try vault.verify()
    #expect(report.lines == ["added log"])
    #expect(report.wasOpen)
    #expect(try listing(vault) == before)
    for count in 1...sample.steps.count {
      try sample.steps[count - 1](vault)
      #expect(try vault.verify().lines == ["added log"], "\(count)")
    }
    let (folder, name) = try vault.place("untouched")
    try folder.file(name, writing: true).write(at: 100, [0, 0, 0])
    #expect(try vault.verify().lines == ["added log", "changed untouched"])
    var other = sample.log.bytes
    other[50] ^= 1
    try sample.log.write(other)
    #expect(try vault.verify().findings.contains { $0.file == "log" && $0.text.contains("cannot") })
  }

  @Test("the state says so")
  func state() throws {
    let (sample, vault) = try sample()
    let place = try LockPlace(store: vault.store, vault: vault.path)
    #expect(try StoreState.of(place) == .interruptedWhileOpen)
    try sample.log.recover()
    #expect(try StoreState.of(place) == .locked)
  }

  @Test("a restore brings back what was promised")
  func restore() throws {
    let (sample, vault) = try sample()
    let place = try LockPlace(store: vault.store, vault: vault.path)
    let report = try RestoreInPlace(place, vault.open(), vault.records).run()
    #expect(report.recovery?.names == 20)
    #expect(report.isComplete)
    try expect(vault.store, sample.states[sample.states.count - 1])
    #expect(try VaultRemains.of(vault.path) == .none)
  }

  private func expect(_ store: FilePath, _ state: [String: [UInt8]]) throws {
    let top = try FolderHandle.open(store)
    for (path, contents) in state {
      var folder = top
      let steps = path.split(separator: "/").compactMap { FileName(String($0)) }
      for step in steps.dropLast() { folder = try folder.folder(step) }
      let name = try #require(steps.last)
      if try folder.facts(of: name)?.kind == .link {
        #expect(try folder.target(of: name) == contents)
      } else {
        #expect(try folder.file(name).readAll(limit: 1 << 26) == contents, "\(path)")
      }
    }
  }

  @Test("a restore of one that was tampered with is refused, and done where that is accepted")
  func accepting() throws {
    let (sample, vault) = try sample()
    let (folder, name) = try vault.place("untouched")
    try folder.remove(name)
    let place = try LockPlace(store: vault.store, vault: vault.path)
    #expect(
      try failure(of: { try RestoreInPlace(place, vault.open(), vault.records).run() })
        == .damaged)
    let report = try RestoreInPlace(place, vault.open(), vault.records, accepting: true).run()
    #expect(report.findings.map(\.kind) == [.missing])
    var state = sample.states[sample.states.count - 1]
    state["untouched"] = nil
    try expect(vault.store, state)
    #expect(try VaultRemains.of(vault.path) == .none)
  }

  @Test("a log that cannot be taken up is kept aside where that is accepted")
  func foreign() throws {
    let (sample, vault) = try sample()
    var other = sample.log.bytes
    other[50] ^= 1
    try sample.log.write(other)
    let place = try LockPlace(store: vault.store, vault: vault.path)
    #expect(
      try failure(of: { try RestoreInPlace(place, vault.open(), vault.records).run() })
        == .damaged)
    let report = try RestoreInPlace(place, vault.open(), vault.records, accepting: true).run()
    #expect(report.findings.map(\.file) == ["log"])
    #expect(report.kept.map(\.path.lastComponent?.string) == ["log"])
    try expect(vault.store, sample.states[0])
  }

  @Test("keys are changed and rotated only after the log was taken up")
  func keys() throws {
    let (sample, vault) = try sample()
    let last = sample.states[sample.states.count - 1]
    _ = try vault.open().add(
      .keyFile(digest: SecureBytes(Sodium.randomBytes(32))), records: vault.records)
    #expect(try vault.verify().lines == [])
    #expect(try sample.log.contents() == last)
    let (rotated, other) = try self.sample()
    _ = try VaultRotation.run(other.open(), records: other.records)
    #expect(try other.verify().lines == [])
    let opened = try other.open()
    let files = try VaultContents(opened, ObjectWorkspace(opened.header.keys)).files()
    #expect(files == rotated.states[rotated.states.count - 1])
  }
}
