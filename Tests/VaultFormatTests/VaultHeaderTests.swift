import Secrets
import Testing
import VaultFormat

@Suite("Headers")
struct VaultHeaderTests {
  let settings = VaultSettings(
    bulk: ["models", "*.gguf"], application: "jan", storePath: Array("/home/a/Jan".utf8),
    made: 1_750_000_000)

  @Test("open by every type of secret, to the same keys and settings")
  func everyType() throws {
    let recipient = try KeyPair(privateKey: counting(32, from: 1))
    let made = try VaultHeader.create(
      slots: [
        .passphrase(secret("horse"), cheapest), .recoveryWords(counting(20)),
        .keyFile(digest: counting(32)), .recipient(publicKey: recipient.publicKey),
        .ring(counting(32, from: 9)),
      ],
      settings: settings, made: 1_750_000_001)
    let header = try VaultHeader(parsing: made.header.bytes)
    #expect(header == made.header)
    #expect(header.bytes == made.header.bytes)
    #expect(header.generation == 1)
    #expect(header.slots.map(\.type) == [.passphrase, .recoveryWords, .keyFile, .recipient, .keyRing])
    #expect(header.slots.map(\.made) == Array(repeating: 1_750_000_001, count: 5))
    #expect(header.slots.map(\.derivation) == [cheapest, nil, nil, nil, nil])

    func check(_ secret: consuming SlotSecret, _ slot: Int) throws {
      let opened = try header.unlock(secret)
      #expect(opened.slotID == header.slots[slot].id)
      #expect(opened.settings == settings)
      let isSame = opened.keys.last.volume.equals(made.keys.last.volume)
      #expect(isSame)
      #expect(opened.keys.last.number == 1)
    }
    try check(.passphrase(secret("horse")), 0)
    try check(.recoveryWords(counting(20)), 1)
    try check(.keyFile(digest: counting(32)), 2)
    try check(.identity(privateKey: counting(32, from: 1)), 3)
    try check(.ring(counting(32, from: 9)), 4)
  }
}
