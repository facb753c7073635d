import Secrets
import Testing

@testable import VaultFormat

/// What is written is byte for byte what a second implementation writes: `vectors.py`, with PyNaCl
/// and hashlib, printed each of these.
@Suite("Bytes as a second implementation writes them")
struct VectorTests {
  private let id = knownID(7)

  private func digest(_ bytes: [UInt8]) -> String {
    var hash = KeyedHash()
    hash.add(bytes)
    return hex(hash.digest().bytes)
  }

  private func digest(_ key: borrowing SecureBytes) -> String {
    digest(key.withBytes { Array($0) })
  }

  @Test("of an epoch's keys")
  func keys() throws {
    let keys = try knownEpoch()
    let content = digest(keys.content)
    let names = digest(keys.names)
    let nameIDs = digest(keys.nameIDs)
    let journal = digest(keys.journal)
    let log = digest(keys.log)
    #expect(content == "3ddf7c99cf9aa7acc0a961baa9689a2b300b9c36f07cc66b6dae97af8c046115")
    #expect(names == "79007e40bdc43a7f49301fbc6e2aa57ca53e195699a43cab599022d9d25cf876")
    #expect(nameIDs == "61ffcda01efcca7bc7f1566f362e372d2213b256cee971ba04ae3cc91edb680d")
    #expect(journal == "945c5520b1f066ff05022c892ff093906678a185bb33c5094ba094a55978c64c")
    #expect(log == "c016c026b7639a39052321e4b2bc4776369a4dcce0fb85c8a5d844d9064455bd")
  }

  @Test("of a block")
  func block() throws {
    let object = try SealedObject(knownEpoch(), id)
    let plaintext = (0..<4096).map { UInt8(truncatingIfNeeded: $0 * 7 + 3) }
    var page = [UInt8](repeating: 0, count: 4096)
    var seal = [UInt8](repeating: 0x11, count: 24) + [UInt8](repeating: 0, count: 16)
    plaintext.withUnsafeBytes { plaintext in
      page.withUnsafeMutableBytes { page in
        seal.withUnsafeMutableBytes {
          object.keys.seal(block: 70, plaintext, into: page, seal: $0)
        }
      }
    }
    #expect(
      digest(page) == "edcbda83d8a5fe459eeee3e2a207f7e6779786388abf7b5927169d2c40948a09")
    #expect(seal[..<24].allSatisfy { $0 == 0x11 })
    #expect(hex(seal[24...]) == "2e6cbaaae8d31c97598b32299232d2b0")
  }

  @Test("of heads in both layouts")
  func heads() throws {
    let object = try SealedObject(knownEpoch(), id)
    var head = ObjectHead(.file, id: id, epoch: 1)
    head.mode = 0o1751
    head.owner = 1000
    head.group = 100
    head.generation = 9
    head.modified = ObjectTime(seconds: -5, nanoseconds: 999_999_999)
    head.accessed = ObjectTime(seconds: 1 << 33, nanoseconds: 1)
    func page(_ head: ObjectHead) throws -> [UInt8] {
      var page = [UInt8](repeating: 0x22, count: 4096)
      try page.withUnsafeMutableBytes { try object.keys.seal(headWithNonceSet: head, into: $0) }
      return page
    }
    var inside = head
    inside.attributes = try ExtendedAttributes.encode([
      (name: Array("user.a".utf8), value: Array("ok".utf8))
    ])
    inside.contents = Array("hello".utf8)
    inside.size = 5
    #expect(
      digest(try page(inside))
        == "ff0364535b4150e78223441c216466a6097667496643868ab6f79100ec1a8b72")
    var blocks = head
    blocks.layout = .blocks
    blocks.size = 300_000
    blocks.root = Digest([UInt8](repeating: 0x33, count: 32)) ?? .zero
    blocks.firstSeals = [UInt8](repeating: 0x44, count: 2560)
    #expect(
      digest(try page(blocks))
        == "9db4fbd7fc53afcf6d583445491696d11d4d5dea4301e8310f5af026e61841b8")
  }

  @Test(
    "of roots",
    arguments: [
      (0, "0000000000000000000000000000000000000000000000000000000000000000"),
      (1, "0000000000000000000000000000000000000000000000000000000000000000"),
      (2, "d60acdd570b7371a06008c2cf68c9f24ab8443a95d46cbcf9d360ead29a1b455"),
      (128, "7c2780a55ad212edaa1033693d33b01b67b2c0e2659c215b21d395c46ecc4196"),
      (129, "0ccaf89ea0bc6050cc16f49d75b87b63328a2927dfb46042e60d07993d550dd6"),
      (16385, "e67f8c1b26bc0beaec10f2af6470e7480652965be691f838c915d8b4b2f266d4"),
    ])
  func roots(count: Int, expected: String) throws {
    let object = try SealedObject(knownEpoch(), id)
    var tree = SealTree()
    for number in 0..<count {
      [UInt8](repeating: UInt8(number % 251), count: 4096).withUnsafeBytes {
        tree.add($0, under: object.keys)
      }
    }
    let root = tree.root(under: object.keys)
    #expect(hex(root.bytes) == expected)
  }

  @Test("of names")
  func names() throws {
    let cipher = NameCipher(try knownEpoch())
    #expect(
      try cipher.encode(name: Array("chat.json".utf8), in: knownID(1))
        == .direct("egilklfswxicb7xuab62xkbr6xbrtih7a7sxkxpec3fjw5hjgz7ofp5bteekkgz3ubutxt4gcmrrm"))
    let long = try cipher.encode(name: [UInt8](repeating: 0x71, count: 200), in: knownID(1))
    guard case .long(let name, let rest) = long else {
      Issue.record("a name of 200 bytes is long")
      return
    }
    #expect(name == "vry4jkf5z3inpl4qckga2qyjfloz4ivfnurz6pg2iq6uxkti7jma")
    #expect(
      digest(rest) == "d14802b9dfbe0b5c3e1f16c261552d8a12c5c1c7b129999731e51aa563fa01ce")
  }

  @Test("of a journal")
  func journal() throws {
    let keys = try knownEpoch()
    let header = JournalHeader(
      act: .restoring, epoch: 1, vaultID: knownID(1), journalID: knownID(2), begun: 1_760_000_000)
    var chain = JournalChain(header, keys)
    var bytes = header.bytes(with: keys)
    bytes += chain.append(.plaintext, knownID(1))
    bytes += chain.append(.object, knownID(2))
    #expect(
      digest(bytes) == "7dcc62a417953e8b1fe9905812db33cb390333886a626470036184c159641de6")
  }

  @Test("of a log")
  func log() throws {
    let keys = try knownEpoch()
    let header = LogHeader(
      epoch: 1, vaultID: knownID(1), logID: knownID(2), counter: 41,
      manifest: Digest([UInt8](repeating: 0x66, count: 32)) ?? .zero)
    let name = try NameCipher(keys).encode(name: Array("chat.json".utf8), in: knownID(1))
    var log = WrittenLog(header, keys)
    log.add(pages: (0..<8192).map { UInt8(truncatingIfNeeded: $0) }, at: 5, of: id)
    log.add(.nameAdded, name, in: knownID(1), of: id)
    log.add(.nameRemoved, name, in: knownID(1), of: id)
    log.promise(id)
    #expect(
      digest(log.bytes) == "c6fa1d60724b4c0d2658050b319d1acb79608ff916771e3ac13c5ca222298673")
  }

  @Test("of a manifest")
  func manifest() throws {
    var encoder = ManifestEncoder(
      ManifestHeader(
        vaultID: knownID(1), counter: 41,
        previous: Digest([UInt8](repeating: 0x66, count: 32)) ?? .zero, headerGeneration: 3,
        headerDigest: Digest([UInt8](repeating: 0x77, count: 32)) ?? .zero,
        hostMark: HostMark(vault: knownID(1), machineID: Array("machine".utf8)),
        sealed: 1_760_000_000, entries: 2))
    let head = Digest([UInt8](repeating: 0x55, count: 32)) ?? .zero
    try encoder.add(
      ManifestEntry(
        kind: .folder, epoch: 3, folder: .none, id: knownID(9), generation: 4, size: 0,
        head: head, name: []))
    try encoder.add(
      ManifestEntry(
        kind: .file, epoch: 3, folder: knownID(7), id: knownID(9), generation: 4, size: 1 << 40,
        head: head, name: Array("chat.json".utf8)))
    #expect(
      digest(encoder.take())
        == "2d892a2f3ed09ff6c5b2a54f2f85bf57ab9428ec16c9adb88f962238b273096d")
  }
}
