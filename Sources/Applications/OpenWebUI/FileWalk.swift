import EvidenceFiles
import SystemPackage

extension OpenWebUI {
  /// All regular files at and below a folder, links not followed, counted into the first store.
  struct FileWalk {
    private let top: FilePath

    init(_ top: FilePath) {
      self.top = top
    }

    /// Counts each file and gives it to `body`.
    func each(
      _ report: inout ReadingReport, _ body: (FilePath, inout ReadingReport) -> Void
    ) {
      var pending = [top]
      while let folder = pending.popLast() {
        let listing: FolderListing
        do {
          listing = try report.tree.list(folder)
        } catch {
          report.add(error)
          continue
        }
        for entry in listing.entries.reversed() where entry.kind == .folder {
          pending.append(listing.path(of: entry))
        }
        for entry in listing.entries where entry.kind == .file {
          let path = listing.path(of: entry)
          do {
            report.stores[0].countFile(try report.tree.status(path))
            body(path, &report)
          } catch {
            report.add(error)
          }
        }
      }
    }
  }
}
