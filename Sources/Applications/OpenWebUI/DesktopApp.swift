import ByteReading
import Conversations
import EvidenceFiles
import SystemPackage

extension OpenWebUI {
  /// Names the desktop app's folder goes by: the name of the package until the app sets its own.
  private static let desktopNames = ["open-webui", "Open WebUI"]

  /// Looks at the places of the desktop app on three systems, Flatpak and Snap included.
  func surveyDesktop(_ home: Home, _ survey: inout Survey) {
    var places: [(FilePath, OperatingSystem)] = []
    for name in OpenWebUI.desktopNames {
      for base in [Home.Base.config, .applicationSupport, .roaming] {
        places.append((home.place(base, name), base.system))
      }
      places.append(
        (home.place(".var/app/com.openwebui.desktop/config").appending(name), .linux))
    }
    if let snaps = try? survey.tree.list(home.place("snap/open-webui")) {
      for entry in snaps.entries where entry.kind == .folder {
        places.append((snaps.path(of: entry).appending(".config/open-webui"), .linux))
      }
    }
    for (place, system) in places {
      guard let folder = survey.folder(id, at: place, of: system) else { continue }
      claimDesktop(folder, &survey)
    }
  }

  /// Whether a folder is the desktop app's: its settings name the connections, or the folder is called
  /// as the app calls it and has what the app makes.
  func isDesktopFolder(_ listing: FolderListing, _ tree: EvidenceTree) -> Bool {
    guard listing.has("config.json", .file), !isDataFolder(listing) else { return false }
    guard let settings = desktopSettings(listing.path.appending("config.json"), tree) else {
      return false
    }
    return settings["localServer"] != nil || settings["defaultConnectionId"] != nil
      || (settings["connections"] != nil && settings["spotlightShortcut"] != nil)
  }

  private func desktopSettings(_ file: FilePath, _ tree: EvidenceTree) -> JSONValue? {
    guard let bytes = try? tree.contents(file, limit: 1 << 20) else { return nil }
    var json = JSONCursor(MemorySource(bytes))
    return try? json.value()
  }

  /// Claims the desktop app's folder: settings, logs, browser profiles, and the data folder wherever
  /// the settings have it.
  func claimDesktop(_ folder: FilePath, _ survey: inout Survey) {
    let tree = survey.tree
    let settingsFile = folder.appending("config.json")
    let settings = desktopSettings(settingsFile, tree)
    if tree.isFile(settingsFile) {
      claimFile(.settings, settingsFile, "open-webui-desktop-settings", &survey)
    }
    claimFolder(.logs, folder.appending("logs"), "open-webui-log", &survey)
    claimFolder(
      .cache, folder.appending("Partitions"), "chromium-profile", &survey,
      unparsed: "browser profiles of the desktop app")
    let usual = folder.appending("data")
    var active: FilePath?
    if let moved = settings?["dataDir"]?.string, !moved.isEmpty {
      active = survey.follow(moved, named: settingsFile)
    } else if let installed = settings?["installDir"]?.string, !installed.isEmpty {
      active = survey.follow(installed, named: settingsFile).map { $0.appending("data") }
    }
    if let active, active != usual {
      claimDataFolder(active, &survey)
      // What the settings no longer name is an old copy.
      if tree.isFolder(usual) { claimDataFolder(usual, &survey, asCopy: true) }
    } else if tree.isFolder(usual) {
      claimDataFolder(usual, &survey)
    }
  }
}
