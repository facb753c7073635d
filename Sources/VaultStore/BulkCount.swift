internal import SystemPackage

/// How much lies in the clear by the store's rule.
public struct BulkCount: Sendable, Equatable {
  /// The number of files.
  public var files: UInt64 = 0
  /// Their size in bytes.
  public var bytes: UInt64 = 0

  /// Adds a file, or everything below a folder, as far as it may be listed.
  mutating func add(_ name: FileName, _ facts: FileFacts, in folder: FolderHandle) {
    var folders: [FolderHandle] = []
    func look(_ name: FileName, _ facts: FileFacts, in folder: FolderHandle) {
      if facts.kind == .folder {
        if let found = try? folder.folder(name) { folders.append(found) }
      } else if facts.kind == .file {
        files += 1
        bytes = bytes.addingReportingOverflow(facts.size).partialValue
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
