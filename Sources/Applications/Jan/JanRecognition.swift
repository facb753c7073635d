import ByteReading
import Conversations
import EvidenceFiles
import SystemPackage

/// Finds Jan's stores by content where no known place led: backups, moved folders, single files.
enum JanRecognition {
  static func recognise(_ folder: FolderListing, _ survey: inout Survey) {
    let tree = survey.tree
    if recogniseData(folder, &survey) { return }
    if folder.has("settings.json", .file), folder.has("Local Storage", .folder),
      isPointer(JanSniffing.beginning(of: folder.path.appending("settings.json"), tree))
    {
      JanPlaces.claimBrowser(in: folder.path, &survey)
      return
    }
    if folder.has("thread.json", .file) || folder.has("messages.jsonl", .file),
      JanSniffing.isThread(folder, tree)
    {
      survey.claim(JanClaims.thread(folder.path))
      return
    }
    let folders = folder.entries.lazy.filter { $0.kind == .folder }
    let isThreadsFolder = folder.path.lastComponent?.string.lowercased() == "threads"
    if isThreadsFolder || folders.prefix(8).contains(where: { JanSniffing.isThreadName($0.name) }),
      JanSniffing.holdsThreads(folder, tree)
    {
      survey.claim(JanClaims.threads(kind(of: folder.path, .conversations, survey), folder.path))
      return
    }
    if folders.contains(where: { $0.name.hasPrefix("jan-") }),
      JanSniffing.holdsMarkdown(folder, tree)
    {
      survey.claim(JanClaims.markdown(kind(of: folder.path, .conversations, survey), folder.path))
      return
    }
    if folder.entries.contains(where: { isVectorName($0.name) }),
      holdsVectors(folder.path, tree)
    {
      survey.claim(JanVectorStores.folder(kind(of: folder.path, .documents, survey), folder.path))
    }
  }

  /// A folder with a `threads` folder in it is a data folder, whatever it is called.
  private static func recogniseData(_ folder: FolderListing, _ survey: inout Survey) -> Bool {
    guard let entry = folder.entry("threads", ignoringCase: true), entry.kind == .folder else {
      return false
    }
    let path = folder.path(of: entry)
    guard !survey.isCovered(path), let inner = try? survey.tree.list(path),
      JanSniffing.holdsThreads(inner, survey.tree)
    else { return false }
    let isOld = kind(of: folder.path, .conversations, survey) == .copies
    JanDataFolder(folder.path, isOld: isOld, hasVectors: false).claim(&survey)
    return true
  }

  /// A data folder that no pointer of its home names, while there is another that one names, is an old
  /// one; unless it came from another machine: then it has a pointer of its own, or stands where that
  /// machine's default is.
  private static func kind(
    of path: FilePath, _ kind: StoreKind, _ survey: Survey
  ) -> StoreKind {
    guard let named = survey.remembered(JanNamedFolders.self), !named.paths.isEmpty,
      !named.paths.contains(where: { path.starts(with: $0) })
    else { return kind }
    var folder = path
    for _ in 0..<2 {
      let pointer = folder.removingLastComponent().appending("settings.json")
      if isDefault(folder, below: survey.home?.path) { return kind }
      if let bytes = try? survey.tree.contents(pointer, limit: 1 << 20) {
        var json = JSONCursor(MemorySource(bytes), window: 4096)
        if let stored = (try? json.value())?["data_folder"]?.string,
          ends(stored, with: folder)
        {
          return kind
        }
      }
      folder.removeLastComponent()
    }
    return .copies
  }

  /// Whether the folder is at a default place of some home, and not of this one.
  private static func isDefault(_ folder: FilePath, below home: FilePath?) -> Bool {
    let text = folder.string.lowercased()
    for base in [Home.Base.config, .data, .applicationSupport, .roaming] {
      for name in JanPlaces.names {
        let place = "/\(base.rawValue)/\(name)/data".lowercased()
        guard text.hasSuffix(place) else { continue }
        return String(folder.string.dropLast(place.utf8.count)) != home?.string
      }
    }
    return false
  }

  /// Whether a stored path of any system ends in the same two names as `folder`.
  private static func ends(_ stored: String, with folder: FilePath) -> Bool {
    let names = stored.split { $0 == "/" || $0 == "\\" }.suffix(2).map { $0.lowercased() }
    let own = folder.components.suffix(2).map { $0.string.lowercased() }
    return names.count == 2 && names == own
  }

  // MARK: - Files

  static func recognise(_ file: SniffedFile, _ survey: inout Survey) {
    if let tables = file.tables {
      recogniseDatabase(file, tables, &survey)
      return
    }
    let first = file.prefix.first { $0 > 0x20 }
    if first == UInt8(ascii: "{") || file.prefix.starts(with: [0xEF, 0xBB, 0xBF]) {
      if file.name == "settings.json", isPointer(file.prefix) {
        survey.claim(JanClaims.named(.settings, file.path, format: "jan-settings"))
        return
      }
      if let content = JanSniffing.content(file.prefix, name: file.name) {
        survey.claim(JanClaims.threadFile(file.path, content))
        return
      }
    }
    if let content = JanSniffing.content(named: file.path) {
      survey.claim(JanClaims.threadFile(file.path, content))
    } else if file.name.hasSuffix(".md"), isMarkdown(file.prefix) {
      survey.claim(JanClaims.markdownFile(file.path))
    }
  }

  private static func recogniseDatabase(
    _ file: SniffedFile, _ tables: Set<String>, _ survey: inout Survey
  ) {
    if tables.isSuperset(of: ["threads", "messages"]), JanMobileDatabase.recognises(file.path) {
      survey.claim(JanMobileDatabase.claim(file.path))
    } else if tables.isSuperset(of: ["files", "chunks"]) && isVectorName(file.name)
      || tables.contains("memories_content") && file.name == "__memory__.db"
    {
      survey.claim(JanVectorStores.file(file.path))
    } else if file.name == "cortex.db", tables.contains("engines") {
      survey.claim(JanCortexDatabase.claim(.secrets, file.path))
    }
  }

  private static func isPointer(_ prefix: [UInt8]) -> Bool {
    var json = JSONCursor(MemorySource(prefix), window: 4096)
    return (try? json.value())?["data_folder"]?.string != nil
  }

  private static func isMarkdown(_ prefix: [UInt8]) -> Bool {
    let text = String(decoding: prefix, as: UTF8.self)
    return text.contains("## Conversation Metadata") && text.contains("- _id: jan-")
  }

  // MARK: - Vectors

  /// Whether a name is that of a database for retrieval.
  static func isVectorName(_ name: String) -> Bool {
    name.hasSuffix(".db")
      && (name.hasPrefix("attachments_") || name.hasPrefix("project_") || name == "__memory__.db")
  }

  /// Whether the folder holds databases for retrieval.
  static func holdsVectors(_ path: FilePath, _ tree: EvidenceTree) -> Bool {
    guard let listing = try? tree.list(path) else { return false }
    return listing.entries.contains { entry in
      guard entry.kind == .file, isVectorName(entry.name) else { return false }
      let beginning = JanSniffing.beginning(of: listing.path(of: entry), tree)
      return beginning.isEmpty || beginning.starts(with: "SQLite format 3\0".utf8)
    }
  }
}
