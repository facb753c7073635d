public import EvidenceFiles
import SystemPackage

extension Jan {
  /// What is bulk in a data folder: models, and the programs that run them.
  ///
  /// `engines` itself held keys of cloud providers before cortex.cpp, and extensions are small.
  private static let bulk = [
    "models", "llamacpp/models", "llamacpp/backends", "llamacpp/lib", "mlx/models",
    "engines/cortex.*",
  ]

  /// Names of which no folder but a data folder has two.
  private static let marks: Set<String> = [
    "threads", "assistants", "extensions", "llamacpp", "mlx", "engines", "cortex.db", ".janrc",
    "mcp_config.json", "store.json", "provider_secrets.enc", "agent-workspace",
  ]

  /// Names by which a folder is Jan's wherever it is: of the program, of its browser, of its updater.
  private static let names: Set<String> = Set(
    JanPlaces.names.flatMap { name in
      [name.lowercased(), name.lowercased() + "-updater", name.lowercased() + ".ai.app"]
    } + [".jan"])

  public func dataFolder(_ folder: FolderListing, _ tree: EvidenceTree) -> DataFolder? {
    let known = folder.entries.count { Jan.marks.contains($0.name.lowercased()) }
    if known >= 2 || isNamed(folder) {
      // The program's folder has the data folder in it, unless it was moved.
      return DataFolder(folder.path, bulk: Jan.bulk + Jan.bulk.map { "data/" + $0 })
    }
    let name = folder.path.lastComponent?.string.lowercased()
    if name == "threads", JanSniffing.holdsThreads(folder, tree) { return DataFolder(folder.path) }
    return nil
  }

  /// Whether a folder has one of Jan's names, and is no project or download of that name.
  private func isNamed(_ folder: FolderListing) -> Bool {
    guard let name = folder.path.lastComponent?.string.lowercased(), Jan.names.contains(name)
    else { return false }
    if name.contains(".") || name.contains("-") { return true }
    let usual = ["settings.json", "data", "threads", "conversations", "local storage", "logs"]
    return folder.entries.contains { usual.contains($0.name.lowercased()) }
  }
}
