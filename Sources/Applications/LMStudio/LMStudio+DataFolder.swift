public import EvidenceFiles
import SystemPackage

extension LMStudio {
  /// What is bulk in a home: models, and the programs that run them.
  private static let bulk = [
    "models", "extensions/backends", "llmster", "bin", ".internal/bundled-models",
    ".internal/utils",
  ]

  /// Folders of which nobody else has two beside each other.
  private static let marks: Set<String> = [
    ".internal", "user-files", "config-presets", "server-logs", "conversations", "credentials",
  ]

  public func dataFolder(_ folder: FolderListing, _ tree: EvidenceTree) -> DataFolder? {
    let name = folder.path.lastComponent?.string.lowercased() ?? ""
    let known = folder.entries.count { $0.kind == .folder && LMStudio.marks.contains($0.name) }
    if [".lmstudio", "lm-studio"].contains(name) || known >= 2 {
      return DataFolder(folder.path, bulk: LMStudio.bulk)
    }
    // The browser's profile, and on macOS the folder of the logs.
    let above = folder.path.removingLastComponent().lastComponent?.string.lowercased() ?? ""
    if ["lm studio", "bionic"].contains(name),
      ["roaming", "application support", ".config", "logs"].contains(above)
    {
      return DataFolder(folder.path)
    }
    if isBionic(folder, tree) { return DataFolder(folder.path) }
    let chats = folder.entries.count { $0.kind == .file && ChatStore.isChat($0.name) }
    return chats == 0
      ? nil : DataFolder(folder.path, known: chats, others: folder.entries.count - chats)
  }
}
