import Secrets
import Testing

@testable import VaultFormat

@Suite("Heads")
struct ObjectHeadTests {
  private func fileHead() -> ObjectHead {
    var head = ObjectHead(.file, id: knownID(5), epoch: 1)
    head.mode = 0o4755
    head.owner = 1000
    head.group = 0xFFFF_FFFE
    head.generation = 1 << 40
    head.modified = ObjectTime(seconds: -1, nanoseconds: 999_999_999)
    head.accessed = ObjectTime(seconds: 1 << 40, nanoseconds: 1)
    head.born = ObjectTime(seconds: .min, nanoseconds: 0)
    head.attributes = pattern(100, seed: 9)
    head.contents = pattern(3764, seed: 10)
    head.size = 3764
    return head
  }

  private func longHead(blocks: UInt64) -> ObjectHead {
    var head = fileHead()
    head.layout = .blocks
    head.contents = []
    head.size = blocks == 0 ? 0 : (blocks - 1) * 4096 + 1
    let seals = min(Int(blocks), 64) * 40
    head.firstSeals = pattern(seals) + [UInt8](repeating: 0, count: 2560 - seals)
    head.root = blocks > 64 ? Digest(pattern(32)) ?? .zero : .zero
    head.attributes = pattern(1304)
    return head
  }

  @Test("open as what was sealed")
  func identity() throws {
    let keys = try SealedObject(knownEpoch(), knownID(5))
    var heads = [fileHead(), ObjectHead(.folder, id: knownID(5), epoch: 1)]
    heads += [0, 1, 63, 64, 65, 1 << 52].map(longHead)
    var link = ObjectHead(.link, id: knownID(5), epoch: 1)
    link.contents = Array("../elsewhere".utf8)
    link.size = 12
    var outside = fileHead()
    outside.attributes = []
    outside.attributesID = knownID(6)
    outside.attributesDigest = Digest(pattern(32)) ?? .zero
    var manifest = ObjectHead(.manifest, id: knownID(5), epoch: 1)
    manifest.generation = 42
    heads += [link, outside, manifest, ObjectHead(.attributes, id: knownID(5), epoch: 1)]
    for head in heads {
      let page = try keys.page(of: head)
      #expect(try keys.openHead(page) == head)
      #expect(try keys.page(of: head) != page)
      let prefix = try page.withUnsafeBytes { try ObjectKeys.clearPrefix($0) }
      #expect(prefix.epoch == 1)
      #expect(prefix.id == knownID(5))
      #expect(prefix.cipher == 1)
    }
  }

  @Test("do not open with any byte changed")
  func everyByte() throws {
    let keys = try SealedObject(knownEpoch(), knownID(5))
    var page = try keys.page(of: fileHead())
    for index in page.indices {
      page[index] ^= UInt8(1 << (index % 8))
      #expect(throws: VaultFormatError.self) { try keys.openHead(page) }
      page[index] ^= UInt8(1 << (index % 8))
    }
    #expect(throws: Never.self) { try keys.openHead(page) }
  }

  @Test("of a newer version or with an unknown cipher are called newer, others damaged")
  func prefix() throws {
    let keys = try SealedObject(knownEpoch(), knownID(5))
    let page = try keys.page(of: fileHead())
    func code(_ offset: Int, _ byte: UInt8) -> VaultFormatError.Code? {
      var changed = page
      changed[offset] = byte
      do {
        _ = try keys.openHead(changed)
        return nil
      } catch {
        return (error as? VaultFormatError)?.code
      }
    }
    #expect(code(0, 0x53) == .damaged)
    #expect(code(8, 2) == .newer)
    #expect(code(8, 0) == .damaged)
    #expect(code(10, 2) == .newer)
    #expect(code(10, 3) == .newer)
    #expect(code(10, 0) == .damaged)
    #expect(code(11, 1) == .damaged)
    #expect(code(12, 2) == .damaged)
    #expect(code(16, 6) == .damaged)
    #expect(code(4095, page[4095] ^ 1) == .damaged)
    #expect(throws: VaultFormatError.self) { try keys.openHead(Array(page.dropLast())) }
    #expect(throws: VaultFormatError.self) { try keys.openHead([]) }
  }

  @Test("belong to their object and epoch")
  func binding() throws {
    let keys = try SealedObject(knownEpoch(), knownID(5))
    let page = try keys.page(of: fileHead())
    let other = try SealedObject(knownEpoch(), knownID(6))
    #expect(throws: VaultFormatError.self) { try other.openHead(page) }
    let later = try SealedObject(knownEpoch(2), knownID(5))
    #expect(throws: VaultFormatError.self) { try later.openHead(page) }
    #expect(throws: VaultFormatError.self) { try other.page(of: fileHead()) }
    #expect(throws: VaultFormatError.self) { try later.page(of: fileHead()) }
  }

  @Test(
    "whose fields contradict each other or exceed a limit are not sealed",
    arguments: [
      { $0.mode = 0o10000 },
      { $0.generation = 0 },
      { $0.size += 1 },
      { $0.attributes.append(0) },
      { $0.root = Digest(pattern(32)) ?? .zero },
      { $0.attributesID = knownID(1) },
      { $0.attributesDigest = Digest(pattern(32)) ?? .zero },
      { $0.modified.nanoseconds = 1_000_000_000 },
      { $0.kind = .folder },
      { $0.kind = .manifest },
      { $0.kind = .attributes },
      { $0.layout = .blocks },
      { $0.firstSeals = [UInt8](repeating: 0, count: 2560) },
      {
        $0.attributesID = knownID(1)
        $0.attributesDigest = Digest(pattern(32)) ?? .zero
      },
    ] as [@Sendable (inout ObjectHead) -> Void])
  func contradictions(change: @Sendable (inout ObjectHead) -> Void) throws {
    let keys = try SealedObject(knownEpoch(), knownID(5))
    var head = fileHead()
    change(&head)
    #expect(throws: VaultFormatError.self) { try keys.page(of: head) }
  }

  @Test("with contents in blocks keep to their limits too")
  func blockLimits() throws {
    let keys = try SealedObject(knownEpoch(), knownID(5))
    var head = longHead(blocks: 3)
    head.attributes.append(0)
    #expect(throws: VaultFormatError.self) { try keys.page(of: head) }
    head = longHead(blocks: 3)
    head.firstSeals[3 * 40] = 1
    #expect(throws: VaultFormatError.self) { try keys.page(of: head) }
    head = longHead(blocks: 64)
    head.root = Digest(pattern(32)) ?? .zero
    #expect(throws: VaultFormatError.self) { try keys.page(of: head) }
    head = longHead(blocks: 3)
    head.firstSeals.removeLast()
    #expect(throws: VaultFormatError.self) { try keys.page(of: head) }
  }

  @Test("whose body holds what may not be there are refused, each byte tried")
  func bodies() throws {
    for head in [fileHead(), longHead(blocks: 3), ObjectHead(.manifest, id: knownID(5), epoch: 1)] {
      var body = [UInt8](repeating: 0xAA, count: 4024)
      try body.withUnsafeMutableBytes { try head.write(to: $0) }
      for index in body.indices {
        for bit in [0, 7] {
          var changed = body
          changed[index] ^= UInt8(1 << bit)
          let read = try? changed.withUnsafeBytes {
            try ObjectHead(body: $0, id: knownID(5), epoch: 1)
          }
          // What is taken is written as it was found.
          guard let read else { continue }
          var written = [UInt8](repeating: 0xAA, count: 4024)
          try written.withUnsafeMutableBytes { try read.write(to: $0) }
          #expect(written == changed, "byte \(index)")
        }
      }
    }
  }
}
