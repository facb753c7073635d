import Conversations
import EvidenceFiles
import SystemPackage

/// Where the desktop app keeps things, on macOS and Windows; on Linux nobody ships it.
extension Ollama {
  /// Claims what the desktop app has in a home.
  /// - Returns: The databases at the app's own places.
  func surveyDesktop(_ home: Home, _ survey: inout Survey) -> [FilePath] {
    var databases: [FilePath] = []
    let application = home.place(.applicationSupport, "Ollama")
    if let folder = survey.folder(id, at: application, of: .macOS) {
      claimAppFolder(folder, &databases, &survey)
    }
    for (place, format) in [
      ("Library/WebKit/com.electron.ollama", "wkwebview"),
      ("Library/Caches/com.electron.ollama", "wkwebview"),
      ("Library/Saved Application State/com.electron.ollama.savedState", "macos-saved-state"),
    ] {
      if let folder = survey.folder(id, at: home.place(place), of: .macOS) {
        claimBrowser(folder, format, &survey)
      }
    }
    let preferences = home.place("Library/Preferences/com.electron.ollama.plist")
    if let file = survey.file(id, at: preferences, of: .macOS) {
      claimFiles(.settings, file, "macos-preferences", &survey)
    }

    let local = folded(home, ["AppData", "Local", "Ollama"], survey.tree)
    if let folder = survey.folder(id, at: local, of: .windows) {
      claimAppFolder(folder, &databases, &survey)
      claimLogs(folder, &survey)
    }
    let webView = folded(home, ["AppData", "Roaming", "ollama app.exe", "EBWebView"], survey.tree)
    if let folder = survey.folder(id, at: webView, of: .windows) {
      claimBrowser(folder, "webview2", &survey)
    }
    let temporary = folded(home, ["AppData", "Local", "Temp"], survey.tree)
    surveyTemporary(temporary, &survey)

    // The path the code names for other systems; no release writes there.
    let other = home.place(".ollama/db.sqlite")
    if survey.tree.isFile(other) { databases.append(other) }
    return databases
  }

  private func claimAppFolder(
    _ folder: FilePath, _ databases: inout [FilePath], _ survey: inout Survey
  ) {
    if let database = survey.file(id, at: folder.appending("db.sqlite")) {
      claimDatabase(database, &survey)
      databases.append(database)
    }
    if survey.tree.isFile(folder.appending("config.json")) {
      claimFiles(.settings, folder.appending("config.json"), "ollama-app-config", &survey)
    }
    let images = folder.appending("cache/images")
    if survey.tree.isFolder(images) {
      claim(StoreHead(.uploads, images, format: "ollama-images"), &survey) {
        NamedFiles.parts(images)
      }
    }
  }

  /// A place below a home by names whose case need not be as the app wrote it: a Windows profile on
  /// a file system that tells cases apart.
  private func folded(_ home: Home, _ names: [String], _ tree: EvidenceTree) -> FilePath {
    var path = home.path
    for name in names {
      let exact = path.appending(name)
      if (try? tree.status(exact)) == nil, let listing = try? tree.list(path),
        let entry = listing.entry(name, ignoringCase: true)
      {
        path.append(entry.component)
      } else {
        path = exact
      }
    }
    return path
  }
}
