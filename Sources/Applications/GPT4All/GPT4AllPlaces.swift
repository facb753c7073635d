import EvidenceFiles
import SystemPackage

/// The three folders of one installation, as Qt's `QStandardPaths` and `QSettings` choose them.
///
/// The organisation is `nomic.ai`; on macOS `QSettings` takes the domain `gpt4all.io` instead.
struct GPT4AllPlaces: Sendable {
  var system: OperatingSystem
  /// Holds `GPT4All.ini` and chats of version 0.
  var settings: FilePath
  /// Holds models, chats, documents and keys unless the settings name another folder; logs always.
  var data: FilePath
  /// Holds what can be fetched again.
  var cache: FilePath

  /// The folders below a home: of a Linux program, of the Flatpak, of macOS, of Windows.
  private static let layouts: [(OperatingSystem, settings: String, data: String, cache: String)] = [
    (.linux, ".config/nomic.ai", ".local/share/nomic.ai/GPT4All", ".cache/nomic.ai/GPT4All"),
    (
      .linux, ".var/app/io.gpt4all.gpt4all/config/nomic.ai",
      ".var/app/io.gpt4all.gpt4all/data/nomic.ai/GPT4All",
      ".var/app/io.gpt4all.gpt4all/cache/nomic.ai/GPT4All"
    ),
    (
      .macOS, ".config/gpt4all.io", "Library/Application Support/nomic.ai/GPT4All",
      "Library/Caches/nomic.ai/GPT4All"
    ),
    (
      .windows, "AppData/Roaming/nomic.ai", "AppData/Local/nomic.ai/GPT4All",
      "AppData/Local/nomic.ai/GPT4All/cache"
    ),
  ]

  /// The places below a home.
  static func all(in home: FilePath, _ tree: EvidenceTree) -> [GPT4AllPlaces] {
    layouts.map { layout in
      func place(_ relative: String) -> FilePath {
        // Windows knows no case: the folder there may be spelled otherwise.
        if layout.0 == .windows,
          case .found(let path) = tree.resolve("C:/Users/-/" + relative, home: home)
        {
          return path
        }
        return home.appending(relative)
      }
      return GPT4AllPlaces(
        system: layout.0, settings: place(layout.settings), data: place(layout.data),
        cache: place(layout.cache))
    }
  }

  /// The places where the variables of the XDG base directories move the Linux ones.
  static func moved(in home: FilePath, _ variable: (String) -> FilePath?) -> GPT4AllPlaces? {
    let config = variable("XDG_CONFIG_HOME")
    let data = variable("XDG_DATA_HOME")
    let cache = variable("XDG_CACHE_HOME")
    let moved = GPT4AllPlaces(
      system: .linux,
      settings: (config ?? home.appending(".config")).appending("nomic.ai"),
      data: (data ?? home.appending(".local/share")).appending("nomic.ai/GPT4All"),
      cache: (cache ?? home.appending(".cache")).appending("nomic.ai/GPT4All"))
    return moved.data == home.appending(layouts[0].data)
      && moved.settings == home.appending(layouts[0].settings) ? nil : moved
  }

  /// Whether a folder is where the application keeps its data by default, by the end of its path.
  static func isData(_ folder: FilePath) -> Bool {
    layouts.contains { ends(folder, with: $0.data) }
  }

  /// Whether a folder is one of the three at its default place.
  static func isOwn(_ folder: FilePath) -> Bool {
    layouts.contains { layout in
      [layout.settings, layout.data, layout.cache].contains { ends(folder, with: $0) }
    }
  }

  /// Whether a folder is part of a system's trash.
  static func isTrash(_ folder: FilePath) -> Bool {
    folder.components.contains {
      [".Trash", "Trash", "$RECYCLE.BIN", "$Recycle.Bin"].contains($0.string)
    }
  }

  private static func ends(_ folder: FilePath, with place: String) -> Bool {
    let names = folder.components.map { $0.string.lowercased() }
    let wanted = place.lowercased().split(separator: "/").map(String.init)
    return names.count > wanted.count && Array(names.suffix(wanted.count)) == wanted
  }

  /// The home of an installation that a settings or data folder belongs to by its path, such as one in
  /// a backup; nil for any other folder.
  static func home(of folder: FilePath) -> FilePath? {
    for layout in layouts {
      for place in [layout.settings, layout.data] where ends(folder, with: place) {
        var home = folder
        for _ in place.split(separator: "/") { home.removeLastComponent() }
        return home
      }
    }
    return nil
  }
}

/// What was learnt of a home while its places were looked at, for folders that are found later.
struct GPT4AllHome: Sendable {
  /// The folder the settings name instead of the default one, where there is such a folder.
  var named: FilePath?
}
