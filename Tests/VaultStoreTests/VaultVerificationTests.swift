import SystemPackage
import TestSupport
import Testing
import VaultFormat

@testable import VaultStore

@Suite("Verification of a vault")
struct VaultVerificationTests {
  private func sample() throws -> SampleVault {
    try SampleVault([
      ("a", .file(sampleBytes(5000, seed: 1))), ("b", .file(sampleBytes(5000, seed: 2))),
    ])
  }

  @Test("finds nothing in a vault as it was sealed")
  func sound() throws {
    let vault = try sample()
    let report = try vault.verify()
    #expect(report.lines == [])
    #expect(report.files == FileCount(files: 2, bytes: 10_000))
    #expect(report.counter == 1)
    #expect(report.isKnownHere)
  }
}
