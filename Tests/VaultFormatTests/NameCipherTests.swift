import Testing
import VaultFormat

@Suite("Names")
struct NameCipherTests {
  private func restBytes(_ name: DiskName) -> [UInt8]? {
    if case .long(_, let rest) = name { return rest }
    return nil
  }

  @Test("of every length come back, in the lengths on disk that the format's page gives")
  func everyLength() throws {
    let cipher = NameCipher(try knownEpoch())
    for length in 1...255 {
      let name = pattern(length, seed: UInt64(length)).map { $0 == 0 || $0 == 0x2F ? 0x61 : $0 }
      let disk = try cipher.encode(name: name, in: knownID(1))
      #expect(try cipher.decode(disk.name, rest: restBytes(disk), in: knownID(1)) == name)
      switch length {
      case ...32: #expect(disk.name.utf8.count == 77)
      case ...64: #expect(disk.name.utf8.count == 128)
      case ...96: #expect(disk.name.utf8.count == 180)
      case ...128: #expect(disk.name.utf8.count == 231)
      default:
        #expect(disk.name.utf8.count == 52)
        #expect(restBytes(disk)?.count == 16 + (length + 31) / 32 * 32)
        #expect(disk.restName == disk.name + ".name")
      }
      #expect((restBytes(disk) == nil) == (length <= 128))
      #expect(disk.name.utf8.allSatisfy { "abcdefghijklmnopqrstuvwxyz234567".utf8.contains($0) })
      #expect(DiskName.needsRest(disk.name.utf8) == (length > 128))
    }
  }

  @Test("in any script come back byte for byte")
  func scripts() throws {
    let cipher = NameCipher(try knownEpoch())
    for name in [
      "größer", "東京 – Entwürfe.json", "e\u{301}", "\u{1F469}\u{200D}\u{1F4BB}", " ", "…",
    ] {
      let disk = try cipher.encode(name: Array(name.utf8), in: knownID(1))
      #expect(try cipher.decode(disk.name, in: knownID(1)) == Array(name.utf8))
    }
    // No UTF-8 at all.
    let disk = try cipher.encode(name: [0xFF, 0xFE, 0x80], in: knownID(1))
    #expect(try cipher.decode(disk.name, in: knownID(1)) == [0xFF, 0xFE, 0x80])
  }

  @Test("are the same again in one folder and others in another")
  func folders() throws {
    let cipher = NameCipher(try knownEpoch())
    let name = Array("chat.json".utf8)
    let disk = try cipher.encode(name: name, in: knownID(1))
    #expect(try cipher.encode(name: name, in: knownID(1)) == disk)
    #expect(try cipher.encode(name: name, in: knownID(2)) != disk)
    #expect(throws: VaultFormatError.self) { try cipher.decode(disk.name, in: knownID(2)) }
  }

  @Test("that no folder can have are refused")
  func impossible() throws {
    let cipher = NameCipher(try knownEpoch())
    for name in ["", ".", "..", "a/b", "/", "a\0b", "\0"] {
      #expect(throws: VaultFormatError.self, "\(name)") {
        try cipher.encode(name: Array(name.utf8), in: knownID(1))
      }
    }
    #expect(throws: VaultFormatError.self) {
      try cipher.encode(name: [UInt8](repeating: 0x61, count: 256), in: knownID(1))
    }
    #expect(throws: Never.self) { try cipher.encode(name: Array("...".utf8), in: knownID(1)) }
  }

  @Test("that were tampered with do not open")
  func tampered() throws {
    let cipher = NameCipher(try knownEpoch())
    let alphabet = Array("abcdefghijklmnopqrstuvwxyz234567".utf8)
    for length in [3, 40, 128] {
      let name = [UInt8](repeating: 0x71, count: length)
      let disk = Array(try cipher.encode(name: name, in: knownID(1)).name.utf8)
      for index in disk.indices {
        var changed = disk
        let value = alphabet.firstIndex(of: changed[index]) ?? 0
        changed[index] = alphabet[(value + 1) % 32]
        #expect(throws: VaultFormatError.self) { try cipher.decode(changed, in: knownID(1)) }
      }
      for other in [
        Array(disk.dropLast()), disk + [0x61], disk.map { $0 & 0xDF }, Array(disk.dropFirst(8)), [],
        Array("folder".utf8), disk + Array(".name".utf8), Array("=".utf8) + disk.dropFirst(),
      ] {
        #expect(throws: VaultFormatError.self) { try cipher.decode(other, in: knownID(1)) }
      }
      #expect(throws: VaultFormatError.self) {
        try cipher.decode(disk, rest: [UInt8](repeating: 0, count: 176), in: knownID(1))
      }
    }
  }

  @Test("too long for the file system need the right file beside them")
  func long() throws {
    let cipher = NameCipher(try knownEpoch())
    let name = [UInt8](repeating: 0x71, count: 200)
    let disk = try cipher.encode(name: name, in: knownID(1))
    let rest = try #require(restBytes(disk))
    #expect(try cipher.decode(disk.name, rest: rest, in: knownID(1)) == name)
    #expect(throws: VaultFormatError.self) { try cipher.decode(disk.name, in: knownID(1)) }
    for index in rest.indices {
      var changed = rest
      changed[index] ^= 4
      #expect(throws: VaultFormatError.self) {
        try cipher.decode(disk.name, rest: changed, in: knownID(1))
      }
    }
    for other in [[], Array(rest.dropLast()), rest + [0], [UInt8](repeating: 0, count: 100_000)] {
      #expect(throws: VaultFormatError.self) {
        try cipher.decode(disk.name, rest: other, in: knownID(1))
      }
    }
    let longer = try cipher.encode(name: name + name[..<50], in: knownID(1))
    #expect(throws: VaultFormatError.self) {
      try cipher.decode(disk.name, rest: restBytes(longer), in: knownID(1))
    }
  }
}
