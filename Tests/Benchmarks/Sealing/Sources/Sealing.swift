internal import Secrets
internal import VaultFormat

/// Prints how fast blocks are sealed, opened and checked: what, threads, GB/s of contents.
///
/// usage: sealing [RUNS]
///
/// Each thread goes over 64 MiB of its own, so that they come from memory and not from a cache, and
/// does a group of 102 blocks at a time. Of several runs the median counts.
@main
struct Sealing {
  static func main() async throws {
    let runs = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 5
    let volume = try SecureBytes.random(count: 32)
    let epoch = try EpochKeys(number: 1, volume: volume)
    for threads in [1, 2] {
      let benches = try (0..<threads).map { _ in try Bench(epoch) }
      for act in Bench.Act.allCases {
        var speeds: [Double] = []
        for _ in 0..<max(runs, 1) {
          let taken = await ContinuousClock().measure {
            await withTaskGroup(of: Void.self) { group in
              for bench in benches { group.addTask { bench.run(act) } }
            }
          }
          let seconds = taken / .seconds(1)
          speeds.append(Double(threads * Bench.groups * Bench.length) / seconds / 1e9)
        }
        guard benches.allSatisfy({ $0.isIntact }) else { throw Failure.notOpened }
        print(act, threads, speeds.sorted()[speeds.count / 2])
      }
    }
  }

  enum Failure: Error {
    case notOpened
  }
}
