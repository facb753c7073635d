import Secrets
import Testing
import VaultFormat

@Suite("Keys that one process hands to another")
struct HandingOverTests {
  private func sample() throws -> UnlockedHeader {
    try VaultHeader.create(
      slots: [.passphrase(secret("one"), cheapest), .passphrase(secret("two"), cheapest)],
      settings: VaultSettings(
        bulk: ["models"], application: "jan", storePath: Array("/home/a".utf8), made: 1)
    ).beginningEpoch()
  }

  @Test("open the header that they are of, with its settings and the same keys")
  func opens() throws {
    let made = try sample()
    let found = try VaultHeader(parsing: made.header.bytes)
    let unlocked = try found.unlock(.passphrase(secret("two")))
    let opened = try found.unlock(handedOver: unlocked.handedOver())
    #expect(opened.settings == made.settings)
    #expect(opened.slotID == found.slots[1].id)
    #expect(opened.keys.last.number == 2)
    for epoch in found.epochs {
      let (left, right) = (
        try #require(opened.keys[epoch.number]), try #require(made.keys[epoch.number])
      )
      #expect(bytes(of: left.volume) == bytes(of: right.volume))
      #expect(bytes(of: left.content) == bytes(of: right.content))
    }
    // What is opened so can be changed: the header key is there too.
    let changed = try opened.adding(slot: .passphrase(secret("three"), cheapest)).header
    #expect(throws: Never.self) {
      _ = try VaultHeader(parsing: changed.bytes).unlock(.passphrase(secret("three")))
    }
  }

  @Test("are slot, header key and the epochs' keys, and nothing else")
  func layout() throws {
    let made = try sample()
    let over = bytes(of: try made.handedOver())
    #expect(over.count == 16 + 32 + 2 * 36)
    #expect(over.count <= UnlockedHeader.longestHandedOver)
    #expect(Array(over[..<16]) == made.slotID.bytes)
    #expect(Array(over[48..<52]) == [1, 0, 0, 0])
    #expect(Array(over[84..<88]) == [2, 0, 0, 0])
    #expect(Array(over[88...]) == bytes(of: made.keys.last.volume))
  }

  @Test("open no other header, and none that was changed")
  func others() throws {
    let made = try sample()
    let over = try made.handedOver()
    let other = try sample().header
    #expect(failure { _ = try other.unlock(handedOver: over) } == .unsuitable)
    let later = try made.droppingEpochs(before: 2).header
    #expect(failure { _ = try later.unlock(handedOver: over) } == .unsuitable)
    let removed = try made.removing(made.slotID).header
    #expect(failure { _ = try removed.unlock(handedOver: over) } == .unsuitable)
    // The generation, which stands behind magic, version, kind, length and id.
    let forged = made.header.bytes.flipping(32).withChecksum()
    #expect(
      failure { _ = try VaultHeader(parsing: forged).unlock(handedOver: over) } == .damaged)
  }

  @Test("are believed in no bit", arguments: [16, 47, 48, 52, 83, 84, 88, 119])
  func damaged(place: Int) throws {
    let made = try sample()
    var over = try made.handedOver()
    over[place] ^= 1
    #expect(failure { _ = try made.header.unlock(handedOver: over) } != nil)
    let short = try over.part(0..<over.count - 1)
    #expect(failure { _ = try made.header.unlock(handedOver: short) } == .unsuitable)
  }
}
