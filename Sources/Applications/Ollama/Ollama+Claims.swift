import Conversations
import EvidenceFiles
import SystemPackage

/// What is claimed of each kind of place; nothing that somebody covers already.
extension Ollama {
  /// Claims what lies in `~/.ollama` or in a copy of it.
  /// - Parameter movedModels: Where settings in force have the application keep its models; the
  ///   folder of before is then no longer its own, but a copy.
  func claimDataFolder(
    _ folder: FilePath, movedModels: [FilePath] = [], _ survey: inout Survey
  ) {
    guard let listing = try? survey.tree.list(folder) else { return }
    let kind = { (models: FilePath) -> StoreKind in
      movedModels.isEmpty || movedModels.contains(models) ? .conversations : .copies
    }
    for entry in listing.entries {
      let path = listing.path(of: entry)
      switch (entry.name, entry.kind) {
      case ("models", .folder): claimModels(path, kind(path), &survey)
      case ("models", .link), ("logs", .link):
        guard let real = survey.folder(id, at: path) else { continue }
        if entry.name == "models" {
          claimModels(real, kind(real), &survey)
        } else {
          claimLogs(real, &survey)
        }
      case ("logs", .folder): claimLogs(path, &survey)
      case ("config", .folder): claimFiles(.settings, path, "ollama-launch", &survey)
      case ("skills", .folder): claimFiles(.settings, path, "ollama-skills", &survey)
      case ("cache", .folder): claimCache(path, &survey)
      case (_, .file): claimKnownFile(path, &survey)
      default: break
      }
    }
  }

  /// The files of `~/.ollama` that have no signature of their own.
  static let dataFiles: Set<String> = [
    "history", "history.tmp", "id_ed25519", "id_ed25519.pub", "server.json", "config.json",
  ]

  /// Claims a file of `~/.ollama` by its name.
  func claimKnownFile(_ path: FilePath, _ survey: inout Survey) {
    switch path.lastComponent?.string ?? "" {
    case "history": claimHistory(.history, path, &survey)
    case "history.tmp": claimHistory(.copies, path, &survey)
    case "id_ed25519": claimFiles(.secrets, path, "ollama-key", &survey)
    case "id_ed25519.pub": survey.cover(path)
    case "server.json": claimFiles(.settings, path, "ollama-server-json", &survey)
    case "config.json": claimFiles(.settings, path, "ollama-config", &survey)
    case "db.sqlite": claimDatabase(path, &survey)
    default: break
    }
  }

  func claimHistory(_ kind: StoreKind, _ path: FilePath, _ survey: inout Survey) {
    claim(StoreHead(kind, path, format: "ollama-history"), &survey) {
      PromptHistory.parts(path)
    }
  }

  func claimEditorFile(_ path: FilePath, _ survey: inout Survey) {
    claim(StoreHead(.copies, path, format: "ollama-prompt"), &survey) {
      PromptHistory.editorParts(path)
    }
  }

  func claimModels(_ folder: FilePath, _ kind: StoreKind, _ survey: inout Survey) {
    claim(StoreHead(kind, folder, format: "ollama-saved", onlyIfAny: true), &survey) {
      SavedModels.parts(folder)
    }
  }

  func claimRequest(_ path: FilePath, _ survey: inout Survey) {
    claim(StoreHead(.conversations, path, format: "ollama-tui-save"), &survey) {
      SavedRequest.parts(path)
    }
  }

  func claimRequestBodies(_ folder: FilePath, _ survey: inout Survey) {
    claim(StoreHead(.logs, folder, format: "ollama-request-log"), &survey) {
      RequestBodies.parts(folder)
    }
  }

  /// Claims a log, or those of a folder's files that are logs by their names.
  func claimLogs(_ path: FilePath, _ survey: inout Survey) {
    var covers = [path]
    if survey.tree.isFolder(path) {
      guard let listing = try? survey.tree.list(path) else { return }
      // Other things lie beside the logs on Windows, and somebody has to look at them.
      covers = listing.entries.filter { $0.kind == .file && ServerLog.isName($0.name) }
        .map { listing.path(of: $0) }
      if covers.isEmpty { return }
    }
    let head = StoreHead(.logs, path, format: "ollama-log")
    survey.claim(
      StoreClaim(id, [head], covers: covers) { tree, _ in
        let isFolder = tree.isFolder(path)
        return ServerLog.parts(path) { !isFolder || ServerLog.isName($0) }
      })
  }

  /// Claims a log that Ollama's lines are in among others, or in a container's wrapping.
  func claimLog(_ path: FilePath, _ source: ServerLog.Source, _ survey: inout Survey) {
    let format = source == .container ? "docker-json-log" : "syslog"
    claim(StoreHead(.logs, path, format: format, onlyIfAny: source == .shared), &survey) {
      ServerLog.parts(path, source)
    }
  }

  /// Claims the desktop app's database, and the pictures old builds kept beside it.
  func claimDatabase(_ path: FilePath, _ survey: inout Survey) {
    guard !survey.isCovered(path) else { return }
    let name = path.lastComponent?.string ?? ""
    let folder = path.removingLastComponent()
    let head = StoreHead(.conversations, path, format: "ollama-app")
    let covers = DesktopDatabase.files(of: path) + [folder.appending(name + "-shm")]
    survey.claim(
      StoreClaim(id, [head], covers: covers) { _, _ in DesktopDatabase.parts(path) })
    let images = folder.appending("cache/images")
    if survey.tree.isFolder(images) {
      claim(StoreHead(.uploads, images, format: "ollama-images"), &survey) {
        NamedFiles.parts(images)
      }
    }
  }

  func claimFiles(
    _ kind: StoreKind, _ path: FilePath, _ format: String, _ survey: inout Survey
  ) {
    claim(StoreHead(kind, path, format: format), &survey) { NamedFiles.parts(path) }
  }

  func claimCache(_ path: FilePath, _ survey: inout Survey) {
    claim(StoreHead(.cache, path, format: "ollama-cache"), &survey) { NamedFiles.parts(path) }
  }

  /// Claims a browser's profile, whose formats are not read.
  func claimBrowser(_ path: FilePath, _ format: String, _ survey: inout Survey) {
    claim(StoreHead(.cache, path, format: format), &survey) {
      NamedFiles.parts(path, notParsed: "the profile of the app's browser")
    }
  }

  func claim(
    _ head: StoreHead, _ survey: inout Survey, _ parts: @escaping @Sendable () -> [StorePart]
  ) {
    guard !survey.isCovered(head.path) else { return }
    survey.claim(StoreClaim(id, [head]) { _, _ in parts() })
  }
}
