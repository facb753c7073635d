import Applications
import EvidenceFiles
import SystemPackage

/// Finds people's homes: by their look, by the account list, by the customs of three systems.
enum Homes {
  /// Names that make a folder look like a home, with the system each belongs to.
  private static let marks: [(String, OperatingSystem)] = [
    ("Library", .macOS), ("AppData", .windows), (".config", .linux), (".local", .linux),
    (".cache", .linux), (".var", .linux), (".ollama", .linux), (".lmstudio", .linux),
    (".lmstudio-home-pointer", .linux), ("jan", .linux),
  ]

  /// The systems whose layout a folder shows; none where it does not look like a home.
  static func systems(_ listing: FolderListing) -> [OperatingSystem] {
    var found: [OperatingSystem] = []
    for (name, system) in marks where listing.entry(name) != nil && !found.contains(system) {
      // Below `.config` or `Library` themselves a cache folder is no sign of a home.
      found.append(system)
    }
    return found
  }

  /// The home at `path`, its systems read off its names, Linux where there is no sign.
  static func home(_ path: FilePath, user: String?, tree: EvidenceTree) -> Home {
    let systems = (try? tree.list(path)).map(systems) ?? []
    return Home(path, user: user, systems: systems.isEmpty ? [.linux] : systems)
  }

  /// The homes of an image or a machine below `root`.
  static func all(below root: FilePath, accounts: Accounts, tree: EvidenceTree) -> [Home] {
    var found: [FilePath: String?] = [:]
    for account in accounts.all where account.home.components.count > 0 {
      if case .found(let path) = tree.resolve(account.home.string, home: root), path != root,
        tree.isFolder(path)
      {
        found[path] = account.name
      }
    }
    for parent in ["home", "Users", "Documents and Settings"] {
      let folder = root.appending(parent)
      guard let listing = try? tree.list(folder) else { continue }
      for entry in listing.entries where entry.kind == .folder {
        let path = listing.path(of: entry)
        if found[path] == nil { found[path] = entry.name }
      }
    }
    let administrator = root.appending("root")
    if found[administrator] == nil, tree.isFolder(administrator) { found[administrator] = "root" }
    return found.keys.sorted { $0.string < $1.string }.map { path in
      home(path, user: found[path] ?? nil, tree: tree)
    }
  }
}
