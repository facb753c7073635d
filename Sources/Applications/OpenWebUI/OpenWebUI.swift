public import Conversations
public import EvidenceFiles
public import SystemPackage

/// Open WebUI, from "Ollama-WebUI" on: its server's data folder wherever an installation has it, and
/// the desktop app.
public struct OpenWebUI: Application {
  /// Makes the application.
  public init() {}

  /// The stable name.
  public let id = ApplicationID(rawValue: "open-webui")
  /// The name for people.
  public let displayName = "Open WebUI"
  // A Python program, started by its own script or by uvicorn.
  public let programs = ProgramNames(
    executables: ["open-webui"], arguments: ["open-webui", "open_webui.main:app"])

  /// Looks at the places installations use below a home, and follows the settings that move data.
  public func survey(_ home: Home, _ survey: inout Survey) {
    rememberDatabaseElsewhere(&survey)
    surveyDesktop(home, &survey)
    surveyEnvironment(&survey)
    surveyVolumes(Places.volumes(home), &survey, of: .linux)
    for packages in Places.packages(home, survey.tree) { surveyPackages(packages, &survey) }
  }

  /// Looks at container volumes, container settings and packages of the system.
  public func survey(system root: FilePath, _ survey: inout Survey) {
    rememberDatabaseElsewhere(&survey)
    surveyEnvironment(&survey)
    surveyContainers(root.appending("var/lib/docker/containers"), &survey)
    surveyVolumes(Places.volumes(system: root), &survey, of: nil)
    surveyLayers(root.appending("var/lib/docker/overlay2"), &survey)
    for packages in Places.packages(system: root, survey.tree) {
      surveyPackages(packages, &survey)
    }
    for folder in ["app/backend/data", "srv/open-webui", "opt/open-webui/backend/data"] {
      let place = root.appending(folder)
      if survey.tree.isFolder(place) { claimDataFolder(place, &survey) }
    }
  }

  /// Claims a data folder, a desktop app's folder, or a compose file's mounts by their names.
  public func recognise(_ folder: FolderListing, _ survey: inout Survey) {
    for name in Places.composeNames where folder.has(name, .file) {
      readCompose(folder.path.appending(name), &survey)
    }
    if isDesktopFolder(folder, survey.tree) {
      claimDesktop(folder.path, &survey)
    } else if isDataFolder(folder) {
      claimDataFolder(folder.path, &survey)
    } else {
      claimLooseKeys(folder, &survey)
    }
  }

  /// Claims a database, an export or an archive by its contents.
  public func recognise(_ file: SniffedFile, _ survey: inout Survey) {
    if isDatabase(file) || isEncrypted(file) || isNamedDatabase(file) {
      claimDatabase(file.path, in: nil, &survey)
    } else if ExportFile.isOne(file.prefix) {
      claimExport(file.path, &survey)
    } else if file.name == "open_webui_data.zip" {
      claimArchive(file.path, &survey)
    } else if file.name == "config.v2.json" {
      claimContainer(file.path, &survey)
    }
  }
}
