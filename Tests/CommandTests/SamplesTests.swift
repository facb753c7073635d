import ByteReading
import TestSupport
import Testing

/// The samples' home against what its generator wrote down.
@Suite struct SamplesTests {
  private func check(_ folder: String, _ place: String) throws {
    let home = folder + "/home"
    let scan = try sotto("scan", place, home, "--format", "json")
    let list = try sotto("list", place, home, "--format", "json")
    #expect(scan.status == 0, "\(scan.errorText)")
    #expect(list.status == 0, "\(list.errorText)")
    let found = differences(
      inventory: try parse(scan.output), list: try parse(list.output),
      expected: try parse(try contents(folder + "/expected.json")), root: home)
    for difference in found { Issue.record("\(difference)") }
  }

  @Test("the samples are found whole, to the last count")
  func samples() throws {
    try check(Repository.path + "/Samples", "--home")
  }

  @Test("other seeds are found whole as well", arguments: [1, 77, 4096])
  func otherSeeds(seed: Int) throws {
    let folder = try makeSamples(seed: seed)
    try check(folder.path, "--home")
    withExtendedLifetime(folder) {}
  }

  @Test("the same home named as a path gives the same")
  func asPath() throws {
    try check(Repository.path + "/Samples", "--in")
  }
}
