import Secrets
import Testing
import VaultFormat

@Suite("Logs")
struct LogTests {
  private let header = LogHeader(
    epoch: 1, vaultID: knownID(1), logID: knownID(2), counter: 41,
    manifest: Digest([UInt8](repeating: 3, count: 32)) ?? .zero)

  private func log(_ keys: EpochKeys) throws -> WrittenLog {
    var log = WrittenLog(header, keys)
    let long = try NameCipher(keys).encode(
      name: [UInt8](repeating: 0x71, count: 255), in: knownID(4))
    log.add(pages: pattern(4096), at: 7, of: knownID(5))
    log.add(.nameAdded, long, in: knownID(4), of: knownID(5))
    log.promise(knownID(0))
    log.add(.nameRemoved, long, in: knownID(4), of: knownID(5))
    log.promise(knownID(0))
    return log
  }

  @Test("come back")
  func identity() throws {
    let keys = try knownEpoch()
    let log = try log(keys)
    #expect(log.bytes.count == 4096 + 4608 + 512 + 512 + 512 + 512)
    #expect(try LogHeader.open(Array(log.bytes[..<4096]), with: keys) == header)
    let read = try records(of: log.bytes, keys)
    #expect(read.map(\.number) == [1, 2, 3, 4, 5])
    #expect(read.map(\.object) == [5, 5, 0, 5, 0].map { knownID($0) })
    #expect(read[0].contents == .pages(first: 7, count: 1))
    #expect(read[2].contents == .promise)
    guard case .nameAdded(let folder, let name) = read[1].contents else {
      Issue.record("the second record adds a name")
      return
    }
    #expect(read[3].contents == .nameRemoved(folder: folder, name: name))
    #expect(folder == knownID(4))
    #expect(
      try NameCipher(keys).decode(bytes: name, in: folder) == [UInt8](repeating: 0x71, count: 255))
  }

  @Test("cut anywhere are read up to there")
  func cut() throws {
    let keys = try knownEpoch()
    let log = try log(keys)
    for count in log.bytes.indices {
      let found = Array(log.bytes[..<count])
      if count < 4096 {
        #expect(throws: VaultFormatError.self) { try records(of: found, keys) }
      } else {
        let whole = log.records.filter { $0.upperBound <= count }.count
        #expect(try records(of: found, keys).count == whole)
      }
    }
  }

  @Test("changed in a record are read up to it; in the header not at all")
  func changed() throws {
    let keys = try knownEpoch()
    let log = try log(keys)
    for index in log.bytes.indices {
      var changed = log.bytes
      changed[index] ^= UInt8(1 << (index % 8))
      if index < 4096 {
        #expect(throws: VaultFormatError.self) { try records(of: changed, keys) }
      } else {
        // What fills up to the next record is no part of any.
        let whole = log.records.firstIndex { $0.contains(index) } ?? log.records.count
        #expect(try records(of: changed, keys).count == whole)
      }
    }
  }

  @Test("do not take records in another order, of another log or from before")
  func order() throws {
    let keys = try knownEpoch()
    let log = try log(keys)
    let parts = log.records.map { Array(log.bytes[$0]) }
    var chain = LogChain(header, keys)
    #expect(try accepted(parts[1], &chain) == nil)
    #expect(try accepted([], &chain) == nil)
    #expect(try accepted(parts[0] + [0], &chain) == nil)
    #expect(try accepted(parts[0], &chain)?.number == 1)
    #expect(try accepted(parts[0], &chain) == nil)
    #expect(try accepted(parts[2], &chain) == nil)
    #expect(try accepted(parts[1], &chain)?.number == 2)
    var other = header
    other.logID = knownID(9)
    var another = LogChain(other, keys)
    #expect(try accepted(parts[0], &another) == nil)
  }

  @Test("announce no length that no record has")
  func lengths() {
    func length(_ announced: UInt32, of count: Int = 64) -> Int? {
      var head = [UInt8](repeating: 0, count: count)
      head.withUnsafeMutableBytes { $0.storeBytes(of: announced.littleEndian, as: UInt32.self) }
      return head.withUnsafeBytes { LogChain.length(announcedBy: $0) }
    }
    #expect(length(0) == nil)
    #expect(length(63) == nil)
    #expect(length(64) == 64)
    #expect(length(64, of: 63) == nil)
    #expect(length(72 + 1024 * 4096) == 72 + 1024 * 4096)
    #expect(length(72 + 1024 * 4096 + 1) == nil)
    #expect(length(.max) == nil)
  }

  @Test("say what is newer or as no writer writes, though it authenticates")
  func nonsense() throws {
    let keys = try knownEpoch()
    func code(_ kind: LogRecordKind, _ payload: [UInt8]) throws -> VaultFormatError.Code? {
      var log = WrittenLog(header, keys)
      log.add(kind, knownID(5), payload)
      do {
        return try records(of: log.bytes, keys).count == 1 ? nil : .unsuitable
      } catch {
        return error.code
      }
    }
    func number(_ number: UInt64) -> [UInt8] {
      (0..<8).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
    }
    let page = [UInt8](repeating: 1, count: 4096)
    #expect(try code(.pages, number(0) + page) == nil)
    #expect(try code(.pages, number(0)) == .damaged)
    #expect(try code(.pages, []) == .damaged)
    #expect(try code(.pages, number(0) + page.dropLast()) == .damaged)
    #expect(try code(.pages, number(.max) + page) == .damaged)
    #expect(try code(.pages, number((1 << 51) - 2) + page) == nil)
    #expect(try code(.pages, number((1 << 51) - 1) + page) == .damaged)
    #expect(try code(.nameAdded, [UInt8](repeating: 1, count: 16 + 48)) == nil)
    #expect(try code(.nameAdded, [UInt8](repeating: 1, count: 16 + 47)) == .damaged)
    #expect(try code(.nameRemoved, [UInt8](repeating: 1, count: 16 + 16)) == .damaged)
    #expect(try code(.nameRemoved, [UInt8](repeating: 1, count: 16 + 304)) == .damaged)
    #expect(try code(.promise, [0]) == .damaged)
  }

  @Test("say what of the header is newer, and belong to their epoch")
  func newer() throws {
    let keys = try knownEpoch()
    let bytes = header.bytes(with: keys)
    func code(_ offset: Int, _ byte: UInt8) -> VaultFormatError.Code? {
      var changed = bytes
      changed[offset] = byte
      do throws(VaultFormatError) {
        _ = try LogHeader.open(changed, with: keys)
        return nil
      } catch {
        return error.code
      }
    }
    #expect(code(8, 2) == .newer)
    #expect(code(8, 0) == .damaged)
    #expect(code(10, 1) == .damaged)
    #expect(code(88, 1) == .damaged)
    #expect(code(4095, 1) == .damaged)
    #expect(try LogHeader(parsing: bytes).counter == 41)
    let later = try knownEpoch(2)
    #expect(throws: VaultFormatError.self) { try LogHeader.open(bytes, with: later) }
  }
}
