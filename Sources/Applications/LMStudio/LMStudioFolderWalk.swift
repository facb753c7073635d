import EvidenceFiles
import SystemPackage

extension LMStudio {
  /// A file of a store.
  struct StoreFile: Sendable {
    let path: FilePath
    let status: FileStatus

    var name: String { path.lastComponent?.string ?? "" }
  }

  /// All regular files at or below a path, hidden ones included; links are not followed.
  struct FolderWalk: Sendable {
    /// The files, folder by folder in the order of their names.
    private(set) var files: [StoreFile] = []
    /// Folders and files that could not be looked at.
    private(set) var errors: [EvidenceError] = []

    /// Walks what is at `top`.
    /// - Parameters:
    ///   - leavingOut: Files and folders that belong to other stores.
    init(_ tree: EvidenceTree, _ top: FilePath, leavingOut: Set<FilePath> = []) {
      do throws(EvidenceError) {
        let status = try tree.status(top)
        guard status.kind == .folder else {
          if status.kind == .file { files.append(StoreFile(path: top, status: status)) }
          return
        }
      } catch {
        errors.append(error)
        return
      }
      var pending = [top]
      while let folder = pending.popLast() {
        do throws(EvidenceError) {
          let listing = try tree.list(folder)
          var below: [FilePath] = []
          for entry in listing.entries {
            let path = listing.path(of: entry)
            if leavingOut.contains(path) { continue }
            if entry.kind == .folder {
              below.append(path)
            } else if entry.kind == .file {
              take(path, tree)
            }
          }
          pending += below.reversed()
        } catch {
          errors.append(error)
        }
      }
    }

    private mutating func take(_ path: FilePath, _ tree: EvidenceTree) {
      do throws(EvidenceError) {
        files.append(StoreFile(path: path, status: try tree.status(path)))
      } catch {
        errors.append(error)
      }
    }

    /// From how many bytes on a file is read as a part of its own: some milliseconds of work.
    static let bigFile: UInt64 = 8 << 20
    /// How many small files make a part.
    static let batch = 64

    /// The files in groups that are worth a part each: every big one alone.
    var groups: [[StoreFile]] {
      var groups: [[StoreFile]] = []
      var small: [StoreFile] = []
      for file in files {
        if file.status.size >= FolderWalk.bigFile {
          groups.append([file])
        } else {
          small.append(file)
          if small.count == FolderWalk.batch {
            groups.append(small)
            small.removeAll()
          }
        }
      }
      if !small.isEmpty { groups.append(small) }
      return groups
    }
  }
}
