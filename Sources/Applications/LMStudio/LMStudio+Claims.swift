import Conversations
import EvidenceFiles
import SystemPackage

/// The stores of one home of the application.
extension LMStudio {
  /// Claims what is in a home folder, whatever the folder is called.
  func claimHome(_ home: FilePath, _ survey: inout Survey) {
    if let chats = survey.folder(id, at: home.appending("conversations")) {
      // The folder may be a link to another disk; uploads stay in the home.
      claimChats(ChatStore(chats, isFile: false, home: home), &survey)
    }
    if let chats = survey.folder(id, at: home.appending("chats")) { claimOldChats(chats, &survey) }
    if let files = survey.folder(id, at: home.appending("user-files")) {
      claim(.uploads, files, "lm-studio-user-files", FileStore(passages: .attachment), &survey)
    }
    for (name, format) in [("server-logs", "lm-studio-server-log"), ("dev-logs", "lm-studio-log")] {
      if let logs = survey.folder(id, at: home.appending(name)) {
        claim(.logs, logs, format, FileStore(passages: .log), &survey)
      }
    }
    if let presets = survey.folder(id, at: home.appending("config-presets")) {
      claim(
        .settings, presets, "lm-studio-preset", FileStore(passages: .text, json: true), &survey)
    }
    if let file = survey.file(id, at: home.appending("settings.json")) {
      claim(.settings, file, "lm-studio-settings", FileStore(), &survey)
    }
    if let file = survey.file(id, at: home.appending("mcp.json")) {
      claim(.secrets, file, "mcp-servers", FileStore(), &survey)
    }
    if let folder = survey.folder(id, at: home.appending("credentials")) {
      claim(.secrets, folder, "lm-studio-credentials", FileStore(), &survey)
    }
    if let folder = survey.folder(id, at: home.appending(".session_cache")) {
      claim(.documents, folder, "lm-studio-rag-cache", FileStore.documents, &survey)
    }
    if let folder = survey.folder(id, at: home.appending("projects")) {
      claimProjects(folder, &survey)
    }
    for name in ["working-directories", "scratchpads", "plugin-data"] {
      if let folder = survey.folder(id, at: home.appending(name)) {
        claim(.cache, folder, "tool-files", FileStore(), &survey)
      }
    }
    if let folder = survey.folder(id, at: home.appending(".internal")) {
      claimInternal(folder, &survey)
    }
    if let folder = survey.folder(id, at: home.appending("apps/bionic")) {
      claimBionic(folder, &survey)
    }
  }

  /// Claims `.internal`: caches of documents' text, the history of the stateful interface, keys, and
  /// all the rest as settings.
  func claimInternal(_ folder: FilePath, _ survey: inout Survey) {
    var others: Set<FilePath> = []
    for name in ["parsed-documents-cache", "retrieval-sessions", "cached-rag-pipeline-chunks"] {
      let path = folder.appending(name)
      if let found = survey.folder(id, at: path) {
        others.insert(path)
        claim(.documents, found, "lm-studio-rag-cache", FileStore.documents, &survey)
      }
    }
    if let history = survey.folder(id, at: folder.appending("api-prediction-history")) {
      others.insert(folder.appending("api-prediction-history"))
      claimPredictionHistory(history, &survey)
    }
    for name in ["lms-key-2", "global-plugin-configs.json"] {
      let path = folder.appending(name)
      if let found = survey.file(id, at: path) {
        others.insert(path)
        claim(.secrets, found, "lm-studio-keys", FileStore(), &survey)
      }
    }
    for name in LMStudio.sessionFiles {
      let path = folder.appending(name)
      others.insert(path)
      if name == LMStudio.sessionFiles[0], let found = survey.file(id, at: path) {
        claimSessions(found, &survey)
      }
    }
    let drafts = folder.appending("config-presets-drafts")
    claim(
      .settings, folder, "lm-studio-internal",
      FileStore(passages: .text, json: true, passagesBelow: drafts, leavingOut: others), &survey)
  }

  /// Claims a profile of the desktop program: the browser's stores are named and not parsed, its log
  /// and its settings are stores of their own.
  func claimProfile(_ folder: FilePath, _ survey: inout Survey) {
    let logs = folder.appending("logs")
    let settings = folder.appending("settings.json")
    if let found = survey.folder(id, at: logs) {
      claim(.logs, found, "electron-log", FileStore(passages: .log), &survey)
    }
    if let found = survey.file(id, at: settings) {
      claim(.settings, found, "lm-studio-settings", FileStore(), &survey)
    }
    let files = FileStore(notParsed: "a browser's profile", leavingOut: [logs, settings])
    let head = StoreHead(.cache, folder, format: "chromium-profile", onlyIfAny: true)
    survey.claim(StoreClaim(id, [head]) { tree, demand in files.parts(folder, tree, demand) })
  }

  /// Claims a folder of chats of 0.3 and later.
  func claimChats(_ store: ChatStore, _ survey: inout Survey) {
    let head = StoreHead(.conversations, store.path, format: "lm-studio-conversation")
    survey.claim(StoreClaim(id, [head]) { tree, _ in store.parts(tree) })
  }

  /// Claims files that hold no conversations.
  func claim(
    _ kind: StoreKind, _ path: FilePath, _ format: String, _ files: FileStore,
    _ survey: inout Survey
  ) {
    let head = StoreHead(kind, path, format: format)
    survey.claim(StoreClaim(id, [head]) { tree, demand in files.parts(path, tree, demand) })
  }
}
