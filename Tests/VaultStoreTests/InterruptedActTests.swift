import Glibc
import SystemPackage
import TestSupport
import Testing
import VaultFormat

@testable import VaultStore

@Suite("An act on a store that is cut off")
struct InterruptedActTests {
  /// In memory where there is room: these tests wait for the medium some thousand times.
  private static let base = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : nil

  private func makeStore() throws -> StoreUnderTest {
    let test = try StoreUnderTest(in: Self.base)
    let made = try run("python3", ["-c", StoreSample.makingSmall, test.scratch.path])
    #expect(made.status == 0, "\(made.errorText)")
    return test
  }

  /// How often an act asks whether to go on.
  private func steps(of act: (Countdown) throws -> Void) throws -> Int {
    let many = 1_000_000
    let countdown = Countdown(many)
    try act(countdown)
    return many - countdown.left
  }

  private func expectInterrupted(_ act: () throws -> Void) throws {
    do {
      try act()
    } catch let error as VaultError {
      guard error.code == .interrupted else { throw error }
    }
  }

  private func lines(_ test: StoreUnderTest) throws -> [String] {
    // Access times are not kept by whoever looks in between.
    try StoreSample.list(test.store.string)
  }

  @Test("a lock goes on wherever it stopped")
  func lock() throws {
    let first = try makeStore()
    let count = try steps { try first.lock(stoppingAt: $0) }
    #expect(count > 20)
    for stop in 1...count {
      let test = try makeStore()
      let before = try lines(test)
      try expectInterrupted { try test.lock(stoppingAt: Countdown(stop)) }
      let report = try test.lock()
      #expect(report.isComplete && report.refused.isEmpty, "stop \(stop): \(report.refused)")
      #expect(try StoreState.of(test.place) == .locked)
      #expect(try FolderHandle.open(test.store).names().isEmpty, "stop \(stop)")
      try test.restore()
      let changes = StoreSample.differences(before, try lines(test))
      #expect(changes == [], "stop \(stop)")
    }
  }

  @Test("a lock is undone wherever it stopped")
  func undo() throws {
    let first = try makeStore()
    let count = try steps { try first.lock(stoppingAt: $0) }
    for stop in 1...count {
      let test = try makeStore()
      let before = try lines(test)
      try expectInterrupted { try test.lock(stoppingAt: Countdown(stop)) }
      if try VaultRemains.of(test.vault) != .none {
        let report = try test.restore()
        #expect(report.isComplete && report.kept.isEmpty, "stop \(stop): \(report)")
      }
      let changes = StoreSample.differences(before, try lines(test))
      #expect(changes == [], "stop \(stop)")
      #expect(try VaultRemains.of(test.vault) == .none)
    }
  }

  @Test("a restore goes on wherever it stopped")
  func restore() throws {
    let first = try makeStore()
    try first.lock()
    let count = try steps { try first.restore(stoppingAt: $0) }
    #expect(count > 20)
    for stop in 1...count {
      let test = try makeStore()
      let before = try lines(test)
      try test.lock()
      try expectInterrupted { try test.restore(stoppingAt: Countdown(stop)) }
      if try VaultRemains.of(test.vault) != .none {
        let report = try test.restore()
        #expect(report.isComplete && report.kept.isEmpty, "stop \(stop): \(report)")
      }
      let changes = StoreSample.differences(before, try lines(test))
      #expect(changes == [], "stop \(stop)")
      #expect(try VaultRemains.of(test.vault) == .none)
    }
  }

  @Test("a restore is turned back into a lock wherever it stopped")
  func lockAgain() throws {
    let first = try makeStore()
    try first.lock()
    let count = try steps { try first.restore(stoppingAt: $0) }
    for stop in 1...count {
      let test = try makeStore()
      let before = try lines(test)
      try test.lock()
      try expectInterrupted { try test.restore(stoppingAt: Countdown(stop)) }
      if case .interrupted = try StoreState.of(test.place) {
        let report = try test.lock()
        #expect(report.isComplete && report.refused.isEmpty, "stop \(stop): \(report.refused)")
        #expect(try FolderHandle.open(test.store).names().isEmpty, "stop \(stop)")
      }
      if try VaultRemains.of(test.vault) != .none { try test.restore() }
      let changes = StoreSample.differences(before, try lines(test))
      #expect(changes == [], "stop \(stop)")
    }
  }

  @Test("back and forth, cut off again and again, ends where it began")
  func backAndForth() throws {
    var random = SystemRandomNumberGenerator()
    let seed = UInt64.random(in: 0..<1 << 32, using: &random)
    var state = seed
    func next(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    for _ in 0..<5 {
      let test = try makeStore()
      let before = try lines(test)
      for _ in 0..<12 {
        let stop = Countdown(1 + next(60))
        if next(2) == 0 {
          try expectInterrupted {
            do { try test.lock(stoppingAt: stop) } catch let error as VaultError {
              guard error.text == "is locked already" else { throw error }
            }
          }
        } else if try VaultRemains.of(test.vault) != .none {
          try expectInterrupted { try test.restore(stoppingAt: stop) }
        }
      }
      if try VaultRemains.of(test.vault) != .none { try test.restore() }
      let changes = StoreSample.differences(before, try lines(test))
      #expect(changes == [], "seed \(seed)")
    }
  }
}
