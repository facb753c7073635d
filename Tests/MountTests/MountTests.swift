import TestSupport
import Testing

/// An open vault beside a plain folder: under random operations, kills and power cuts, and at its limits.
///
/// A sample of what `scripts/try-mount` tries whole.
@Suite("An open vault", .serialized) struct MountTests {
  @Test("does what a plain folder does, and keeps what it promised", arguments: MountRun.all)
  func holds(run: MountRun) throws {
    let result = try harness(run)
    if result.status == 3 {
      announce("not tried: \(run): \(result.text.split(separator: "\n").last ?? "")")
      return
    }
    for line in result.text.split(separator: "\n") where line.contains("not tried: ") {
      announce("\(run):\(line)")
    }
    #expect(result.status == 0, "\(run)\n\(result.text)\(result.errorText)")
  }

  @Test("is tried by harnesses that find mistakes", arguments: MountRun.mistakes)
  func finds(run: MountRun) throws {
    let result = try harness(run)
    if result.status == 3 {
      announce("not tried: \(run): \(result.text.split(separator: "\n").last ?? "")")
      return
    }
    #expect(
      result.status == 1 && result.text.hasSuffix("something went wrong\n"),
      "\(run)\n\(result.text)\(result.errorText)")
  }

  /// Where the stand-in is asked for, the command is not used.
  private func harness(_ run: MountRun) throws -> ProgramResult {
    try TestSupport.run(
      "python3",
      [Repository.path + "/Tests/Mount/run"] + run.words + ["--sotto", Repository.program])
  }
}
