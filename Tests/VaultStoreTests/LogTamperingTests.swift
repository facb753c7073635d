import Secrets
import SystemPackage
import TestSupport
import Testing
import VaultFormat

@testable import VaultStore

@Suite("Logs of vaults that were tampered with")
struct LogTamperingTests {
  private func sample() throws -> LogUnderTest {
    let log = try LogUnderTest([
      ("one", .file(sampleBytes(5000, seed: 1))), ("two", .file(sampleBytes(5000, seed: 2))),
      ("folder", .folder([("child", .file([3]))])),
    ])
    let head = log.next(try log.object("one").head)
    log.log(try log.file(head, [1]), of: head.id)
    try log.removeName("one", in: log.id(""), of: head.id)
    try log.addName("renamed", in: log.id(""), of: head.id)
    log.promise()
    return log
  }

  /// The log is refused, and is there still.
  private func expectDamage(
    _ log: LogUnderTest, _ location: SourceLocation = #_sourceLocation
  ) throws {
    try log.write()
    for _ in 0..<2 {
      #expect(try failure(of: { try log.recover() }) == .damaged, sourceLocation: location)
    }
    #expect(try log.vault.folder.facts(of: VaultNames.log) != nil, sourceLocation: location)
    #expect(
      try log.vault.folder.facts(of: VaultNames.manifest(2)) == nil, sourceLocation: location)
  }

  @Test("are not taken up where anything else was changed")
  func others() throws {
    try expect { log, folder, name in
      try folder.file(name, writing: true).write(at: 100, [0, 0, 0, 0])
    }
    try expect { log, folder, name in try folder.remove(name) }
    try expect { log, folder, name in
      try folder.file(name, writing: true).truncate(to: 4096)
    }
    try expect { log, folder, name in
      let child = try log.vault.place("folder/child")
      try folder.rename(name, to: child.0, as: child.1)
    }
    try expect { log, folder, name in
      try folder.rename(name, to: log.vault.place("folder/child").0, as: name)
    }
    try expect { log, folder, name in
      try folder.create("strange", holding: [1, 2, 3])
    }
  }

  private func expect(
    _ location: SourceLocation = #_sourceLocation,
    _ change: (LogUnderTest, FolderHandle, FileName) throws -> Void
  ) throws {
    let log = try sample()
    let (folder, name) = try log.vault.place("two")
    try change(log, folder, name)
    try expectDamage(log, location)
  }

  @Test("are not taken up where a name has what it never had, and nothing is touched")
  func exchanged() throws {
    let log = try sample()
    let (folder, name) = try log.vault.place("two")
    let (_, other) = try log.vault.place("one")
    try folder.exchange(name, other)
    try expectDamage(log)
    #expect(try log.vault.folder.facts(of: VaultNames.new) == nil)
    let link = try sample()
    let (place, linked) = try link.vault.place("one")
    try place.remove(linked)
    try place.makeLink(linked, to: Array("/etc/passwd".utf8))
    try expectDamage(link)
  }

  @Test("are not taken up after another manifest than their own")
  func counters() throws {
    func log(_ counter: UInt64?, _ manifest: Digest? = nil) throws -> LogUnderTest {
      let vault = try SampleVault([("file", .file([1]))])
      try vault.seal()
      let log = try LogUnderTest(vault, counter: counter, manifest: manifest)
      try log.make(.file, "new", in: log.id(""), [2])
      log.promise()
      try log.write()
      return log
    }
    #expect(try failure(of: { try log(3).recover() }) == .damaged)
    #expect(try failure(of: { try log(0).recover() }) == .damaged)
    #expect(try failure(of: { try log(2, .zero).recover() }) == .damaged)
    #expect(try failure(of: { try log(1, .zero).recover() }) == .damaged)
    #expect(try log(nil).recover()?.names == 1)
  }

  @Test("that a manifest has followed already are removed, and nothing is written")
  func finished() throws {
    let log = try sample()
    let before = try log.contents()
    try log.vault.seal()
    try log.write()
    let report = try #require(try log.recover())
    #expect(report.isEmpty)
    #expect(try log.vault.verify().lines == [])
    #expect(try log.vault.verify().counter == 2)
    #expect(try log.contents() == before)
    // Once more, where this machine had not yet remembered the manifest.
    let again = try LogUnderTest(log.vault)
    let record = try #require(try log.vault.records.record(of: log.vault.header.header.vaultID))
    try log.vault.seal()
    try log.vault.records.write(record)
    try again.write()
    #expect(try again.recover()?.isEmpty == true)
    #expect(try log.vault.records.record(of: record.vaultID)?.counter == 3)
    #expect(try log.vault.verify().lines == [])
  }

  @Test("are not taken up in a vault that was put back")
  func rolledBack() throws {
    let log = try sample()
    let old = try SampleVault(copying: log.vault)
    try log.vault.seal()
    let record = try #require(try log.vault.records.record(of: log.vault.header.header.vaultID))
    try old.records.write(record)
    try old.folder.create(VaultNames.log, holding: log.bytes)
    let opened = try old.open()
    #expect(
      try failure(of: { try LogRecovery.run(opened, records: old.records, ActMonitor()) })
        == .damaged)
  }

  @Test("that say what no writer would are refused before anything is changed")
  func nonsense() throws {
    func expect(
      _ location: SourceLocation = #_sourceLocation, _ write: (LogUnderTest) throws -> Void
    ) throws {
      let log = try LogUnderTest([
        ("file", .file([1])), ("folder", .folder([("inner", .folder([("child", .file([3]))]))])),
      ])
      let before = try log.vault.verify().lines
      try write(log)
      log.promise()
      try expectDamage(log, location)
      try log.vault.folder.remove(VaultNames.log)
      #expect(try log.vault.verify().lines == before, sourceLocation: location)
    }
    let page = [UInt8](repeating: 1, count: 4096)
    try expect { log in log.log(page, of: try log.id("file")) }
    try expect { log in log.log(page, at: 1, of: try log.id("file")) }
    try expect { log in try log.addName("name", in: log.id(""), of: .random()) }
    try expect { log in try log.addName("name", in: .random(), of: log.id("file")) }
    try expect { log in try log.addName("name", in: log.id(""), of: log.id("folder")) }
    try expect { log in
      // A folder in itself.
      try log.removeName("folder", in: log.id(""), of: log.id("folder"))
      try log.addName("name", in: log.id("folder/inner"), of: log.id("folder"))
    }
    try expect { log in try log.removeName("folder", in: log.id(""), of: log.id("folder")) }
    try expect { log in
      let head = log.new(.attributes)
      log.log(try log.file(head, [1]), of: head.id)
      try log.addName("name", in: log.id(""), of: head.id)
    }
    try expect { log in
      var head = log.next(try log.object("file").head)
      head.kind = .link
      log.log(try log.file(head, [1]), of: head.id)
    }
  }
}
