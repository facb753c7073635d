import SystemPackage
import TestSupport
import Testing
import VaultFormat

@testable import VaultStore

@Suite("Taking up the log of a vault that was not closed")
struct LogRecoveryTests {
  /// Everything is as it should be, and no log is left.
  private func expectSealed(
    _ vault: SampleVault, _ state: [String: [UInt8]], counter: UInt64 = 2,
    _ location: SourceLocation = #_sourceLocation
  ) throws {
    let report = try vault.verify()
    #expect(report.lines == [], sourceLocation: location)
    #expect(report.counter == counter, sourceLocation: location)
    let found = try VaultContents(vault.open(), ObjectWorkspace(vault.header.keys)).files()
    #expect(found == state, sourceLocation: location)
    #expect(try vault.folder.facts(of: VaultNames.log) == nil, sourceLocation: location)
  }

  /// Takes up a log in a copy of the vault.
  private func recover(
    _ sample: LogSample, _ log: [UInt8], _ prepare: (SampleVault) throws -> Void = { _ in },
    stoppingAt stop: Countdown = .never
  ) throws -> SampleVault {
    let copy = try SampleVault(copying: sample.log.vault)
    try prepare(copy)
    try copy.folder.create(VaultNames.log, holding: log)
    try recover(copy, stoppingAt: stop)
    return copy
  }

  private func recover(_ vault: SampleVault, stoppingAt stop: Countdown = .never) throws {
    _ = try LogRecovery.run(vault.open(), records: vault.records, stop.monitor)
  }

  @Test("brings back what was promised, of every kind")
  func everything() throws {
    let sample = try LogSample()
    try sample.log.write()
    let report = try #require(try sample.log.recover())
    #expect(report.findings == [])
    #expect(report.names == 20)
    #expect(try sample.log.recover() == nil)
    try expectSealed(sample.log.vault, sample.states[sample.states.count - 1])
    // Two names of one file are.
    let (folder, one) = try sample.log.vault.place("linked")
    let (_, two) = try sample.log.vault.place("second")
    let (first, second) = (try folder.facts(of: one), try folder.facts(of: two))
    #expect(first?.inode == second?.inode)
  }

  @Test("cut off anywhere brings back the state of the last promise before")
  func cut() throws {
    let sample = try LogSample()
    // Every 512 bytes, but in the midst of long records.
    var cuts = Set(stride(from: 4096, through: sample.log.bytes.count, by: 65_536))
    for start in sample.log.starts + [sample.log.bytes.count] {
      cuts.formUnion([start - 512, start, start + 512])
    }
    for count in cuts.sorted() where (4096...sample.log.bytes.count).contains(count) {
      let promises = sample.log.promises.filter { $0 <= count }.count
      let vault = try recover(sample, Array(sample.log.bytes[..<count]))
      try expectSealed(vault, sample.states[promises], counter: promises == 0 ? 1 : 2)
    }
  }

  @Test("changed in any byte brings back an earlier promise, or is refused")
  func changed() throws {
    let sample = try LogSample()
    let bytes = sample.log.bytes
    var places = Array(stride(from: 0, to: bytes.count, by: 40_009)) + [12, 48, 60, 100, 4095]
    for (number, start) in sample.log.starts.enumerated() { places.append(start + number * 5 % 80) }
    for place in places {
      var log = bytes
      log[place] ^= 0x10
      let promises = sample.log.promises.filter { $0 <= place }.count
      if place < 4096 {
        #expect(try failure(of: { try recover(sample, log) }) == .damaged)
      } else {
        let vault = try recover(sample, log)
        let found = try VaultContents(vault.open(), ObjectWorkspace(vault.header.keys)).files()
        // Filling is nobody's.
        #expect(found == sample.states[promises] || found == sample.states.last, "\(place)")
      }
    }
  }

  @Test("after any of its names were changed on the disk gives the same")
  func partial() throws {
    let sample = try LogSample()
    for count in 0...sample.steps.count {
      let vault = try recover(sample, sample.log.bytes) { vault in
        for step in sample.steps[..<count] { try step(vault) }
      }
      try expectSealed(vault, sample.states[sample.states.count - 1])
    }
  }

  @Test("cut off at any step and done again gives the same")
  func interrupted() throws {
    let sample = try LogSample()
    try sample.log.write()
    let vault = sample.log.vault
    var steps = 1
    while true {
      do {
        try recover(vault, stoppingAt: Countdown(steps))
        break
      } catch let error as VaultError where error.code == .interrupted {
        steps += 1
      }
    }
    #expect(steps > 50)
    // The last step of all was after the seal.
    try expectSealed(vault, sample.states[sample.states.count - 1])
  }

  @Test("begins again after a stop anywhere")
  func stoppedOnce() throws {
    let sample = try LogSample()
    for stop in stride(from: 3, to: 75, by: 4) {
      let copy = try SampleVault(copying: sample.log.vault)
      try copy.folder.create(VaultNames.log, holding: sample.log.bytes)
      do {
        try recover(copy, stoppingAt: Countdown(stop))
      } catch let error as VaultError where error.code == .interrupted {
        try recover(copy)
      }
      try expectSealed(copy, sample.states[sample.states.count - 1])
    }
  }
}
