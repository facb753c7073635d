import Secrets
import Testing

@testable import VaultFormat

/// What somebody can make who reads a header but has none of its secrets: public keys are in the
/// clear, and anyone can box a volume key of their own to them.
@Suite("Forged headers")
struct HeaderForgeryTests {
  let honest: UnlockedHeader

  init() throws {
    honest = try VaultHeader.create(
      slots: [.passphrase(secret("one"), cheapest), .recoveryWords(counting(20))],
      settings: VaultSettings(bulk: ["models"]))
  }

  /// A header with the honest slots, sealed with the forger's own keys.
  func forged(_ epochs: [EpochRecord], _ last: EpochKeys) throws -> [UInt8] {
    let header = VaultHeader(
      kind: .vault, vaultID: honest.header.vaultID, generation: 2, slots: honest.header.slots,
      epochs: epochs)
    let forgersKey = HeaderKey(try SecureBytes.random(count: 32))
    return try header.sealed(VaultSettings(bulk: ["*"]), last, forgersKey).bytes
  }

  func epoch(_ number: UInt32) throws -> (record: EpochRecord, keys: EpochKeys) {
    let keys = try EpochKeys.random(number: number)
    let record = try EpochRecord(
      keys, of: honest.header.vaultID, slots: honest.header.slots, made: 1)
    return (record, keys)
  }

  @Test("with an epoch added are damaged, by every secret")
  func addedEpoch() throws {
    let new = try epoch(2)
    let bytes = try forged(honest.header.epochs + [new.record], new.keys)
    #expect(failure(opening: bytes, "one") == .damaged)
    #expect(
      failure { _ = try VaultHeader(parsing: bytes).unlock(.recoveryWords(counting(20))) }
        == .damaged)
  }

  @Test("with the epoch replaced are damaged")
  func replacedEpoch() throws {
    let new = try epoch(1)
    #expect(try failure(opening: forged([new.record], new.keys), "one") == .damaged)
  }

  @Test("with a slot of another vault that the same passphrase opens do not open")
  func movedSlot() throws {
    let other = try VaultHeader.create(slots: [.passphrase(secret("one"), cheapest)])
    let bytes = honest.header.bytes.setting(48, to: other.header.slots[0].bytes).withChecksum()
    #expect(failure(opening: bytes, "one") == .wrongSecret)
  }

  @Test("with two boxes exchanged or an epoch's number changed are damaged")
  func exchangedBoxes() throws {
    var epoch = honest.header.epochs[0]
    epoch.boxes.swapAt(0, 1)
    #expect(try failure(opening: forged([epoch], honest.keys.last), "one") == .damaged)
    let bytes = honest.header.bytes.setting(48 + 2 * 224, to: [5]).withChecksum()
    #expect(failure(opening: bytes, "one") == .damaged)
  }

  @Test("whose boxes hold another key than the epoch commits to are damaged, whoever made them")
  func brokenCommitment() throws {
    let other = try epoch(1)
    var record = honest.header.epochs[0]
    record.boxes = other.record.boxes
    let header = VaultHeader(
      kind: .vault, vaultID: honest.header.vaultID, generation: 2, slots: honest.header.slots,
      epochs: [record])
    let sealed = try header.sealed(honest.settings, other.keys, honest.headerKey)
    #expect(failure(opening: sealed.bytes, "one") == .damaged)
  }
}
