import Glibc
import Secrets
import TestSupport
import Testing

@Suite("Key material")
struct SecureBytesTests {
  @Test("lies in memory that is neither swapped nor dumped, between pages that cannot be touched")
  func locked() throws {
    let key = try SecureBytes.random(count: 32)
    let mappings = try Mapping.all()
    let address = key.withBytes { UInt(bitPattern: $0.baseAddress) }
    let place = try #require(mappings.firstIndex { $0.range.contains(address) })
    #expect(mappings[place].flags.isSuperset(of: ["lo", "dd", "rd", "wr"]))
    for fence in [mappings[place - 1], mappings[place + 1]] {
      #expect(fence.flags.isDisjoint(with: ["rd", "wr", "ex"]))
    }
    #expect(mappings[place - 1].range.upperBound == mappings[place].range.lowerBound)
    #expect(mappings[place + 1].range.lowerBound == mappings[place].range.upperBound)
    withExtendedLifetime(key) {}
  }

  @Test("is refused where no memory can be locked")
  func refused() async {
    await #expect(processExitsWith: .success) {
      var none = rlimit(rlim_cur: 0, rlim_max: 0)
      guard setrlimit(__rlimit_resource_t(__RLIMIT_MEMLOCK.rawValue), &none) == 0 else { exit(3) }
      // Root may lock memory beyond the limit.
      guard geteuid() != 0 || setuid(65534) == 0 else { exit(4) }
      do throws(SecretsError) {
        _ = try SecureBytes(count: 32)
        exit(5)
      } catch {
        exit(error == .outOfLockedMemory ? 0 : 6)
      }
    }
  }

  @Test("begins as zeros, is what is written, and is compared by every byte")
  func contents() throws {
    var key = try SecureBytes(count: 40)
    #expect(key.withBytes { $0.allSatisfy { $0 == 0 } })
    for place in 0..<40 { key[place] = UInt8(place) }
    let bytes = Array<UInt8>(0..<40)
    #expect(key.withBytes { Array($0) } == bytes)
    #expect(try isEqual(key, bytes))
    #expect(try isEqual(key.duplicate(), bytes))
    for place in bytes.indices {
      var other = bytes
      other[place] ^= 1
      #expect(try !isEqual(key, other))
    }
    #expect(try !isEqual(key, bytes.dropLast()))
    #expect(try isEqual(SecureBytes(count: 0), []))
  }

  @Test("gives parts, but none beyond its end")
  func parts() throws {
    let key = try SecureBytes(Array(0..<40))
    let part = try key.part(8..<40)
    #expect(part.withBytes { Array($0) } == Array(8..<40))
    #expect(throws: SecretsError.unsuitable) { _ = try key.part(8..<41) }
  }

  private func isEqual(_ key: borrowing SecureBytes, _ bytes: [UInt8]) throws -> Bool {
    key.equals(try SecureBytes(bytes))
  }
}

/// A stretch of this process's memory, as the kernel tells of it.
private struct Mapping {
  var range: Range<UInt>
  var flags: Set<Substring>

  static func all() throws -> [Mapping] {
    let file = try #require(fopen("/proc/self/smaps", "re"))
    defer { fclose(file) }
    var text: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65536)
    while case let count = fread(&buffer, 1, buffer.count, file), count > 0 {
      text += buffer[..<count]
    }
    var mappings: [Mapping] = []
    for line in String(decoding: text, as: UTF8.self).split(separator: "\n") {
      let words = line.split(separator: " ")
      let bounds = words[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
      if bounds.count == 2 {
        mappings.append(Mapping(range: bounds[0]..<bounds[1], flags: []))
      } else if words[0] == "VmFlags:", !mappings.isEmpty {
        mappings[mappings.count - 1].flags = Set(words.dropFirst())
      }
    }
    return mappings
  }
}
