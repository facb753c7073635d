import Secrets
import Testing
import VaultFormat

@Suite("Headers")
struct VaultHeaderTests {
  let settings = VaultSettings(
    bulk: ["models", "*.gguf"], application: "jan", storePath: Array("/home/a/Jan".utf8),
    made: 1_750_000_000)

  /// A header with a slot of every type.
  func everyType() throws -> UnlockedHeader {
    let recipient = try KeyPair(privateKey: counting(32, from: 1))
    return try VaultHeader.create(
      slots: [
        .passphrase(secret("horse"), cheapest), .recoveryWords(counting(20)),
        .keyFile(digest: counting(32)), .recipient(publicKey: recipient.publicKey),
        .ring(counting(32, from: 9)),
      ],
      settings: settings, made: 1_750_000_001)
  }

  @Test("open by every type of secret, to the same keys and settings")
  func opening() throws {
    let made = try everyType()
    let header = try VaultHeader(parsing: made.header.bytes)
    #expect(header == made.header)
    #expect(header.generation == 1)
    #expect(header.slots.map(\.made) == Array(repeating: 1_750_000_001, count: 5))
    #expect(header.slots.map(\.derivation) == [cheapest, nil, nil, nil, nil])

    func check(_ secret: consuming SlotSecret, _ place: Int) throws {
      let opened = try header.unlock(secret)
      #expect(opened.slotID == header.slots[place].id)
      #expect(header.slots[place].type.rawValue == UInt8(place + 1))
      #expect(opened.settings == settings)
      #expect(bytes(of: opened.keys.last.volume) == bytes(of: made.keys.last.volume))
      #expect(opened.keys.last.number == 1)
    }
    try check(.passphrase(secret("horse")), 0)
    try check(.recoveryWords(counting(20)), 1)
    try check(.keyFile(digest: counting(32)), 2)
    try check(.identity(privateKey: counting(32, from: 1)), 3)
    try check(.ring(counting(32, from: 9)), 4)
  }

  @Test("do not open by a wrong secret of any type, nor by one of the wrong length")
  func wrongSecrets() throws {
    let header = try everyType().header
    func check(_ secret: consuming SlotSecret) -> VaultFormatError.Code? {
      do throws(VaultFormatError) {
        _ = try header.unlock(secret)
        return nil
      } catch {
        return error.code
      }
    }
    #expect(try check(.passphrase(secret("Horse"))) == .wrongSecret)
    #expect(try check(.passphrase(secret(""))) == .wrongSecret)
    #expect(try check(.recoveryWords(counting(20, from: 1))) == .wrongSecret)
    #expect(try check(.recoveryWords(counting(21))) == .wrongSecret)
    #expect(try check(.keyFile(digest: counting(32, from: 1))) == .wrongSecret)
    #expect(try check(.keyFile(digest: counting(0))) == .wrongSecret)
    #expect(try check(.identity(privateKey: counting(32, from: 2))) == .wrongSecret)
    #expect(try check(.identity(privateKey: counting(31, from: 1))) == .wrongSecret)
    #expect(try check(.ring(counting(32, from: 8))) == .wrongSecret)
  }

  @Test("are not the same twice, whatever they are made from")
  func fresh() throws {
    let (first, second) = try (everyType(), everyType())
    #expect(first.header.vaultID != second.header.vaultID)
    #expect(bytes(of: first.keys.last.volume) != bytes(of: second.keys.last.volume))
    for (one, other) in zip(first.header.slots, second.header.slots) {
      #expect(one.id != other.id)
      #expect(one.type == .recipient || one.publicKey != other.publicKey)
    }
    let nonces = Set(
      (first.header.slots + second.header.slots).filter { $0.type != .recipient }.map {
        Array($0.bytes[112..<136])
      })
    #expect(nonces.count == 8)
  }

  @Test("give away neither settings nor keys")
  func nothingShown() throws {
    let made = try everyType()
    let text = made.header.bytes
    for wanted in ["models", "gguf", "jan", "/home"] {
      #expect(!text.indices.contains { text[$0...].starts(with: wanted.utf8) })
    }
    let volume = bytes(of: made.keys.last.volume)
    #expect(!text.indices.contains { text[$0...].starts(with: volume[..<8]) })
  }

  @Test("of a key ring have no settings")
  func keyRing() throws {
    let ring = try VaultHeader.create(.keyRing, slots: [.passphrase(secret("one"), cheapest)])
    let header = try VaultHeader(parsing: ring.header.bytes)
    #expect(header.kind == .keyRing)
    let volume = try header.unlock(.passphrase(secret("one"))).keys.last.volume.duplicate()
    let member = try VaultHeader.create(slots: [.ring(volume)])
    let opened = try member.header.unlock(.ring(ring.keys.last.volume.duplicate()))
    #expect(bytes(of: opened.keys.last.volume) == bytes(of: member.keys.last.volume))
    #expect(
      failure {
        _ = try VaultHeader.create(
          .keyRing, slots: [.passphrase(secret("one"), cheapest)], settings: settings)
      } == .unsuitable)
  }

  @Test("try every slot of a type")
  func severalSlots() throws {
    let made = try VaultHeader.create(slots: [
      .passphrase(secret("one"), cheapest), .passphrase(secret("two"), cheapest),
      .passphrase(secret("one"), cheapest),
    ])
    #expect(try made.header.unlock(.passphrase(secret("two"))).slotID == made.header.slots[1].id)
    #expect(try made.header.unlock(.passphrase(secret("one"))).slotID == made.header.slots[0].id)
  }

  @Test("are not made without slots, with too many, or with parts that cannot be used")
  func unsuitable() throws {
    func code(_ slots: [NewSlot], _ settings: VaultSettings = VaultSettings())
      -> VaultFormatError.Code?
    {
      failure { _ = try VaultHeader.create(slots: slots, settings: settings) }
    }
    #expect(code([]) == .unsuitable)
    let words = try NewSlot.recoveryWords(counting(20))
    #expect(code(Array(repeating: words, count: 64)) == nil)
    #expect(code(Array(repeating: words, count: 65)) == .unsuitable)
    #expect(try code([.recoveryWords(counting(19))]) == .unsuitable)
    #expect(try code([.keyFile(digest: counting(20))]) == .unsuitable)
    #expect(try code([.ring(counting(33))]) == .unsuitable)
    #expect(code([.recipient(publicKey: [UInt8](repeating: 0, count: 32))]) == .unsuitable)
    #expect(code([.recipient(publicKey: [1, 2, 3])]) == .unsuitable)
    let tooMuch = PassphraseDerivation(passes: 65, memoryKiB: 8)
    #expect(try code([.passphrase(secret("one"), tooMuch)]) == .unsuitable)
    let room = 1_048_576 - 40 - 6
    let longest = VaultSettings(storePath: [UInt8](repeating: 47, count: room))
    #expect(code([words], longest) == nil)
    let longer = VaultSettings(storePath: [UInt8](repeating: 47, count: room + 1))
    #expect(code([words], longer) == .unsuitable)
  }
}
