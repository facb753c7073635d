import Secrets
import Testing
import VaultFormat

@Suite("Changed headers")
struct HeaderChangingTests {
  let settings = VaultSettings(bulk: ["models"], application: "ollama")

  func start() throws -> UnlockedHeader {
    try VaultHeader.create(
      slots: [.passphrase(secret("one"), cheapest), .recoveryWords(counting(20))],
      settings: settings, made: 1)
  }

  /// What the bytes of a changed header open to.
  func reopened(
    _ header: UnlockedHeader, _ secret: consuming SlotSecret
  ) throws -> UnlockedHeader {
    try VaultHeader(parsing: header.header.bytes).unlock(secret)
  }

  @Test("open by an added slot, and by the old ones")
  func adding() throws {
    let before = try start()
    let after = try before.adding(slot: .keyFile(digest: counting(32)), made: 5)
    #expect(after.header.generation == 2)
    #expect(after.header.vaultID == before.header.vaultID)
    #expect(after.slotID == before.slotID)
    #expect(Array(after.header.slots.prefix(2)) == before.header.slots)
    #expect(after.header.slots[2].made == 5)
    for opened in [
      try reopened(after, .keyFile(digest: counting(32))),
      try reopened(after, .passphrase(secret("one"))),
      try reopened(after, .recoveryWords(counting(20))),
    ] {
      #expect(bytes(of: opened.keys.last.volume) == bytes(of: before.keys.last.volume))
      #expect(opened.settings == settings)
    }
  }

  @Test("do not open by a removed slot")
  func removing() throws {
    let before = try start().adding(slot: .keyFile(digest: counting(32)))
    let after = try before.removing(before.header.slots[1].id)
    #expect(after.header.generation == 3)
    #expect(after.header.slots.map(\.type) == [.passphrase, .keyFile])
    #expect(
      failure { _ = try reopened(after, .recoveryWords(counting(20))) } == .wrongSecret)
    _ = try reopened(after, .passphrase(secret("one")))
    _ = try reopened(after, .keyFile(digest: counting(32)))
  }

  @Test("never lose their last slot, nor one that they do not have")
  func lastSlot() throws {
    let before = try start()
    #expect(failure { _ = try before.removing(.none) } == .unsuitable)
    #expect(
      failure { _ = try before.replacing(.none, with: .keyFile(digest: counting(32))) }
        == .unsuitable)
    let one = try before.removing(before.header.slots[0].id)
    #expect(failure { _ = try one.removing(one.header.slots[0].id) } == .unsuitable)
    _ = try reopened(one, .recoveryWords(counting(20)))
  }

  @Test("open by the new secret in an old one's place, and no longer by the old")
  func replacing() throws {
    let before = try start()
    let opened = try reopened(before, .passphrase(secret("one")))
    let after = try opened.replacing(
      opened.slotID, with: .passphrase(secret("two"), cheapest), made: 7)
    #expect(after.header.slots.map(\.type) == [.passphrase, .recoveryWords])
    #expect(after.header.slots[0].id != before.header.slots[0].id)
    #expect(after.header.slots[0].publicKey != before.header.slots[0].publicKey)
    #expect(after.header.slots[0].made == 7)
    #expect(after.slotID == after.header.slots[0].id)
    #expect(failure { _ = try reopened(after, .passphrase(secret("one"))) } == .wrongSecret)
    _ = try reopened(after, .passphrase(secret("two")))
    _ = try reopened(after, .recoveryWords(counting(20)))
    let old = before.header.slots[0].bytes[48..<216]
    #expect(!after.header.bytes.indices.contains { after.header.bytes[$0...].starts(with: old) })
  }

  @Test("open every epoch by every slot, also by one that came later")
  func epochs() throws {
    let before = try start()
    let second = try before.beginningEpoch(made: 9).adding(slot: .keyFile(digest: counting(32)))
    let after = try second.beginningEpoch()
    #expect(after.header.generation == 4)
    #expect(after.header.epochs.map(\.number) == [1, 2, 3])
    #expect(after.header.epochs[1].made == 9)
    for opened in [
      try reopened(after, .passphrase(secret("one"))),
      try reopened(after, .recoveryWords(counting(20))),
      try reopened(after, .keyFile(digest: counting(32))),
    ] {
      #expect(opened.settings == settings)
      #expect(opened.keys.last.number == 3)
      var seen: Set<[UInt8]> = []
      for number in UInt32(1)...3 {
        let keys = try #require(opened.keys[number])
        let known = try #require(after.keys[number])
        #expect(bytes(of: keys.volume) == bytes(of: known.volume))
        seen.insert(bytes(of: keys.volume))
      }
      #expect(seen.count == 3)
    }
  }

  @Test("give no key of an epoch that they dropped")
  func dropping() throws {
    let before = try start().beginningEpoch().beginningEpoch()
    let after = try before.droppingEpochs(before: 3)
    #expect(after.header.epochs.map(\.number) == [3])
    #expect(after.keys[1] == nil && after.keys[2] == nil)
    let opened = try reopened(after, .passphrase(secret("one")))
    #expect(bytes(of: opened.keys.last.volume) == bytes(of: before.keys.last.volume))
    #expect(try after.droppingEpochs(before: 99).header.epochs.map(\.number) == [3])
    #expect(try after.beginningEpoch().keys.last.number == 4)
  }

  @Test("hold at most 16 epochs and 64 slots")
  func limits() throws {
    var header = try VaultHeader.create(slots: [.recoveryWords(counting(20))])
    for _ in 2...16 { header = try header.beginningEpoch() }
    #expect(failure { _ = try header.beginningEpoch() } == .unsuitable)
    for _ in 2...64 { header = try header.adding(slot: .keyFile(digest: counting(32))) }
    #expect(failure { _ = try header.adding(slot: .keyFile(digest: counting(32))) } == .unsuitable)
    #expect(header.header.bytes.count < VaultHeader.longest)
    let opened = try reopened(header, .recoveryWords(counting(20)))
    #expect(opened.keys[1] != nil && opened.keys.last.number == 16)
  }

  @Test("say what the new settings are, sealed under a new nonce")
  func changedSettings() throws {
    let before = try start()
    let new = VaultSettings(bulk: ["models", "blobs"], application: "ollama", made: 3)
    let after = try before.with(settings: new)
    #expect(try reopened(after, .passphrase(secret("one"))).settings == new)
    let same = try before.with(settings: settings)
    let end = before.header.bytes.count - 64
    let length = 40 + 6 + 6 + 6 + 6
    let nonce = end - length..<end - length + 24
    #expect(before.header.bytes[nonce] != same.header.bytes[nonce])
  }

  @Test("have a digest that is H of their bytes")
  func digest() throws {
    let header = try start().header
    var hash = KeyedHash()
    hash.add(header.bytes)
    let expected = hash.digest()
    #expect(header.digest == expected)
  }
}
