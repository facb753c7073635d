import ByteReading
import Conversations
import EvidenceFiles
import SystemPackage

/// Bionic, of the same vendor: sessions in SQLite, one database for the home and one a project.
extension LMStudio {
  /// A database of sessions with what SQLite keeps beside it.
  static let sessionFiles = [
    "ng-sessions.sqlite", "ng-sessions.sqlite-wal", "ng-sessions.sqlite-shm",
    "ng-sessions.sqlite-journal",
  ]

  /// Whether a folder is Bionic's home: a database of sessions in it or in one of its projects.
  func isBionic(_ folder: FolderListing, _ tree: EvidenceTree) -> Bool {
    guard folder.has("projects", .folder) || folder.has(".internal", .folder) else { return false }
    if tree.isFile(folder.path.appending(".internal/ng-sessions.sqlite")) { return true }
    return !projectSessions(below: folder.path.appending("projects"), tree).isEmpty
  }

  /// The databases of projects.
  func projectSessions(below projects: FilePath, _ tree: EvidenceTree) -> [FilePath] {
    guard let listing = try? tree.list(projects) else { return [] }
    return listing.entries.filter { $0.kind == .folder }
      .map { listing.path(of: $0).appending(".internal/ng-sessions.sqlite") }
      .filter { tree.isFile($0) }
  }

  /// Claims what is in Bionic's home.
  func claimBionic(_ home: FilePath, _ survey: inout Survey) {
    if let folder = survey.folder(id, at: home.appending(".internal")) {
      claimInternal(folder, &survey)
    }
    if let folder = survey.folder(id, at: home.appending("projects")) {
      claimProjects(folder, &survey)
    }
    if let file = survey.file(id, at: home.appending("settings.json")) {
      claim(.settings, file, "lm-studio-settings", FileStore(), &survey)
    }
    if let folder = survey.folder(id, at: home.appending("server-logs")) {
      claim(.logs, folder, "lm-studio-server-log", FileStore(passages: .log), &survey)
    }
    for name in ["workspace", "working-directories"] {
      if let folder = survey.folder(id, at: home.appending(name)) {
        claim(.cache, folder, "tool-files", FileStore(), &survey)
      }
    }
  }

  /// Claims a folder of projects: the databases in it, and its files as a store beside them.
  func claimProjects(_ folder: FilePath, _ survey: inout Survey) {
    var others: Set<FilePath> = []
    for database in projectSessions(below: folder, survey.tree) {
      let place = database.removingLastComponent()
      others.formUnion(LMStudio.sessionFiles.map { place.appending($0) })
      claimSessions(database, &survey)
    }
    claim(.cache, folder, "tool-files", FileStore(leavingOut: others), &survey)
  }

  /// Claims a database of sessions.
  func claimSessions(_ file: FilePath, _ survey: inout Survey) {
    let head = StoreHead(.conversations, file, format: "lm-studio-bionic")
    let companions = ["-wal", "-shm", "-journal"].map { FilePath(file.string + $0) }
    survey.claim(
      StoreClaim(id, [head], covers: [file] + companions) { _, _ in
        [
          { report in
            for path in [file] + companions {
              if let status = try? report.tree.status(path), status.kind == .file {
                report.stores[0].countFile(status)
              }
            }
            var store = SessionStore(file)
            store.read(&report)
          }
        ]
      })
  }
}
