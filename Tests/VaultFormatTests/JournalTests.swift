import Secrets
import Testing
import VaultFormat

@Suite("Journals")
struct JournalTests {
  private let header = JournalHeader(
    act: .locking, epoch: 1, vaultID: knownID(1), journalID: knownID(2), begun: 1_760_000_000,
    counter: 41)

  private func journal(_ records: Int, _ keys: EpochKeys) -> [UInt8] {
    var bytes = header.bytes(with: keys)
    var chain = JournalChain(header, keys)
    for number in 0..<records {
      bytes += chain.append(number % 2 == 0 ? .object : .plaintext, knownID(UInt8(number + 10)))
    }
    return bytes
  }

  @Test("come back")
  func identity() throws {
    let keys = try knownEpoch()
    let bytes = journal(5, keys)
    #expect(bytes.count == 96 + 5 * 64)
    let read = try JournalContents(parsing: bytes, with: keys)
    #expect(read.header == header)
    #expect(read.goodBytes == bytes.count)
    #expect(read.records.map(\.number) == [1, 2, 3, 4, 5])
    #expect(read.records.map(\.truth) == [.object, .plaintext, .object, .plaintext, .object])
    #expect(read.records.map(\.object) == (10..<15).map { knownID($0) })
    var chain = JournalChain(read.header, keys)
    var written = read.header.bytes(with: keys)
    for record in read.records { written += chain.append(record.truth, record.object) }
    #expect(written == bytes)
  }

  @Test("cut anywhere are read up to there, and written on")
  func cut() throws {
    let keys = try knownEpoch()
    let bytes = journal(4, keys)
    for count in bytes.indices {
      let found = Array(bytes[..<count])
      guard count >= 96 else {
        #expect(throws: VaultFormatError.self) { try JournalContents(parsing: found, with: keys) }
        continue
      }
      let read = try JournalContents(parsing: found, with: keys)
      #expect(read.records.count == (count - 96) / 64)
      #expect(read.goodBytes == 96 + read.records.count * 64)
      var chain = read.chain
      let more = Array(bytes[..<read.goodBytes]) + chain.append(.object, knownID(99))
      let again = try JournalContents(parsing: more, with: keys)
      #expect(again.records.last?.object == knownID(99))
      #expect(again.goodBytes == more.count)
    }
  }

  @Test("changed in a record are read up to it; in the header not at all")
  func changed() throws {
    let keys = try knownEpoch()
    let bytes = journal(3, keys)
    for index in bytes.indices {
      var changed = bytes
      changed[index] ^= UInt8(1 << (index % 8))
      if index < 96 {
        #expect(throws: VaultFormatError.self) { try JournalContents(parsing: changed, with: keys) }
      } else {
        let read = try JournalContents(parsing: changed, with: keys)
        #expect(read.records.count == (index - 96) / 64)
      }
    }
  }

  @Test("do not take records in another order, of another journal or from before")
  func order() throws {
    let keys = try knownEpoch()
    let bytes = journal(3, keys)
    let records = (0..<3).map { Array(bytes[96 + $0 * 64..<160 + $0 * 64]) }
    let start = Array(bytes[..<96])
    func count(_ bytes: [UInt8]) throws -> Int {
      try JournalContents(parsing: bytes, with: keys).records.count
    }
    #expect(try count(start + records[1]) == 0)
    #expect(try count(start + records[0] + records[2]) == 1)
    #expect(try count(start + records[0] + records[0]) == 1)
    let other = JournalHeader(
      act: .locking, epoch: 1, vaultID: knownID(1), journalID: knownID(3), begun: 1_760_000_000)
    #expect(try count(other.bytes(with: keys) + records[0]) == 0)
    var chain = JournalChain(header, keys)
    #expect(try chain.accept([]) == nil)
    #expect(try chain.accept(records[0] + records[1]) == nil)
    #expect(try chain.accept(records[0])?.number == 1)
  }

  @Test("say what is newer, and belong to their epoch")
  func newer() throws {
    let keys = try knownEpoch()
    let bytes = journal(0, keys)
    func code(_ offset: Int, _ byte: UInt8) -> VaultFormatError.Code? {
      var changed = bytes
      changed[offset] = byte
      do {
        _ = try JournalContents(parsing: changed, with: keys)
        return nil
      } catch {
        return error.code
      }
    }
    #expect(code(8, 2) == .newer)
    #expect(code(10, 4) == .newer)
    #expect(code(8, 0) == .damaged)
    #expect(code(11, 1) == .damaged)
    #expect(code(63, 1) == .damaged)
    #expect(try JournalHeader(parsing: bytes).epoch == 1)
    let later = try knownEpoch(2)
    #expect(throws: VaultFormatError.self) { try JournalContents(parsing: bytes, with: later) }
  }
}
