import TestSupport
import Testing

/// Acts that were cut off, failed or met malice: nothing is lost, nothing wrong is taken for right.
///
/// A sample of what `scripts/try-vault` tries whole.
@Suite("Faults", .serialized) struct VaultFaultTests {
  @Test("nothing is lost, and nothing is left to be read", arguments: FaultRun.all)
  func holds(run: FaultRun) throws {
    let result = try TestSupport.run(
      "python3",
      [Repository.path + "/Tests/Faults/run"] + run.words
        + ["--program", Repository.program, "--jobs", "2", "--stop-after", "3"])
    if result.status == 3 {
      announce("not tried: \(run): \(result.text.split(separator: "\n").last ?? "")")
      return
    }
    #expect(result.status == 0, "\(run)\n\(result.text)\(result.errorText)")
  }
}
