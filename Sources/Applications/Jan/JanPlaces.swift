import ByteReading
import Conversations
import EvidenceFiles
import SystemPackage

/// Jan's places in one home: folders of the program, the pointers in them, and the data folders.
struct JanPlaces {
  /// Folder names of the three release channels, small; older builds used small letters themselves.
  static let names = ["Jan", "Jan-nightly", "Jan-beta"]
  /// The identifiers under which the newer shell keeps its WebView.
  static let bundles = ["jan.ai.app", "jan-nightly.ai.app", "jan-beta.ai.app"]
  /// Flatpak identifiers, the second as Flathub would have it.
  private static let flatpaks = ["ai.menlo.jan", "ai.jan.Jan"]

  /// What belongs together: one channel on one system, packaged one way, has one data folder.
  struct Installation: Hashable {
    var system: OperatingSystem
    var channel: String
    var package: String
  }

  /// A folder of an installation.
  private struct Candidate {
    var path: FilePath
    var installation: Installation
    /// Whether it is the program's own, which nothing was ever moved out of.
    var isProgram = false
  }

  private let home: Home
  /// Folders with a pointer, leveldb, WebView store and the like, links resolved.
  private var programFolders: [Candidate] = []
  private var bundleFolders: [Candidate] = []
  private var dataFolders: [Candidate] = []
  private var vectorFolders: [FilePath] = []
  /// The data folders that pointers name and that are there.
  private var named: [Installation: [FilePath]] = [:]
  private var pointers: Set<FilePath> = []

  init(_ home: Home) {
    self.home = home
  }

  // MARK: - Looking

  /// Looks at all known places and follows the pointers.
  mutating func look(_ survey: inout Survey) {
    for base in [Home.Base.config, .data, .applicationSupport, .roaming] {
      lookForPrograms(
        in: home.path.appending(base.rawValue), base.system, package: "", isData: base != .config,
        &survey)
    }
    for package in JanPlaces.flatpaks {
      let top = home.path.appending(".var/app").appending(package)
      guard survey.folder(JanClaims.id, at: top, of: .linux) != nil else { continue }
      lookForPrograms(in: top.appending("config"), .linux, package: package, isData: false, &survey)
      lookForPrograms(in: top.appending("data"), .linux, package: package, isData: true, &survey)
    }
    let first = Installation(system: .linux, channel: "Jan", package: "")
    if let folder = survey.folder(JanClaims.id, at: home.place("jan"), of: .linux),
      let listing = try? survey.tree.list(folder), JanSniffing.isDataFolder(listing, survey.tree)
    {
      // Somebody may be called Jan.
      dataFolders.append(Candidate(path: folder, installation: first))
    }
    lookAtEnvironment(first, &survey)
    for place in programFolders + bundleFolders { followPointer(of: place, &survey) }
  }

  /// Looks for the program's folders below `parent`, whatever the case of their names.
  private mutating func lookForPrograms(
    in parent: FilePath, _ system: OperatingSystem, package: String, isData: Bool,
    _ survey: inout Survey
  ) {
    let entries = (try? survey.tree.list(parent))?.entries ?? []
    for name in JanPlaces.names {
      let found = entries.filter { $0.name.lowercased() == name.lowercased() }
      if found.isEmpty, name == "Jan" {
        _ = survey.folder(JanClaims.id, at: parent.appending(name), of: system)
      }
      for entry in found {
        let place = parent.appending(entry.component)
        guard let path = survey.folder(JanClaims.id, at: place, of: system) else { continue }
        let installation = Installation(system: system, channel: name, package: package)
        programFolders.append(Candidate(path: path, installation: installation))
        // Until 0.3.2 the program's folder was the data folder as well.
        dataFolders.append(
          Candidate(path: path, installation: installation, isProgram: true))
        if let data = survey.folder(JanClaims.id, at: path.appending("data"), of: system) {
          dataFolders.append(Candidate(path: data, installation: installation))
          // The vectors stay below the system's data folder wherever the data folder is.
          if isData,
            let vectors = survey.folder(JanClaims.id, at: data.appending("db"), of: system)
          {
            vectorFolders.append(vectors)
          }
        }
      }
    }
    guard isData else { return }
    for (bundle, channel) in zip(JanPlaces.bundles, JanPlaces.names) {
      for entry in entries where entry.name.lowercased() == bundle {
        let place = parent.appending(entry.component)
        guard let path = survey.folder(JanClaims.id, at: place, of: system) else { continue }
        let installation = Installation(system: system, channel: channel, package: package)
        bundleFolders.append(Candidate(path: path, installation: installation))
      }
    }
  }

  /// `JAN_DATA_FOLDER` names the data folder itself, `JAN_DATA_ROOT` and the variables of the XDG base
  /// directory specification the folder above the program's.
  private mutating func lookAtEnvironment(_ first: Installation, _ survey: inout Survey) {
    for setting in survey.environment {
      // Of this process, of a unit for this person, or of a file in this home.
      guard
        setting.home.map({ $0 == home.path })
          ?? (setting.source.map { $0.starts(with: home.path) } ?? true)
      else { continue }
      switch setting.name {
      case "JAN_DATA_FOLDER":
        guard let path = survey.follow(setting.value, named: setting.source ?? home.path),
          survey.tree.isFolder(path)
        else { continue }
        dataFolders.append(Candidate(path: path, installation: first))
        named[first, default: []].append(path)
      case "JAN_DATA_ROOT", "XDG_DATA_HOME", "XDG_CONFIG_HOME":
        guard let path = survey.follow(setting.value, named: setting.source ?? home.path),
          survey.tree.isFolder(path)
        else { continue }
        lookForPrograms(
          in: path, .linux, package: "", isData: setting.name != "XDG_CONFIG_HOME", &survey)
      default: break
      }
    }
  }

  /// Follows `data_folder` of the `settings.json` in a folder of the program.
  private mutating func followPointer(of place: Candidate, _ survey: inout Survey) {
    let path = place.path.appending("settings.json")
    guard let pointer = survey.file(JanClaims.id, at: path, of: place.installation.system),
      !pointers.contains(pointer)
    else { return }
    pointers.insert(pointer)
    guard let stored = JanPlaces.dataFolder(namedIn: pointer, &survey) else { return }
    guard let folder = survey.follow(stored, named: pointer), survey.tree.isFolder(folder) else {
      return
    }
    dataFolders.append(Candidate(path: folder, installation: place.installation))
    named[place.installation, default: []].append(folder)
  }

  /// What a pointer file names, as stored.
  static func dataFolder(namedIn pointer: FilePath, _ survey: inout Survey) -> String? {
    guard let bytes = try? survey.tree.contents(pointer, limit: 1 << 20) else { return nil }
    var json = JSONCursor(MemorySource(bytes), window: 4096)
    do {
      return try json.value()["data_folder"]?.string
    } catch {
      survey.add(Issue(error, in: pointer))
      return nil
    }
  }

  // MARK: - Claiming

  /// Claims what was found.
  func claim(_ survey: inout Survey) {
    for pointer in pointers.sorted(by: { $0.string < $1.string }) {
      survey.claim(JanClaims.named(.settings, pointer, format: "jan-settings"))
    }
    for folder in vectorFolders { survey.claim(JanVectorStores.folder(.documents, folder)) }
    survey.remember(JanNamedFolders(paths: Set(named.values.joined())))
    // Those that pointers name come first: what they hold is what the application has now.
    for candidate in dataFolders where isNamed(candidate) {
      JanDataFolder(candidate.path, isOld: false, hasVectors: !vectorFolders.isEmpty)
        .claim(&survey)
    }
    for candidate in dataFolders where !isNamed(candidate) {
      let isOld = !candidate.isProgram && !(named[candidate.installation] ?? []).isEmpty
      JanDataFolder(candidate.path, isOld: isOld, hasVectors: !vectorFolders.isEmpty)
        .claim(&survey)
    }
    for place in programFolders { JanPlaces.claimBrowser(in: place.path, &survey) }
    for place in bundleFolders { claimBundle(place.path, &survey) }
    claimCaches(&survey)
    claimCommandLine(&survey)
  }

  private func isNamed(_ candidate: Candidate) -> Bool {
    named.values.contains { $0.contains(candidate.path) }
  }

  /// What the browser engine of the older shell keeps.
  static func claimBrowser(in folder: FilePath, _ survey: inout Survey) {
    let storage = folder.appending("Local Storage/leveldb")
    if survey.tree.isFolder(storage) {
      survey.look(JanClaims.id, storage, .notParsed)
      survey.claim(
        JanClaims.named(
          .cache, storage, format: "leveldb",
          unparsed: "local storage of the window: from 0.5.12 to 0.5.17 it holds chatMessages, all "
            + "messages of all threads, deleted ones included"))
    }
    let databases = folder.appending("databases")
    if survey.tree.isFolder(databases) {
      survey.look(JanClaims.id, databases, .notParsed)
      survey.claim(
        JanClaims.named(
          .cache, databases, format: "jan-pouchdb",
          unparsed: "conversations of 0.2.3 and earlier (PouchDB)"))
    }
  }

  /// The WebView's folder of the newer shell; a telephone's database may lie in it.
  private func claimBundle(_ folder: FilePath, _ survey: inout Survey) {
    JanPlaces.claimMobile(below: folder, &survey)
    var excluded: Set<FilePath> = [folder.appending("settings.json")]
    for suffix in ["", "-wal", "-journal", "-shm"] {
      excluded.insert(folder.appending("jan.db" + suffix))
    }
    survey.look(JanClaims.id, folder, .notParsed)
    survey.claim(
      JanClaims.named(
        .cache, folder, format: "webview", except: excluded,
        unparsed: "storage of the window; until 0.7 it holds API keys and settings"))
  }

  /// Claims a telephone's database below the application's folder.
  static func claimMobile(below folder: FilePath, _ survey: inout Survey) {
    for place in ["jan.db", "files/jan.db"] {
      let path = folder.appending(place)
      if survey.tree.isFile(path), JanMobileDatabase.recognises(path) {
        survey.look(JanClaims.id, path, .found)
        survey.claim(JanMobileDatabase.claim(path))
      }
    }
  }

  private func claimCaches(_ survey: inout Survey) {
    var places: [(FilePath, OperatingSystem, String)] = []
    for bundle in JanPlaces.bundles {
      places.append((home.place("Library/WebKit/\(bundle)"), .macOS, "storage of the window"))
      places.append((home.place(.local, bundle), .windows, "storage of the window"))
    }
    places.append((home.place(.cache, "jan-updater"), .linux, "downloads of the updater"))
    places.append((home.place(.local, "jan-updater"), .windows, "downloads of the updater"))
    for package in JanPlaces.flatpaks
    where survey.tree.isFolder(home.place(".var/app/\(package)")) {
      places.append((home.place(".var/app/\(package)/cache"), .linux, "caches"))
    }
    if let caches = try? survey.tree.list(home.place(.macCaches, "")) {
      for entry in caches.entries
      where entry.kind == .folder
        && (entry.name.lowercased() == "jan" || entry.name.lowercased().hasPrefix("jan-")
          || entry.name.lowercased().hasPrefix("jan."))
      {
        places.append((caches.path(of: entry), .macOS, "caches"))
      }
    }
    for (place, system, what) in places {
      // Absence is said by looking; what is there is said to be unparsed.
      guard survey.tree.isFolder(place) else {
        _ = survey.folder(JanClaims.id, at: place, of: system)
        continue
      }
      survey.look(JanClaims.id, place, .notParsed)
      survey.claim(JanClaims.named(.cache, place, format: "webview", unparsed: what))
    }
  }

  /// What the command-line edition keeps in `~/.jan`.
  private func claimCommandLine(_ survey: inout Survey) {
    guard let folder = survey.folder(JanClaims.id, at: home.place(".jan"), of: .linux) else {
      return
    }
    for name in ["config.toml", "cli_telemetry.json"] {
      let path = folder.appending(name)
      if survey.tree.isFile(path) {
        survey.claim(JanClaims.named(.settings, path, format: "jan-settings"))
      }
    }
    let projects = folder.appending("projects")
    if survey.tree.isFolder(projects) {
      survey.look(JanClaims.id, projects, .notParsed)
      survey.claim(
        JanClaims.named(
          .cache, projects, format: "jan-projects",
          unparsed: "projects of the command line, with threads in a form that is not known"))
    }
  }
}

/// The data folders that pointers of a home name; remembered for what is found there later.
struct JanNamedFolders: Sendable {
  var paths: Set<FilePath>
}
