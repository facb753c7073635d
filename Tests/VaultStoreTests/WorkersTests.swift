import Synchronization
import SystemPackage
import Testing
import VaultStore

@Suite("Workers")
struct WorkersTests {
  @Test("All are run and waited for")
  func all() throws {
    let sum = Atomic(0)
    try Workers.run(5) { number, _ in _ = sum.add(number + 1, ordering: .relaxed) }
    #expect(sum.load(ordering: .relaxed) == 15)
  }

  @Test("An error of one stops the others and reaches the caller")
  func failing() throws {
    do {
      try Workers.run(3) { (number, workers) throws(VaultError) in
        if number == 1 { throw VaultError(.refused, "/x", "no") }
        while !workers.isStopped {}
      }
      Issue.record("nothing was thrown")
    } catch {
      #expect(error.code == .refused)
    }
  }
}
