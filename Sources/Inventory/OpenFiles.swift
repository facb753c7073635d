import EvidenceFiles
import Glibc
import SystemPackage

/// The paths that processes of this machine hold open, from `/proc` (`proc(5)`, `/proc/pid/fd`).
///
/// Linux only; elsewhere it is unknown whether a store is live. Only root sees every process; to
/// others a store that nobody was seen to hold is unknown, not idle.
struct OpenFiles: Sendable {
  private let paths: Set<String>
  private let seesAll: Bool

  /// What is open now; nil where that cannot be said, and in images.
  static func now(for found: [InventoryReader.Found]) -> OpenFiles? {
    let isOnMachine = found.contains { found in
      if case .image = found.tree.scope { false } else { true }
    }
    guard isOnMachine, let processes = try? FolderListing("/proc") else { return nil }
    var paths: Set<String> = []
    let own = String(getpid())
    for entry in processes.entries where entry.name != own && entry.name.utf8.allSatisfy(isDigit) {
      let folder = FilePath("/proc").appending(entry.component).appending("fd")
      guard let descriptors = try? FolderListing(folder) else { continue }
      for descriptor in descriptors.entries {
        if let target = EvidenceTree.linkTarget(descriptors.path(of: descriptor)),
          target.isAbsolute
        {
          paths.insert(target.string)
        }
      }
    }
    return OpenFiles(paths: paths, seesAll: geteuid() == 0)
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
  }

  /// Whether a process holds the file, or a file below the folder, at `path`; nil when unknown.
  func holds(_ path: FilePath) -> Bool? {
    let below = path.string + "/"
    for open in paths where open == path.string || open.hasPrefix(below) { return true }
    return seesAll ? false : nil
  }
}
