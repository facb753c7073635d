import ByteReading
import Conversations
import EvidenceFiles
import SystemPackage

extension OpenWebUI {
  /// Claims everything in a data folder.
  /// - Parameter asCopy: Whether the settings name another one, so that this is an old copy.
  func claimDataFolder(_ folder: FilePath, _ survey: inout Survey, asCopy: Bool = false) {
    let tree = survey.tree
    let listing: FolderListing
    do {
      listing = try tree.list(folder)
    } catch {
      survey.add(Issue(error))
      return
    }
    for name in ["webui.db", "ollama.db"] where listing.has(name, .file) {
      // The earlier name says little by itself: the tables must be those of the server.
      if name == "ollama.db", !DatabaseReading.hasChats(folder.appending(name)) { continue }
      claimDatabase(folder.appending(name), in: folder, &survey, asCopy: asCopy)
    }
    // The database's name in a folder that has none: nothing but files was put here, or it is elsewhere.
    let database = listing.has("webui.db", .file) ? folder.appending("webui.db") : nil
    claimUploads(folder.appending("uploads"), database, &survey)
    claimFolder(.uploads, folder.appending("docs"), "open-webui-docs", &survey)
    claimVectors(folder.appending("vector_db"), &survey)
    claimCache(folder.appending("cache"), &survey)
    for entry in listing.entries where entry.kind == .file {
      let file = listing.path(of: entry)
      switch entry.name {
      case "config.json", "old_config.json":
        claimFile(.settings, file, "open-webui-settings", &survey)
      case ".key", ".webui_secret_key":
        claimFile(.secrets, file, "open-webui-key", &survey)
      case let name where name.hasPrefix("audit.") && name.contains("log"):
        claimLog(file, &survey)
      default: break
      }
    }
    let proxy = folder.appending("litellm/config.yaml")
    if tree.isFile(proxy) { claimFile(.secrets, proxy, "litellm-settings", &survey) }
    for place in [folder, folder.removingLastComponent()] {
      let key = place.appending(".webui_secret_key")
      if place != folder, tree.isFile(key) { claimFile(.secrets, key, "open-webui-key", &survey) }
    }
  }

  /// Claims keys that lie where the server was started from.
  func claimLooseKeys(_ folder: FolderListing, _ survey: inout Survey) {
    if folder.has(".webui_secret_key", .file) {
      claimFile(.secrets, folder.path.appending(".webui_secret_key"), "open-webui-key", &survey)
    }
  }

  // MARK: - The database

  /// Whether a file's tables are those of the server.
  func isDatabase(_ file: SniffedFile) -> Bool {
    (file.tables?.contains("chat") ?? false) && DatabaseReading.hasChats(file.path)
  }

  /// Whether a file of the database's name is encrypted, as SQLCipher does it.
  func isEncrypted(_ file: SniffedFile) -> Bool {
    file.tables == nil && (file.name.hasPrefix("webui.db") || file.name.hasPrefix("ollama.db"))
      && OpenWebUI.looksEncrypted(file.prefix, file.status.size)
  }

  /// Whether a file of the database's name cannot be read, so that its name is all there is to go by.
  func isNamedDatabase(_ file: SniffedFile) -> Bool {
    guard file.name == "webui.db" else { return false }
    return file.status.size == 0 || file.prefix.starts(with: "SQLite format 3\0".utf8)
  }

  /// Claims a database; one of another name beside the one in use is a copy somebody made.
  func claimDatabase(
    _ path: FilePath, in folder: FilePath?, _ survey: inout Survey, asCopy: Bool = false
  ) {
    // Somebody who knew more, the settings of the desktop app, has said what it is.
    if survey.isCovered(path) { return }
    let parent = path.removingLastComponent()
    let name = path.lastComponent?.string ?? ""
    let isBackup =
      asCopy
      || (name != "webui.db" && name != "ollama.db"
        && survey.tree.isFile(parent.appending("webui.db")))
    var reading = DatabaseReading(path: path)
    let uploads = parent.appending("uploads")
    if survey.tree.isFolder(uploads) { reading.uploads = uploads }
    var heads = [StoreHead(isBackup ? .copies : .conversations, path, format: "open-webui-db")]
    if isBackup {
      reading.stores = DatabaseStores(chats: 0, snapshots: 0, documents: 1)
    } else {
      heads.append(
        StoreHead(.copies, path, format: "open-webui-snapshots", onlyIfAny: true))
      if let source = databaseElsewhere(for: path, survey) {
        reading.remarks.append(
          Issue(
            Codes.stale, .warning, path: path.storedText,
            "the server keeps its conversations in Postgres, as \(source) says; what is here may"
              + " be of an earlier time"))
      }
    }
    heads.append(StoreHead(.documents, path, format: "open-webui-documents", onlyIfAny: true))
    let final = reading
    survey.claim(
      StoreClaim(
        id, heads,
        covers: ["", "-wal", "-shm", "-journal"].map { parent.appending(name + $0) },
        parts: { tree, demand in final.parts(tree, demand) }))
  }

  // MARK: - Named files and folders

  /// Claims a file that is named and not parsed.
  func claimFile(
    _ kind: StoreKind, _ path: FilePath, _ format: String, _ survey: inout Survey
  ) {
    survey.claim(
      StoreClaim(id, [StoreHead(kind, path, format: format)]) { _, _ in
        [
          { report in
            if let status = try? report.tree.status(path) { report.stores[0].countFile(status) }
          }
        ]
      })
  }

  /// Claims a folder, if it is there, whose files are counted.
  /// - Parameter unparsed: What the files are, where they could be read and are not.
  func claimFolder(
    _ kind: StoreKind, _ path: FilePath, _ format: String, _ survey: inout Survey,
    unparsed: String? = nil
  ) {
    guard survey.tree.isFolder(path) else { return }
    survey.claim(
      StoreClaim(id, [StoreHead(kind, path, format: format)]) { _, _ in
        [
          { report in
            FileWalk(path).each(&report) { file, report in
              if kind == .logs { LogFile(file).emitLines(&report) }
            }
            if let unparsed, report.stores[0].files > 0 {
              report.add(
                Issue(
                  .notParsed, .info, path: path.storedText,
                  "\(unparsed), \(report.stores[0].bytes) bytes, not parsed"))
            }
          }
        ]
      })
  }

  /// Claims a log.
  func claimLog(_ path: FilePath, _ survey: inout Survey) {
    survey.claim(
      StoreClaim(id, [StoreHead(.logs, path, format: "open-webui-log")]) { _, _ in
        [
          { report in
            if let status = try? report.tree.status(path) { report.stores[0].countFile(status) }
            LogFile(path).emitLines(&report)
          }
        ]
      })
  }
}
