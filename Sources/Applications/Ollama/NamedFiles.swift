import Conversations
import EvidenceFiles
import SystemPackage

/// Stores of which only the files are named: settings, keys, uploads, browser profiles.
enum NamedFiles {
  /// Counts all regular files at and below `path`, links not followed.
  /// - Parameter notParsed: What it is, where it is known and not read; said with its size.
  static func parts(_ path: FilePath, notParsed: String? = nil) -> [StorePart] {
    [
      { report in
        count(path, depth: 0, &report) { _ in true }
        if let notParsed { note(notParsed, path, &report) }
      }
    ]
  }

  /// Counts the files of a folder whose names are wanted.
  static func parts(
    _ folder: FilePath, notParsed: String, where isWanted: @escaping @Sendable (String) -> Bool
  ) -> [StorePart] {
    [
      { report in
        count(folder, depth: 0, &report, where: isWanted)
        if report.stores[0].files > 0 { note(notParsed, folder, &report) }
      }
    ]
  }

  private static func note(_ what: String, _ path: FilePath, _ report: inout ReadingReport) {
    report.add(
      Issue(
        .notParsed, .info, path: path.storedText,
        "\(what), \(report.stores[0].bytes) bytes, is not read"))
  }

  static func count(
    _ path: FilePath, depth: Int, _ report: inout ReadingReport, where isWanted: (String) -> Bool
  ) {
    do throws(EvidenceError) {
      let status = try report.tree.status(path)
      switch status.kind {
      case .file: report.stores[0].countFile(status)
      case .folder where depth < 64:
        let listing = try report.tree.list(path)
        for entry in listing.entries where entry.kind == .folder || isWanted(entry.name) {
          guard entry.kind == .folder || entry.kind == .file else { continue }
          count(listing.path(of: entry), depth: depth + 1, &report, where: isWanted)
        }
      default: break
      }
    } catch {
      report.add(error)
    }
  }
}
