public import EvidenceFiles
import SystemPackage

extension Ollama {
  public func dataFolder(_ folder: FolderListing, _ tree: EvidenceTree) -> DataFolder? {
    if isDataFolder(folder, tree) {
      return DataFolder(
        folder.path, bulk: weights(in: folder.path.appending("models"), named: "models/", tree))
    }
    if folder.has("manifests", .folder), folder.has("blobs", .folder) {
      return DataFolder(folder.path, bulk: weights(in: folder.path, named: "", tree))
    }
    let name = folder.path.lastComponent?.string ?? ""
    let isDesktop =
      name.lowercased() == "ollama"
      && ["db.sqlite", "app.log", "server.log"].contains { folder.has($0, .file) }
    // The desktop app's browser.
    let above = folder.path.removingLastComponent().lastComponent?.string.lowercased()
    let isBrowser =
      name.hasPrefix("com.electron.ollama") || (name == "EBWebView" && above == "ollama app.exe")
    return isDesktop || isBrowser ? DataFolder(folder.path) : nil
  }

  /// The most blobs that are named; they must fit into a vault's settings.
  private static let limit = 8_000

  /// The blobs of a models folder that are weights, by their beginnings, each as a pattern of its own.
  ///
  /// The folder cannot be bulk as a whole: `/save` writes conversations between the weights. A download
  /// that was cut off is bulk with all its pieces, and so is the blob that it will be.
  private func weights(in models: FilePath, named prefix: String, _ tree: EvidenceTree) -> [String]
  {
    guard let listing = try? tree.list(models.appending("blobs")) else { return [] }
    var found: [String] = []
    for entry in listing.entries where entry.kind == .file {
      if let piece = entry.name.range(of: "-partial") {
        found.append(entry.name[..<piece.lowerBound] + "*")
      } else if let file = try? tree.open(listing.path(of: entry)),
        let beginning = try? file.prefix(9), ModelWeights.begin(beginning)
      {
        found.append(entry.name)
      }
    }
    var seen: Set<String> = []
    return found.filter { seen.insert($0).inserted }.prefix(Ollama.limit)
      .map { "\(prefix)blobs/\($0)" }
  }
}
