public import Conversations
public import EvidenceFiles
public import SystemPackage

/// The applications that are known, in the order they are asked.
public enum KnownApplications {
  /// All of them.
  ///
  /// Adding one is adding a folder beside this file and a line here.
  public static let all: [any Application] = [
    Jan(), GPT4All(), LMStudio(), OpenWebUI(), Ollama(),
  ]

  /// The folder that is locked for the sake of something that an application keeps at a path: the
  /// outermost of the folders around it that are the application's own.
  /// - Returns: Nil where it lies among other things, as a single chat somebody exported does.
  public static func dataFolder(
    of app: ApplicationID, around path: FilePath, _ tree: EvidenceTree
  ) -> DataFolder? {
    dataFolders(of: app, around: path, tree).last { $0.isOwn } ?? folderOfNothingElse(path, tree)
  }

  /// What is bulk in a folder that was named, by what was found in it or around it.
  /// - Parameter stores: The applications' things that were found, with their paths.
  /// - Returns: Patterns below the folder, each once.
  public static func bulk(
    in folder: FilePath, of stores: [(app: ApplicationID, path: FilePath)], _ tree: EvidenceTree
  ) -> [String] {
    var patterns: [String] = []
    var asked: Set<Question> = []
    for store in stores where store.path.starts(with: folder) {
      guard asked.insert(Question(app: store.app, path: store.path)).inserted else { continue }
      for inner in dataFolders(of: store.app, around: store.path, upTo: folder, tree) {
        patterns += inner.bulk(below: folder)
      }
    }
    var seen: Set<String> = []
    return patterns.filter { seen.insert($0).inserted }
  }

  private struct Question: Hashable {
    var app: ApplicationID
    var path: FilePath
  }

  /// How far from its things a data folder is looked for, in folders: as deep as the databases of
  /// Bionic's projects lie.
  private static let reach = 7

  /// How many folders in a row may be none between two data folders.
  private static let gap = 1

  /// The folders around a path in which an application keeps its things, the innermost first.
  /// - Parameter top: A folder above which nothing is looked at.
  private static func dataFolders(
    of app: ApplicationID, around path: FilePath, upTo top: FilePath = "/", _ tree: EvidenceTree
  ) -> [DataFolder] {
    guard let application = all.first(where: { $0.id == app }) else { return [] }
    var found: [DataFolder] = []
    var folder = tree.isFolder(path) ? path : path.removingLastComponent()
    var misses = 0
    while folder.components.count > 0, folder.starts(with: top),
      misses <= (found.isEmpty ? reach : gap)
    {
      misses += 1
      if let listing = try? tree.list(folder), let one = application.dataFolder(listing, tree) {
        found.append(one)
        misses = 0
      }
      folder.removeLastComponent()
    }
    return found
  }

  /// Folders that people and programs share, even when one file is all there is in them now: the
  /// user's own (xdg-user-dirs, and the same on macOS and Windows) and macOS's settings.
  private static let sharedFolders: Set<String> = [
    "Desktop", "Documents", "Downloads", "Movies", "Music", "Pictures", "Preferences", "Public",
    "Templates", "Videos",
  ]

  /// The folder of a file that has nothing else in it: a database with its log, say.
  private static func folderOfNothingElse(_ path: FilePath, _ tree: EvidenceTree) -> DataFolder? {
    guard tree.isFile(path), let name = path.lastComponent?.string,
      let listing = try? tree.list(path.removingLastComponent()),
      listing.path.components.count > 1,
      !sharedFolders.contains(listing.path.lastComponent?.string ?? ""),
      listing.entries.allSatisfy({ $0.kind == .file && $0.name.hasPrefix(name) })
    else { return nil }
    return DataFolder(listing.path)
  }
}
