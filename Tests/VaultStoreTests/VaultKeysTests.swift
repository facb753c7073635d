import Secrets
import SystemPackage
import TestSupport
import Testing
import VaultFormat

@testable import VaultStore

@Suite("Keys of a vault on disk")
struct VaultKeysTests {
  private func sample() throws -> SampleVault {
    try SampleVault([
      ("a", .file(sampleBytes(100_000, seed: 1))),
      ("sub", .folder([("b", .file(Array("b".utf8)))])),
    ])
  }

  private func opens(_ vault: SampleVault, _ key: [UInt8]) throws -> Bool {
    let code = try failure {
      try OpenedVault.open(at: vault.path, .keyFile(digest: try SecureBytes(key)))
    }
    #expect(code == nil || code == .wrongSecret)
    return code == nil
  }

  @Test(
    "A slot that is added opens, one that is removed does not, and the vault is sealed with each")
  func slots() throws {
    let vault = try sample()
    let key = sampleBytes(32, seed: 50)
    let objects = try run("find", [vault.path.string + "/tree.1", "-printf", "%p %i %T@\n"]).text
    var opened = try vault.open().add(
      .keyFile(digest: try SecureBytes(key)), records: vault.records)
    #expect(try opens(vault, key))
    #expect(try vault.verify().lines == [])
    let slot = try #require(opened.header.header.slots.last).id
    opened = try opened.remove(slot, records: vault.records)
    #expect(try !opens(vault, key))
    #expect(try vault.verify().lines == [])
    // No object was touched, and only the newest two manifests are left.
    #expect(
      try run("find", [vault.path.string + "/tree.1", "-printf", "%p %i %T@\n"]).text == objects)
    #expect(try ManifestFile.counters(in: vault.folder) == [3, 2])
    #expect(
      try failure { try opened.remove(opened.header.slotID, records: vault.records) } == .refused)
  }

  @Test("A changed key leaves nothing of the old slot in any file")
  func changed() throws {
    let vault = try sample()
    let before = vault.header.header.slots[0]
    // Held open, as somebody could who copies the file while it is replaced.
    let held = try vault.folder.file("header.1")
    let key = sampleBytes(32, seed: 51)
    _ = try vault.open().replace(
      before.id, with: .keyFile(digest: try SecureBytes(key)), records: vault.records)
    #expect(try opens(vault, key))
    let secret = Array(try held.readAll(limit: .max))
    for part in [before.id.bytes, before.publicKey] {
      #expect(!contains(secret, part))
      for name in try vault.folder.names() where try vault.folder.facts(of: name)?.kind == .file {
        #expect(!contains(try vault.folder.file(name).readAll(limit: .max), part), "\(name.text)")
      }
    }
  }

  private func contains(_ bytes: [UInt8], _ part: [UInt8]) -> Bool {
    bytes.indices.dropLast(max(0, part.count - 1)).contains { start in
      bytes[start] == part[0] && bytes[start..<start + part.count].elementsEqual(part)
    }
  }

  @Test("A change that was cut off between the copies or before the seal is finished")
  func cutOff() throws {
    let vault = try sample()
    let key = sampleBytes(32, seed: 52)
    let opened = try vault.open()
    let changed = try opened.header.adding(slot: .keyFile(digest: try SecureBytes(key)))
    // The first copy only.
    try vault.folder.remove("header.1")
    try vault.folder.create("header.1", holding: changed.header.bytes)
    #expect(try opens(vault, key))
    #expect(try vault.verify().lines == ["header header.1", "header header.2"])
    let finished = try vault.open().finishHeaderChange(records: vault.records)
    #expect(finished.header.header == changed.header)
    #expect(try vault.verify().lines == [])
    // Both copies, and a new one that was left, but no new manifest.
    let again = try finished.header.removing(try #require(changed.header.slots.last).id)
    try VaultHeaderFiles.write(again.header, in: vault.folder)
    try vault.folder.create("header.new", holding: changed.header.bytes)
    #expect(try vault.verify().lines == ["added header.new", "header header.1"])
    _ = try vault.open().finishHeaderChange(records: vault.records)
    #expect(try vault.verify().lines == [])
    #expect(try vault.folder.facts(of: "header.new") == nil)
    let counters = try ManifestFile.counters(in: vault.folder)
    _ = try vault.open().finishHeaderChange(records: vault.records)
    #expect(try ManifestFile.counters(in: vault.folder) == counters)
  }

  @Test("A change that was cut off while it was sealed leaves nothing of that behind")
  func cutOffSealing() throws {
    let vault = try sample()
    for isHeaderChanged in [true, false] {
      if isHeaderChanged {
        let key = try SecureBytes(sampleBytes(32, seed: 55))
        let changed = try vault.open().header.adding(slot: .keyFile(digest: key))
        try VaultHeaderFiles.write(changed.header, in: vault.folder)
      }
      let new = try vault.folder.folder(makingIfMissing: "new")
      try new.create("00112233445566778899aabbccddeeff", holding: sampleBytes(5000, seed: 56))
      _ = try vault.open().finishHeaderChange(records: vault.records)
      #expect(try vault.folder.facts(of: "new") == nil)
      #expect(try vault.verify().lines == [])
    }
    // What an act was writing is left to it.
    _ = try vault.folder.folder(makingIfMissing: "new")
    try vault.folder.create("journal", holding: [])
    _ = try vault.open().finishHeaderChange(records: vault.records)
    #expect(try vault.folder.facts(of: "new") != nil)
  }

  @Test("A header that was put back is not taken for a change that was cut off")
  func putBack() throws {
    let vault = try sample()
    let older = vault.header.header
    _ = try vault.open().add(
      .keyFile(digest: try SecureBytes(sampleBytes(32, seed: 53))), records: vault.records)
    try VaultHeaderFiles.write(older, in: vault.folder)
    #expect(throws: VaultError.self) {
      try vault.open().finishHeaderChange(records: vault.records)
    }
    #expect(throws: VaultError.self) {
      try vault.open().add(
        .keyFile(digest: try SecureBytes(sampleBytes(32, seed: 54))), records: vault.records)
    }
  }

  @Test("Where one copy of the header is made unusable in any way, the other opens the vault")
  func otherCopy() throws {
    let vault = try sample()
    let stranger = try SampleVault([]).header.header
    var forged = vault.header.header.bytes
    // The authenticator is wrong and the checksum right.
    forged[forged.count - 40] ^= 1
    var hash = KeyedHash()
    hash.add(forged[..<(forged.count - 32)])
    forged.replaceSubrange((forged.count - 32)..., with: hash.digest().bytes)
    for bytes in [[], Array("junk".utf8), stranger.bytes, forged] {
      for name: FileName in ["header.1", "header.2"] {
        let sound = try vault.folder.file(name).readAll(limit: .max)
        try vault.folder.remove(name)
        try vault.folder.create(name, holding: bytes)
        #expect(try vault.open().header.header == vault.header.header)
        try vault.folder.remove(name)
        try vault.folder.create(name, holding: sound)
      }
    }
  }

  @Test("What is no vault, newer and damaged are told apart")
  func codes() throws {
    let vault = try sample()
    func code(_ bytes: [UInt8]?) throws -> VaultError.Code? {
      for name: FileName in ["header.1", "header.2"] {
        try vault.folder.removeIfThere(name)
        if let bytes { try vault.folder.create(name, holding: bytes) }
      }
      return try failure { try OpenedVault.header(at: vault.path) }
    }
    let sound = vault.header.header.bytes
    var newer = sound
    newer[8] = 2
    var damaged = sound
    damaged[100] ^= 1
    #expect(try code(nil) == .notAVault)
    #expect(try code(Array("hello".utf8)) == .notAVault)
    #expect(try code(newer) == .newer)
    #expect(try code(damaged) == .damaged)
    #expect(try code(sound) == nil)
  }
}
