import Secrets
import Testing
import VaultFormat

@Suite("Damaged headers")
struct HeaderDamageTests {
  let header: [UInt8]

  init() throws {
    header = try VaultHeader.create(
      slots: [.passphrase(secret("one"), cheapest)], settings: VaultSettings(bulk: ["m"]), made: 1
    ).header.bytes
  }

  /// Where the parts of this header, with one slot and one epoch, lie.
  enum Place {
    static let slot = 48
    static let epoch = slot + 224
    static let settings = epoch + 48 + 80
  }

  @Test("open while nothing was changed")
  func unchanged() {
    #expect(failure(opening: header, "one") == nil)
    #expect(header.withChecksum() == header)
  }

  @Test("never open with any byte changed, and say that it is damage")
  func everyByte() {
    for place in header.indices {
      for bits: UInt8 in [0x01, 0x80, 0xff] {
        let code = failure(opening: header.flipping(place, bits), "one")
        switch place {
        case 0..<8: #expect(code == .notAVault, "byte \(place)")
        case 8..<10: #expect(code == .newer || code == .damaged, "byte \(place)")
        default: #expect(code == .damaged, "byte \(place)")
        }
      }
    }
  }

  @Test("never open with any byte changed and the checksum made to match")
  func everyByteForged() {
    for place in header.indices.dropLast(Digest.count) {
      for bits: UInt8 in [0x01, 0x80, 0xff] {
        #expect(
          failure(opening: header.flipping(place, bits).withChecksum(), "one") != nil,
          "byte \(place)")
      }
    }
  }

  @Test("never open cut or lengthened")
  func everyLength() {
    for count in header.indices {
      let code = failure(opening: Array(header[..<count]), "one")
      #expect(code == (count < 48 ? .notAVault : .damaged), "\(count) bytes")
      if count >= 80 {
        #expect(failure(opening: Array(header[..<count]).withChecksum(), "one") == .damaged)
      }
    }
    #expect(failure(opening: header + [0], "one") == .damaged)
    #expect(failure(opening: (header + [0]).withChecksum(), "one") == .damaged)
    #expect(failure(opening: [], "one") == .notAVault)
  }

  @Test("tell a wrong secret from damage by the slot's commitment")
  func commitment() {
    let commitment = Place.slot + 80..<Place.slot + 112
    for place in commitment {
      #expect(failure(opening: header.flipping(place).withChecksum(), "one") == .wrongSecret)
    }
    // Nonce, private key, header key and tag.
    for place in commitment.upperBound..<Place.slot + 216 {
      #expect(failure(opening: header.flipping(place).withChecksum(), "one") == .damaged)
    }
    // What the wrapping key is bound to: id, salt, public key.
    for place in Array(Place.slot..<Place.slot + 16) + Array(Place.slot + 32..<Place.slot + 80) {
      #expect(failure(opening: header.flipping(place).withChecksum(), "one") == .wrongSecret)
    }
    #expect(failure(opening: header, "two") == .wrongSecret)
  }

  @Test("do not derive from a weakened passphrase slot")
  func weakened() throws {
    let strong = PassphraseDerivation(passes: 3, memoryKiB: 64)
    let header = try VaultHeader.create(
      slots: [.passphrase(secret("one"), strong), .recoveryWords(counting(20))]
    ).header.bytes
    let weak = header.setting(Place.slot + 20, to: [1, 0, 0, 0, 8, 0, 0, 0]).withChecksum()
    #expect(failure(opening: weak, "one") == .wrongSecret)
    #expect(
      failure { _ = try VaultHeader(parsing: weak).unlock(.recoveryWords(counting(20))) }
        == .damaged)
  }

  @Test("are damaged where epoch, settings or authenticator are not what was written")
  func authenticated() {
    let end = header.count - Digest.count
    for place in Place.epoch + 16..<end {
      #expect(
        failure(opening: header.flipping(place).withChecksum(), "one") == .damaged,
        "byte \(place)")
    }
    // When the slot and the epoch were made, and the generation.
    for place in [Place.slot + 216, Place.epoch + 8, 32] {
      #expect(failure(opening: header.flipping(place, 2).withChecksum(), "one") == .damaged)
    }
  }

  static let unknown: [(Int, UInt8)] = [
    (8, 2), (9, 1), (10, 3), (Place.slot + 16, 9), (Place.slot + 16, 0), (Place.slot + 17, 2),
    (Place.epoch + 4, 2), (Place.epoch + 4, 0),
  ]

  @Test(
    "are of a newer format with a version, kind, type, derivation or cipher that is not known",
    arguments: unknown)
  func newer(place: Int, byte: UInt8) {
    #expect(
      failure(opening: header.setting(place, to: [byte]).withChecksum(), "one") == .newer)
  }

  static let outside: [(Int, [UInt8])] = [
    (8, [0, 0]), (32, [0, 0, 0, 0, 0, 0, 0, 0]), (40, [0, 0]), (40, [65, 0]), (42, [0, 0]),
    (42, [17, 0]), (44, [39, 0, 0, 0]), (44, [1, 0, 16, 0]), (44, [255, 255, 255, 255]),
    (Place.slot + 20, [0, 0, 0, 0]), (Place.slot + 20, [65, 0, 0, 0]),
    (Place.slot + 24, [7, 0, 0, 0]), (Place.slot + 24, [1, 0, 64, 0]), (Place.slot + 17, [0]),
    (Place.epoch, [0, 0, 0, 0]),
  ]

  @Test("are damaged with a number outside its limits", arguments: outside)
  func limits(place: Int, bytes: [UInt8]) {
    #expect(failure(opening: header.setting(place, to: bytes).withChecksum(), "one") == .damaged)
  }

  static let zeroPlaces: [Int] = [
    11, Place.slot + 18, Place.slot + 19, Place.slot + 28, Place.slot + 29, Place.slot + 30,
    Place.slot + 31, Place.epoch + 5, Place.epoch + 6, Place.epoch + 7,
  ]

  @Test("are damaged where a byte that is zero is not", arguments: zeroPlaces)
  func zeros(place: Int) {
    #expect(header[place] == 0)
    #expect(failure(opening: header.flipping(place).withChecksum(), "one") == .damaged)
  }

  @Test("are damaged where a recipient's or another slot has bytes that must be zero")
  func slotZeros() throws {
    let recipient = try KeyPair(privateKey: counting(32)).publicKey
    let header = try VaultHeader.create(slots: [
      .recipient(publicKey: recipient), .recoveryWords(counting(20)),
    ]).header.bytes
    let places = Array(17..<48) + Array(160..<216) + Array(224 + 17..<224 + 32)
    for place in places.map({ Place.slot + $0 }) {
      #expect(header[place] == 0)
      #expect(
        failure { _ = try VaultHeader(parsing: header.flipping(place, 4).withChecksum()) } != nil,
        "byte \(place)")
    }
  }

  @Test("are damaged with two slots of one id, or epochs that do not ascend")
  func twice() throws {
    let made = try VaultHeader.create(slots: [
      .recoveryWords(counting(20)), .keyFile(digest: counting(32)),
    ]).beginningEpoch()
    let header = made.header.bytes
    let id = Array(header[48..<64])
    #expect(
      failure { _ = try VaultHeader(parsing: header.setting(48 + 224, to: id).withChecksum()) }
        == .damaged)
    let second = 48 + 2 * 224 + 48 + 2 * 80
    #expect(header[second] == 2)
    #expect(
      failure { _ = try VaultHeader(parsing: header.setting(second, to: [1]).withChecksum()) }
        == .damaged)
  }
}
