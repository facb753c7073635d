import Glibc
import TestSupport

/// A run of one harness of `Tests/Faults`, with so few of its cases that all runs together take minutes.
struct FaultRun: Sendable, CustomStringConvertible {
  /// The harness, then its options.
  let words: [String]

  var description: String { words.joined(separator: " ") }

  private init(_ words: String) {
    self.words = words.split(separator: " ").map(String.init)
  }

  /// What chance decides: always the same, so that a run can be made again.
  ///
  /// `SOTTO_FAULT_SEED` gives another; `scripts/try-vault` goes through many.
  static let seed: Int = {
    let given = getenv("SOTTO_FAULT_SEED").flatMap { Int(String(cString: $0)) }
    let seed = max(0, given ?? 477_036)
    announce("faults are tried from seed \(seed)")
    return seed
  }()

  /// Every `step`th case, beginning anywhere.
  private static func sampled(_ words: String, every step: Int) -> FaultRun {
    FaultRun("\(words) --every \(step) --skip \(seed % step)")
  }

  private static let acts = ["lock", "restore", "key-change", "key-rotate"]

  /// All runs.
  static let all = calls + cuts + others + disks + malice + curiosity

  /// The act is cut off, or fails, at some of its calls.
  private static let calls = acts.flatMap { act in
    let few = act == "key-change"
    return [
      sampled("kill --act \(act)", every: few ? 2 : 7),
      sampled("tear --act \(act)", every: few ? 2 : 7),
      sampled("short --act \(act)", every: few ? 3 : 9),
      sampled("fail --act \(act)", every: few ? 3 : 9),
      sampled("fail --act \(act) --error ENOSPC --lasting", every: few ? 3 : 9),
    ]
  }

  /// The power goes.
  private static let cuts = acts.map { FaultRun("cuts --act \($0) --seeds 20 --first \(seed)") }

  /// Somebody else works on the store in the middle.
  private static let others = [
    "append", "replace", "create", "hold", "link", "swap-folder", "swap-store", "swap-file",
    "swap-for-other-file", "swap-erasing",
  ].map { sampled("meanwhile --kind \($0)", every: 20) }

  /// There is no room, or none any more.
  private static let disks = ["lock", "restore", "key-rotate"].flatMap { act in
    [
      sampled("small-disk --act \(act)", every: 6),
      sampled("full-disk --act \(act)", every: 12),
    ]
  }

  /// A locked vault is changed.
  private static let malice = [sampled("tamper --size tiny", every: 20)]

  /// A locked store, its disk and processes are searched.
  ///
  /// Processes when they have wiped their keys and when they are killed: in the middle of its work one
  /// does have keys, and `scripts/try-vault` looks where.
  private static let curiosity =
    [FaultRun("leaks"), FaultRun("raw-disk")]
    + (acts + ["verify"]).map { FaultRun("memory --act \($0) --size tiny --places 0") }
    + [FaultRun("memory --act verify --size tiny --places 0 --passphrase")]
}
