public import EvidenceFiles
import SystemPackage

extension GPT4All {
  /// Models lie beside the chats.
  private static let bulk = ["*.gguf", "ggml-*.bin", "incomplete-*"]

  public func dataFolder(_ folder: FolderListing, _ tree: EvidenceTree) -> DataFolder? {
    if GPT4AllPlaces.isOwn(folder.path) { return DataFolder(folder.path, bulk: GPT4All.bulk) }
    // A folder that the settings name, or one that somebody copied: contents decide.
    var found = GPT4AllFolder(folder, survey: Survey(tree))
    guard !found.isForeign || folder.entries.contains(where: { $0.name.hasSuffix(".chat") }) else {
      return nil
    }
    if found.chats.isEmpty, found.copies.isEmpty {
      for entry in folder.entries where entry.kind == .file {
        found.addChat(folder.path(of: entry), named: [], tree)
      }
    }
    let own = found.chats.count + found.copies.count + found.databases.count + found.vectors.count
    guard own > 0 || found.settings != nil else { return nil }
    let small = found.keys.count + found.logs.count + (found.settings == nil ? 0 : 1)
    let models = folder.entries.count { GPT4AllFolder.isBulk($0.name) }
    let known = own + small + models
    return DataFolder(
      folder.path, bulk: GPT4All.bulk, known: known, others: folder.entries.count - known)
  }
}
