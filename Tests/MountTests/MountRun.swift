import Glibc
import TestSupport

/// A run of one harness of `Tests/Mount`, so short that all runs together take minutes.
struct MountRun: Sendable, CustomStringConvertible {
  /// The harness, then its options.
  let words: [String]

  var description: String { words.joined(separator: " ") }

  private init(_ words: String) {
    self.words = words.split(separator: " ").map(String.init)
  }

  /// What chance decides: always the same, so that a run can be made again.
  ///
  /// `SOTTO_MOUNT_SEED` gives another; `scripts/try-mount` goes through many.
  static let seed: Int = {
    let given = getenv("SOTTO_MOUNT_SEED").flatMap { Int(String(cString: $0)) }
    let seed = max(0, given ?? 1)
    announce("mounts are tried from seed \(seed)")
    return seed
  }()

  /// The command itself is tried.
  static let all = [
    "properties --seeds 2 --ops 1500 --remount-every 500 --crash-every 600",
    "engines --kills 2 --rows 60",
    "crashes --kills 12",
    "powercuts --rows 30 --cuts 8 --load",
    "powercuts --rows 15 --cuts 5 --mode delete --killed",
    "limits --files 2000 --gibibytes 20 --rounds 10 --turns 6 --disk 200 --patience 300",
    "keys",
  ].map { MountRun("\($0) --key --seed \(seed)") }

  /// The harnesses are tried: a mistake of the stand-in that each must find, and keys before they are
  /// wiped.
  static let mistakes =
    ["tail", "edge", "times", "orphan", "forgetful", "links", "exchange", "listing", "seek"].map {
      MountRun(
        "properties --standin \($0) --seed 1 --seeds 3 --ops 2000 --remount-every 700 --tries 0")
    } + [
      MountRun("crashes --standin lazy --kills 3"),
      MountRun("engines --standin stays --kills 1 --rows 20 --only server"),
      MountRun("powercuts --standin nosync --rows 20 --cuts 10"),
      MountRun("powercuts --standin late --rows 20 --cuts 10"),
      MountRun("limits --standin leak --turns 8 --only flat"),
      MountRun("keys --early --key --only open"),
    ]
}
