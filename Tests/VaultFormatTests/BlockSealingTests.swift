import Secrets
import Testing
import VaultFormat

@Suite("Blocks")
struct BlockSealingTests {
  @Test("open as what was sealed, one by one and in runs, in place too")
  func identity() throws {
    let keys = try SealedObject(knownEpoch(), knownID(7))
    for count in [1, 2, 102] {
      let plaintext = pattern(count * 4096, seed: UInt64(count))
      let (pages, seals) = keys.sealed(from: 60, plaintext)
      let opened = keys.opened(from: 60, pages, seals)
      #expect(opened.count == count)
      #expect(opened.plaintext == plaintext)
      for index in 0..<count {
        let page = Array(pages[index * 4096..<(index + 1) * 4096])
        let seal = Array(seals[index * 40..<(index + 1) * 40])
        #expect(keys.opens(UInt64(60 + index), page, seal))
        #expect(keys.opens(UInt64(60 + index), page, seal, onlyChecking: true))
      }
      var same = plaintext
      var sameSeals = [UInt8](repeating: 0, count: count * 40)
      same.withUnsafeMutableBytes { same in
        sameSeals.withUnsafeMutableBytes {
          keys.keys.seal(blocksFrom: 9, UnsafeRawBufferPointer(same), into: same, seals: $0)
        }
      }
      #expect(same != plaintext)
      let done = same.withUnsafeMutableBytes { same in
        sameSeals.withUnsafeBytes {
          keys.keys.open(blocksFrom: 9, UnsafeRawBufferPointer(same), seals: $0, into: same)
        }
      }
      #expect(done == count)
      #expect(same == plaintext)
    }
  }

  @Test("that are equal are sealed differently")
  func equalPlaintexts() throws {
    let keys = try SealedObject(knownEpoch(), knownID(7))
    let (pages, seals) = keys.sealed(from: 0, [UInt8](repeating: 0, count: 8192))
    #expect(pages[..<4096] != pages[4096...])
    #expect(seals[..<40] != seals[40...])
    let again = keys.sealed(from: 0, [UInt8](repeating: 0, count: 8192))
    #expect(again.pages[..<4096] != pages[..<4096])
  }

  @Test("are never sealed twice under one nonce: 200,000 of them, in long runs and short ones")
  func nonces() throws {
    let keys = try SealedObject(knownEpoch(), knownID(7))
    let plaintext = pattern(102 * 4096)
    var seen: Set<[UInt8]> = []
    var sealed = 0
    for round in 0..<2200 {
      let count = round % 11 == 0 ? 1 + round % 7 : 102
      let seals = keys.sealed(from: 0, Array(plaintext[..<(count * 4096)])).seals
      for index in 0..<count {
        seen.insert(Array(seals[index * 40..<index * 40 + 24]))
      }
      sealed += count
    }
    #expect(seen.count == sealed)
    #expect(sealed > 200_000)
  }

  @Test("do not open at another number, in another object or in another epoch")
  func binding() throws {
    let keys = try SealedObject(knownEpoch(), knownID(7))
    let (page, seal) = keys.sealed(from: 5, pattern(4096))
    #expect(keys.opens(5, page, seal))
    #expect(!keys.opens(6, page, seal))
    #expect(!keys.opens(5 << 32, page, seal))
    let other = try SealedObject(knownEpoch(), knownID(8))
    #expect(!other.opens(5, page, seal))
    let volume = try SecureBytes.random(count: 32)
    let later = try SealedObject(EpochKeys(number: 2, volume: volume), knownID(7))
    #expect(!later.opens(5, page, seal))
  }

  @Test("keep to the object that the keys were derived for last")
  func derivedAgain() throws {
    let object = try SealedObject(knownEpoch(), knownID(7))
    let (page, seal) = object.sealed(from: 5, pattern(4096))
    var keys = try ObjectKeys(knownEpoch(), knownID(8))
    func opens() -> Bool {
      page.withUnsafeBytes { page in
        seal.withUnsafeBytes { keys.open(block: 5, page, seal: $0, into: nil) }
      }
    }
    #expect(!opens())
    keys.derive(for: knownID(7))
    let id = keys.id
    #expect(id == knownID(7))
    #expect(opens())
    keys.derive(for: knownID(8))
    #expect(!opens())
  }

  @Test("do not open with any byte of page or seal changed")
  func everyByte() throws {
    let keys = try SealedObject(knownEpoch(), knownID(7))
    var (page, seal) = keys.sealed(from: 5, pattern(4096))
    for index in page.indices {
      page[index] ^= UInt8(1 << (index % 8))
      #expect(!keys.opens(5, page, seal, onlyChecking: index % 2 == 0))
      page[index] ^= UInt8(1 << (index % 8))
    }
    for index in seal.indices {
      seal[index] ^= 0x10
      #expect(!keys.opens(5, page, seal))
      seal[index] ^= 0x10
    }
    #expect(keys.opens(5, page, seal))
  }

  @Test("of a run open up to the first that was changed")
  func run() throws {
    let keys = try SealedObject(knownEpoch(), knownID(7))
    let plaintext = pattern(10 * 4096)
    var (pages, seals) = keys.sealed(from: 0, plaintext)
    pages[6 * 4096 + 17] ^= 1
    let opened = keys.opened(from: 0, pages, seals)
    #expect(opened.count == 6)
    #expect(opened.plaintext[..<(6 * 4096)] == plaintext[..<(6 * 4096)])
  }

  @Test("with a seal of zeros are holes, whose page is zeros and nothing else")
  func holes() throws {
    let keys = try SealedObject(knownEpoch(), knownID(7))
    var pages = [UInt8](repeating: 0, count: 2 * 4096)
    let seals = [UInt8](repeating: 0, count: 80)
    let opened = keys.opened(from: 900, pages, seals)
    #expect(opened.count == 2)
    #expect(opened.plaintext == pages)
    for index in [4096, 4097, 5000, 8191] {
      pages[index] = 1
      #expect(keys.opened(from: 900, pages, seals).count == 1)
      pages[index] = 0
    }
    // A block that was sealed does not become a hole by losing its seal.
    let (page, _) = keys.sealed(from: 3, [UInt8](repeating: 0, count: 4096))
    #expect(!keys.opens(3, page, Array(seals[..<40])))
  }
  @Test("are opened in the place where they are, holes with something in their pages too")
  func inPlace() throws {
    let keys = try ObjectKeys(try knownEpoch(), knownID(7))
    let seals = [UInt8](repeating: 0, count: 80)
    for index in [4096, 8191] {
      var pages = [UInt8](repeating: 0, count: 2 * 4096)
      pages[index] = 1
      let opened = pages.withUnsafeMutableBytes { pages in
        seals.withUnsafeBytes { seals in
          keys.open(blocksFrom: 0, UnsafeRawBufferPointer(pages), seals: seals, into: pages)
        }
      }
      #expect(opened == 1)
      var page = Array(repeating: 0 as UInt8, count: 4095) + [1]
      let isHole = page.withUnsafeMutableBytes { page in
        seals.withUnsafeBytes { seals in
          keys.open(
            block: 3, UnsafeRawBufferPointer(page),
            seal: UnsafeRawBufferPointer(rebasing: seals[..<40]), into: page)
        }
      }
      #expect(!isHole)
    }
  }
}
