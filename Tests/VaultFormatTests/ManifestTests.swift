import Secrets
import Testing
import VaultFormat

@Suite("Manifests")
struct ManifestTests {
  private func header(entries: UInt64) -> ManifestHeader {
    ManifestHeader(
      vaultID: knownID(1), counter: 41, previous: Digest(pattern(32, seed: 2)) ?? .zero,
      headerGeneration: 3, headerDigest: Digest(pattern(32, seed: 3)) ?? .zero,
      hostMark: HostMark(vault: knownID(1), machineID: Array("machine".utf8)),
      sealed: 1_760_000_000, entries: entries)
  }

  private func entries(_ count: Int) -> [ManifestEntry] {
    (0..<count).map { number in
      ManifestEntry(
        kind: number == 0 ? .folder : number % 3 == 0 ? .link : .file, epoch: 1,
        folder: number == 0 ? .none : knownID(200), id: knownID(UInt8(number % 250 + 1)),
        generation: UInt64(number + 1), size: UInt64(number) << 33,
        head: Digest(pattern(32, seed: UInt64(number + 9))) ?? .zero,
        name: number == 0 ? [] : [UInt8](repeating: 0x61, count: 1 + number % 255))
    }
  }

  private func encoded(_ entries: [ManifestEntry]) throws -> [UInt8] {
    var encoder = ManifestEncoder(header(entries: UInt64(entries.count)))
    var bytes: [UInt8] = []
    for entry in entries {
      try encoder.add(entry)
      bytes += encoder.take()
    }
    #expect(encoder.entriesLeft == 0)
    return bytes
  }

  private func decoded(
    _ bytes: [UInt8], step: Int
  ) throws -> (ManifestHeader, [ManifestEntry]) {
    var decoder = ManifestDecoder()
    var entries: [ManifestEntry] = []
    for start in stride(from: 0, to: bytes.count, by: step) {
      bytes[start..<min(start + step, bytes.count)].withUnsafeBytes { decoder.push($0) }
      while let entry = try decoder.next() { entries.append(entry) }
    }
    return (try decoder.finish(), entries)
  }

  @Test("come back in pieces of any length", arguments: [1, 7, 143, 144, 145, 4096, 1 << 20])
  func identity(step: Int) throws {
    let all = entries(300)
    let bytes = try encoded(all)
    let (header, read) = try decoded(bytes, step: step)
    #expect(header == self.header(entries: 300))
    #expect(read == all)
    #expect(try encoded(read) == bytes)
  }

  @Test("have the lengths that the format's page gives")
  func lengths() throws {
    #expect(header(entries: 0).bytes.count == 144)
    #expect(try encoded(entries(1)).count == 144 + 90)
    #expect(try encoded(entries(2)).count == 144 + 90 + 92)
  }

  @Test("cut anywhere, or going on, are refused")
  func cut() throws {
    let bytes = try encoded(entries(4))
    for count in bytes.indices {
      #expect(throws: VaultFormatError.self) {
        try decoded(Array(bytes[..<count]), step: 4096)
      }
    }
    for extra in [1, 2, 90, 200] {
      #expect(throws: VaultFormatError.self) {
        try decoded(bytes + [UInt8](repeating: 90, count: extra), step: 64)
      }
    }
  }

  @Test("changed anywhere are refused, or taken as they are")
  func changed() throws {
    let bytes = try encoded(entries(4))
    for index in bytes.indices {
      for bit in 0..<8 {
        var changed = bytes
        changed[index] ^= 1 << UInt8(bit)
        guard let (header, read) = try? decoded(changed, step: 100) else { continue }
        var again = header.bytes
        var encoder = ManifestEncoder(header)
        _ = encoder.take()
        for entry in read { try encoder.add(entry) }
        again += encoder.take()
        #expect(again == changed)
      }
    }
  }

  @Test("hold no more than the last piece and one entry")
  func bounded() throws {
    var decoder = ManifestDecoder()
    let head = header(entries: .max).bytes
    head.withUnsafeBytes { decoder.push($0) }
    var encoder = ManifestEncoder(header(entries: .max))
    _ = encoder.take()
    for entry in entries(2000) {
      try encoder.add(entry)
      let bytes = encoder.take()
      #expect(encoder.pendingCount == 0)
      bytes.withUnsafeBytes { decoder.push($0) }
      #expect(try decoder.next() == entry)
      #expect(try decoder.next() == nil)
    }
    #expect(throws: VaultFormatError.self) { try decoder.finish() }
  }

  @Test("begin with the root folder and have it once")
  func root() throws {
    let good = entries(3)
    var encoder = ManifestEncoder(header(entries: 3))
    #expect(throws: VaultFormatError.self) { try encoder.add(good[1]) }
    try encoder.add(good[0])
    #expect(throws: VaultFormatError.self) { try encoder.add(good[0]) }
    for change in [
      { $0.name = [] }, { $0.name = Array("..".utf8) }, { $0.name = Array("a/b".utf8) },
      { $0.folder = .none }, { $0.kind = .attributes }, { $0.kind = .manifest },
      { $0.generation = 0 }, { $0.name = [UInt8](repeating: 0x61, count: 256) },
    ] as [(inout ManifestEntry) -> Void] {
      var entry = good[1]
      change(&entry)
      #expect(throws: VaultFormatError.self) { try encoder.add(entry) }
    }
    try encoder.add(good[1])
    try encoder.add(good[2])
    #expect(throws: VaultFormatError.self) { try encoder.add(good[2]) }
  }

  @Test("of a newer version or with an unknown kind say so")
  func newer() throws {
    let bytes = try encoded(entries(2))
    func code(_ offset: Int, _ byte: UInt8) -> VaultFormatError.Code? {
      var changed = bytes
      changed[offset] = byte
      do {
        _ = try decoded(changed, step: 4096)
        return nil
      } catch {
        return (error as? VaultFormatError)?.code
      }
    }
    #expect(code(8, 2) == .newer)
    #expect(code(144 + 90 + 2, 9) == .newer)
    #expect(code(0, 0) == .damaged)
    #expect(code(15, 1) == .damaged)
    #expect(code(144 + 3, 1) == .damaged)
  }

  @Test("carry a host mark that differs with vault and machine")
  func hostMark() {
    let machine = Array("0123456789abcdef0123456789abcdef".utf8)
    let mark = HostMark(vault: knownID(1), machineID: machine)
    #expect(mark.bytes.count == 16)
    #expect(mark != HostMark(vault: knownID(2), machineID: machine))
    #expect(mark != HostMark(vault: knownID(1), machineID: machine.reversed()))
    #expect(HostMark(vault: knownID(1), machineID: []) == .unknown)
  }
}
