import Conversations
import EvidenceFiles
import SystemPackage

extension OpenWebUI {
  /// Where installations put things.
  enum Places {
    /// Names of compose files, as Docker Compose looks for them.
    static let composeNames = [
      "compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml",
    ]

    /// Folders of volumes below a home: Docker without root, Podman.
    static func volumes(_ home: Home) -> [FilePath] {
      [
        home.place(.data, "docker/volumes"), home.place(.data, "containers/storage/volumes"),
      ]
    }

    /// Folders of volumes of the system.
    static func volumes(system root: FilePath) -> [FilePath] {
      ["var/lib/docker/volumes", "var/lib/containers/storage/volumes"].map(root.appending)
    }

    /// Folders that hold Python packages below a home: of pip's user scheme, of uv's and pipx's tools,
    /// of uv's cache, of Conda's environments, each on three systems.
    static func packages(_ home: Home, _ tree: EvidenceTree) -> [FilePath] {
      var environments = [
        home.place(".local"), home.place(.data, "uv/tools/open-webui"),
        home.place(.data, "pipx/venvs/open-webui"), home.place(".local/pipx/venvs/open-webui"),
        home.place("pipx/venvs/open-webui"), home.place("open-webui/venv"),
        home.place("open-webui/.venv"), home.place(.roaming, "uv/tools/open-webui"),
        home.place(.local, "pipx/pipx/venvs/open-webui"), home.place("Library/Python"),
        home.place(.applicationSupport, "pipx/venvs/open-webui"),
      ]
      let many = [
        home.place(.cache, "uv/archive-v0"), home.place(.macCaches, "uv/archive-v0"),
        home.place(.local, "uv/cache/archive-v0"), home.place("miniconda3/envs"),
        home.place("anaconda3/envs"), home.place("miniforge3/envs"), home.place(".virtualenvs"),
        home.place("Library/Python"),
      ]
      for folder in many {
        guard let listing = try? tree.list(folder) else { continue }
        environments += listing.entries.filter { $0.kind == .folder }.map { listing.path(of: $0) }
      }
      var found: [FilePath] = []
      for environment in environments { found += packages(in: environment, tree) }
      return found
    }

    /// Folders that hold Python packages of the system.
    static func packages(system root: FilePath, _ tree: EvidenceTree) -> [FilePath] {
      ["usr", "usr/local", "opt/open-webui", "opt/open-webui/venv", "opt/open-webui/.venv"]
        .flatMap { packages(in: root.appending($0), tree) }
    }

    /// The package folders of one environment: `lib/python3.11/site-packages`, `Lib\site-packages`,
    /// and `site-packages` itself in uv's cache.
    private static func packages(in environment: FilePath, _ tree: EvidenceTree) -> [FilePath] {
      guard tree.isFolder(environment) else { return [] }
      var candidates = [environment, environment.appending("Lib/site-packages")]
      for library in ["lib", "lib64"] {
        let folder = environment.appending(library)
        guard tree.isFolder(folder), let listing = try? tree.list(folder) else { continue }
        for entry in listing.entries where entry.kind == .folder && entry.name.hasPrefix("python") {
          candidates.append(listing.path(of: entry).appending("site-packages"))
          candidates.append(listing.path(of: entry).appending("dist-packages"))
        }
      }
      return candidates.filter { folder in
        tree.isFolder(folder.appending("open_webui"))
          || tree.isFile(folder.appending("open_webui_data.zip"))
      }
    }
  }

  // MARK: - Looking

  /// Looks at a folder of Python packages: the data folder of today, the one of 0.3 and before, and the
  /// archive that the move from one to the other leaves.
  func surveyPackages(_ packages: FilePath, _ survey: inout Survey) {
    if let folder = survey.folder(id, at: packages.appending("open_webui/data")) {
      claimDataFolder(folder, &survey)
    }
    let old = packages.appending("data")
    if survey.tree.isFile(old.appending("webui.db")), let folder = survey.folder(id, at: old) {
      claimDataFolder(folder, &survey)
    }
    let archive = packages.appending("open_webui_data.zip")
    if survey.tree.isFile(archive), let file = survey.file(id, at: archive) {
      claimArchive(file, &survey)
    }
  }

  /// Looks into the writable layers of containers that were run without a volume.
  func surveyLayers(_ folder: FilePath, _ survey: inout Survey) {
    guard let listing = try? survey.tree.list(folder) else { return }
    for entry in listing.entries where entry.kind == .folder {
      let data = listing.path(of: entry).appending("diff/app/backend/data")
      if let contents = try? survey.tree.list(data), isDataFolder(contents) {
        survey.look(id, data, .found)
        claimDataFolder(data, &survey)
      }
    }
  }

  /// Looks at container volumes, whatever they are called.
  func surveyVolumes(
    _ folders: [FilePath], _ survey: inout Survey, of system: OperatingSystem?
  ) {
    for folder in folders {
      guard let found = survey.folder(id, at: folder, of: system) else { continue }
      let listing: FolderListing
      do {
        listing = try survey.tree.list(found)
      } catch {
        survey.look(id, found, error.isDenial ? .denied : .absent)
        if error.isDenial { survey.add(Issue(error)) }
        continue
      }
      for entry in listing.entries where entry.kind == .folder {
        let data = listing.path(of: entry).appending("_data")
        if let contents = try? survey.tree.list(data), isDataFolder(contents) {
          survey.look(id, data, .found)
          claimDataFolder(data, &survey)
        }
      }
    }
  }

  /// Follows the variables that move the data folder, the database or the log of requests.
  ///
  /// Their names are common ones, so contents decide.
  func surveyEnvironment(_ survey: inout Survey) {
    for setting in survey.environment {
      guard setting.home == nil || survey.home == nil || setting.home == survey.home?.path else {
        continue
      }
      let source = setting.source ?? survey.home?.path ?? "/"
      switch setting.name {
      case "DATA_DIR":
        guard let folder = survey.follow(setting.value, named: source),
          let listing = try? survey.tree.list(folder), isDataFolder(listing)
        else { continue }
        survey.look(id, folder, .found)
        claimDataFolder(folder, &survey)
      case "DATABASE_URL":
        // SQLAlchemy: three slashes, then the path; it begins with a fourth where it is absolute.
        guard setting.value.hasPrefix("sqlite"), let start = setting.value.range(of: ":///"),
          let file = survey.follow(String(setting.value[start.upperBound...]), named: source),
          survey.tree.isFile(file), DatabaseReading.hasChats(file)
        else { continue }
        survey.look(id, file, .found)
        claimDatabase(file, in: nil, &survey)
      case "AUDIT_LOGS_FILE_PATH":
        guard let file = survey.follow(setting.value, named: source), survey.tree.isFile(file)
        else {
          continue
        }
        survey.look(id, file, .found)
        claimLog(file, &survey)
      default: continue
      }
    }
  }

  // MARK: - Recognising

  /// Whether a folder holds what only a data folder does: the database under one of its names, or,
  /// where the database is elsewhere, the uploads beside the vector store or the cache.
  func isDataFolder(_ listing: FolderListing) -> Bool {
    if listing.has("webui.db", .file) { return true }
    if listing.has("ollama.db", .file),
      DatabaseReading.hasChats(listing.path.appending("ollama.db"))
    {
      return true
    }
    return listing.has("uploads", .folder) && listing.has("vector_db", .folder)
  }
}
