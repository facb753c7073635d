public import EvidenceFiles
import SystemPackage

extension OpenWebUI {
  /// What is bulk in a data folder: models for embedding, speech and counting tokens, fetched at need.
  private static let bulk = ["cache/embedding", "cache/whisper", "cache/tiktoken"]

  /// What is bulk in the desktop app's folder besides: models, and the programs it fetched.
  private static let desktopBulk = ["models", "llama.cpp", "python", "python.tar.gz"]

  /// Names of a data folder, without those of its databases.
  private static let marks: Set<String> = [
    "uploads", "vector_db", "cache", "docs", "litellm", "config.json", "old_config.json", "l.data",
    ".key", ".webui_secret_key",
  ]

  public func dataFolder(_ folder: FolderListing, _ tree: EvidenceTree) -> DataFolder? {
    if isDesktopFolder(folder, tree) {
      return DataFolder(
        folder.path,
        bulk: OpenWebUI.desktopBulk + OpenWebUI.bulk.map { "data/" + $0 })
    }
    guard isDataFolder(folder) else { return nil }
    let known = folder.entries.count { entry in
      let name = entry.name
      return OpenWebUI.marks.contains(name) || name.hasPrefix("audit.")
        || (["webui", "ollama.db"].contains { name.hasPrefix($0) } && name.contains(".db"))
    }
    return DataFolder(
      folder.path, bulk: OpenWebUI.bulk, known: known, others: folder.entries.count - known)
  }
}
