import Secrets
import Testing
import VaultFormat

@Suite("A header that another implementation wrote")
struct WrittenHeaderTests {
  @Test("is read whole and written again byte for byte")
  func identity() throws {
    let header = try VaultHeader(parsing: WrittenHeader.bytes)
    #expect(header.bytes == WrittenHeader.bytes)
    #expect(header.kind == .vault)
    #expect(header.generation == 9)
    #expect(
      header.slots.map(\.type)
        == [.passphrase, .recoveryWords, .keyFile, .recipient, .keyRing, .tpm])
    #expect(header.slots[0].derivation == PassphraseDerivation(passes: 2, memoryKiB: 16))
    #expect(header.slots.map(\.made) == (1...5).map { 1_700_000_000 + $0 } + [nil])
    #expect(header.epochs.map(\.number) == [1, 3])
    #expect(header.epochs.map(\.made) == [1_700_000_101, 1_700_000_103])
  }

  @Test("opens by every secret that it has a slot for")
  func opening() throws {
    var contents = KeyedHash()
    contents.add("the contents of a key file")
    let header = try VaultHeader(parsing: WrittenHeader.bytes)
    try check(header.unlock(.passphrase(secret("pässword"))), header, 0)
    try check(header.unlock(.recoveryWords(counting(20))), header, 1)
    try check(header.unlock(.keyFile(digest: contents.key())), header, 2)
    try check(header.unlock(.identity(privateKey: counting(32))), header, 3)
    try check(header.unlock(.ring(counting(32, from: 64))), header, 4)
  }

  private func check(_ opened: UnlockedHeader, _ header: VaultHeader, _ place: Int) throws {
    #expect(opened.slotID == header.slots[place].id)
    #expect(opened.keys.last.number == 3)
    #expect(bytes(of: opened.keys.last.volume) == WrittenHeader.last)
    let first = try #require(opened.keys[1])
    #expect(bytes(of: first.volume) == WrittenHeader.first)
    #expect(opened.keys[2] == nil)
    #expect(opened.settings.bulk == ["models", "*.gguf"])
    #expect(opened.settings.application == "jan")
    #expect(opened.settings.storePath == Array("/home/a/".utf8) + [0xff])
    #expect(opened.settings.made == 1_700_000_000)
    #expect(opened.settings.others.map(\.tag) == [77])
    #expect(opened.settings.others.map(\.value) == [Array("later".utf8)])
  }

  @Test("keeps the slot of a type it does not know, and what a later version set, when it changes")
  func kept() throws {
    let written = try VaultHeader(parsing: WrittenHeader.bytes)
    let opened = try written.unlock(.recoveryWords(counting(20)))
    let changed = try opened.adding(slot: .keyFile(digest: counting(32))).removing(
      written.slots[0].id)
    let header = try VaultHeader(parsing: changed.header.bytes)
    #expect(header.slots[4] == written.slots[5])
    let reopened = try header.unlock(.keyFile(digest: counting(32)))
    #expect(reopened.settings == opened.settings)
    // What an epoch boxed for it is kept too: 48 bytes and five boxes before it.
    let place = 48 + 224 * 6
    let epoch = written.bytes[(place)..<(place + 48 + 80 * 6)]
    let box = Array(epoch.suffix(80))
    #expect(header.bytes.indices.contains { header.bytes[$0...].starts(with: box) })
  }

  @Test("begins no epoch, for which the unknown slot would get no key")
  func noEpoch() throws {
    let opened = try VaultHeader(parsing: WrittenHeader.bytes).unlock(
      .recoveryWords(counting(20)))
    #expect(failure { _ = try opened.beginningEpoch() } == .newer)
    let known = try opened.removing(opened.header.slots[5].id).beginningEpoch()
    #expect(known.keys.last.number == 4)
  }
}
