internal import SystemPackage

/// A number of files and their size.
public struct FileCount: Sendable, Equatable {
  /// The number of files.
  public var files: UInt64 = 0
  /// Their size in bytes.
  public var bytes: UInt64 = 0

  /// Makes a count.
  public init(files: UInt64 = 0, bytes: UInt64 = 0) {
    self.files = files
    self.bytes = bytes
  }

  /// Adds a file.
  mutating func add(_ size: UInt64) {
    files += 1
    bytes = bytes.addingReportingOverflow(size).partialValue
  }

  /// Adds a file, or everything below a folder, as far as it may be listed; links are not followed.
  mutating func add(_ name: FileName, _ facts: FileFacts, in folder: FolderHandle) {
    var folders: [FolderHandle] = []
    func look(_ name: FileName, _ facts: FileFacts, in folder: FolderHandle) {
      if facts.kind == .folder {
        if let found = try? folder.folder(name) { folders.append(found) }
      } else if facts.kind == .file {
        add(facts.size)
      }
    }
    look(name, facts, in: folder)
    while let folder = folders.popLast() {
      for name in (try? folder.names()) ?? [] {
        guard let facts = (try? folder.facts(of: name)) ?? nil else { continue }
        look(name, facts, in: folder)
      }
    }
  }
}
