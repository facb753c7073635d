import Secrets
import VaultFormat

/// The keys of an epoch whose volume key is the bytes 0 to 31.
func knownEpoch(_ number: UInt32 = 1) throws -> EpochKeys {
  let volume = try SecureBytes(count: 32) { (bytes) throws(SecretsError) in
    for index in 0..<32 { bytes[index] = UInt8(index) }
  }
  return try EpochKeys(number: number, volume: volume)
}

/// The id of bytes that all are `byte`.
func knownID(_ byte: UInt8) -> ObjectID {
  ObjectID([UInt8](repeating: byte, count: 16)) ?? .none
}

/// Bytes that look random and are the same each time.
func pattern(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
  var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
  return (0..<count).map { _ in
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return UInt8(truncatingIfNeeded: state >> 24)
  }
}

func hex(_ bytes: some Sequence<UInt8>) -> String {
  bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}

/// One object's keys, where the macros of the tests can have them.
final class SealedObject: Sendable {
  let keys: ObjectKeys

  init(_ epoch: EpochKeys, _ id: ObjectID) throws {
    keys = try ObjectKeys(epoch, id)
  }

  /// Seals a head into a page of its own.
  func page(of head: ObjectHead) throws -> [UInt8] {
    var page = [UInt8](repeating: 0xAA, count: ObjectLayout.pageSize)
    try page.withUnsafeMutableBytes { try keys.seal(head: head, into: $0) }
    return page
  }

  func openHead(_ page: [UInt8]) throws -> ObjectHead {
    try page.withUnsafeBytes { try keys.openHead($0) }
  }

  /// Seals consecutive blocks.
  func sealed(from first: UInt64, _ plaintext: [UInt8]) -> (pages: [UInt8], seals: [UInt8]) {
    var pages = [UInt8](repeating: 0, count: plaintext.count)
    var seals = [UInt8](repeating: 0, count: plaintext.count / 4096 * 40)
    plaintext.withUnsafeBytes { plaintext in
      pages.withUnsafeMutableBytes { pages in
        seals.withUnsafeMutableBytes { seals in
          keys.seal(blocksFrom: first, plaintext, into: pages, seals: seals)
        }
      }
    }
    return (pages, seals)
  }

  /// Opens consecutive blocks: how many, and the plaintext.
  func opened(
    from first: UInt64, _ pages: [UInt8], _ seals: [UInt8]
  ) -> (count: Int, plaintext: [UInt8]) {
    var plaintext = [UInt8](repeating: 0xAA, count: pages.count)
    let count = pages.withUnsafeBytes { pages in
      seals.withUnsafeBytes { seals in
        plaintext.withUnsafeMutableBytes { plaintext in
          keys.open(blocksFrom: first, pages, seals: seals, into: plaintext)
        }
      }
    }
    return (count, plaintext)
  }

  /// Whether one block opens; with `onlyChecking` without its plaintext.
  func opens(
    _ block: UInt64, _ page: [UInt8], _ seal: [UInt8], onlyChecking: Bool = false
  ) -> Bool {
    var plaintext = [UInt8](repeating: 0, count: 4096)
    return page.withUnsafeBytes { page in
      seal.withUnsafeBytes { seal in
        plaintext.withUnsafeMutableBytes { plaintext in
          keys.open(block: block, page, seal: seal, into: onlyChecking ? nil : plaintext)
        }
      }
    }
  }
}
