import ByteReading
public import Conversations
public import EvidenceFiles
import SQLiteEvidence
public import SystemPackage

/// Ollama: its server and prompt, `~/.ollama`, and the desktop app with its database of chats.
public struct Ollama: Application {
  public let id = ApplicationID(rawValue: "ollama")
  public let displayName = "Ollama"
  public let programs = ProgramNames(executables: ["ollama", "ollama app", "Ollama"])

  /// Makes the application.
  public init() {}

  public func survey(_ home: Home, _ survey: inout Survey) {
    var moved: [FilePath] = []
    for database in surveyDesktop(home, &survey) {
      if let folder = movedModels(database, &survey) { moved.append(folder) }
    }
    for setting in survey.environment where isSet(setting, for: home) {
      let value =
        setting.name == "XDG_CONFIG_HOME" ? setting.value + "/ollama/skills" : setting.value
      guard ["OLLAMA_MODELS", "OLLAMA_APP_DB_PATH", "XDG_CONFIG_HOME"].contains(setting.name),
        let place = survey.follow(value, named: setting.source ?? home.path)
      else { continue }
      switch setting.name {
      case "OLLAMA_MODELS": moved.append(place)
      case "OLLAMA_APP_DB_PATH": claimDatabase(place, &survey)
      default: claimFiles(.settings, place, "ollama-skills", &survey)
      }
    }
    let standard = home.place(".ollama")
    if let folder = survey.folder(id, at: standard) {
      for place in ["history", "db.sqlite"] {
        _ = survey.file(id, at: standard.appending(place))
      }
      _ = survey.folder(id, at: standard.appending("models"))
      claimDataFolder(folder, movedModels: moved, &survey)
    }
    for folder in moved { claimModels(folder, .conversations, &survey) }
    surveyMounts(below: home.path, &survey)
    if let skills = survey.folder(id, at: home.place(.config, "ollama/skills"), of: .linux) {
      claimFiles(.settings, skills, "ollama-skills", &survey)
    }
  }

  public func survey(system root: FilePath, _ survey: inout Survey) {
    surveyServices(root, &survey)
    surveyContainers(root, &survey)
    surveyTemporaryFiles(root, &survey)
    surveyMounts(below: root, &survey)
    for setting in survey.environment where setting.name == "OLLAMA_MODELS" {
      // Whoever is set a person's home was asked with it; an issue is for those who were not.
      let home = setting.home ?? root
      if case .found(let folder) = survey.tree.resolve(setting.value, home: home) {
        claimModels(folder, .conversations, &survey)
      } else if let source = setting.source,
        !survey.issues.contains(where: { $0.path == source.storedText })
      {
        _ = survey.follow(setting.value, named: source)
      }
    }
  }

  public func recognise(_ folder: FolderListing, _ survey: inout Survey) {
    guard !survey.isCovered(folder.path), let name = folder.path.lastComponent?.string else {
      return
    }
    if RequestBodies.isName(name) {
      claimRequestBodies(folder.path, &survey)
    } else if folder.has("manifests", .folder), folder.has("blobs", .folder) {
      claimModels(folder.path, .conversations, &survey)
    } else if isDataFolder(folder, survey.tree) {
      claimDataFolder(folder.path, &survey)
    } else if folder.entries.contains(where: { isServerLog($0, folder, survey.tree) }) {
      claimLogs(folder.path, &survey)
    }
  }

  public func recognise(_ file: SniffedFile, _ survey: inout Survey) {
    guard !survey.isCovered(file.path) else { return }
    let name = file.name
    if let tables = file.tables {
      guard tables.isSuperset(of: ["chats", "messages", "settings"]),
        let snapshot = try? DatabaseSnapshot(file.path), DesktopDatabase.isOne(snapshot)
      else { return }
      claimDatabase(file.path, &survey)
      if let folder = movedModels(file.path, &survey) {
        claimModels(folder, .conversations, &survey)
      }
    } else if PromptHistory.isEditorFile(name) {
      claimEditorFile(file.path, &survey)
    } else if SavedRequest.mayBeOne(name, file.prefix),
      SavedRequest.isOne(file.path, survey.tree)
    {
      claimRequest(file.path, &survey)
    } else if ServerLog.isContainerLog(name, file.prefix) {
      claimLog(file.path, .container, &survey)
    } else if ServerLog.isName(name), ServerLog.isOne(file.prefix) {
      claimLogs(file.path, &survey)
    } else if Ollama.dataFiles.contains(name),
      let folder = try? survey.tree.list(file.path.removingLastComponent()),
      isDataFolder(folder, survey.tree)
    {
      claimKnownFile(file.path, &survey)
    }
  }

  /// Whether a setting holds for the programs a person starts: it is theirs, or everybody's.
  private func isSet(_ setting: EnvironmentSetting, for home: Home) -> Bool {
    if let owner = setting.home { return owner == home.path }
    guard let source = setting.source else { return true }
    return source.lastComponent?.string == "environment"
      || source.lastComponent?.string == "profile"
      || source.removingLastComponent().lastComponent?.string == "profile.d"
  }

  /// Whether a folder is a copy of `~/.ollama`, by what lies in it.
  func isDataFolder(_ folder: FolderListing, _ tree: EvidenceTree) -> Bool {
    if folder.path.lastComponent?.string == ".ollama" { return true }
    let hasModels =
      folder.has("models", .folder) && tree.isFolder(folder.path.appending("models/manifests"))
    let hasKey = folder.has("id_ed25519", .file) && folder.has("id_ed25519.pub", .file)
    return hasModels && (hasKey || folder.has("history", .file))
      || hasKey && folder.has("history", .file) && !folder.has("known_hosts", .file)
  }

  private func isServerLog(
    _ entry: FolderEntry, _ folder: FolderListing, _ tree: EvidenceTree
  ) -> Bool {
    guard entry.kind == .file, entry.name.hasPrefix("server"), ServerLog.isName(entry.name),
      let file = try? tree.open(folder.path(of: entry)), let start = try? file.prefix(4096)
    else { return false }
    return ServerLog.isOne(start)
  }

  /// The folder that the desktop app's setting moved the models to, where it is.
  private func movedModels(_ database: FilePath, _ survey: inout Survey) -> FilePath? {
    guard let snapshot = try? DatabaseSnapshot(database),
      let table = DatabaseSchema(snapshot).table("settings"), let column = table.index(of: "models")
    else { return nil }
    var rows = TableReader(snapshot, table, columns: [column])
    guard rows.next(), let stored = rows.text(column)?.string, !stored.isEmpty else { return nil }
    return survey.follow(stored, named: database)
  }
}
