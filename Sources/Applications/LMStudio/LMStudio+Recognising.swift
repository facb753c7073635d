import ByteReading
import Conversations
public import EvidenceFiles
import SystemPackage

/// Recognising copies of LM Studio's folders and files anywhere, by their contents.
extension LMStudio {
  public func recognise(_ folder: FolderListing, _ survey: inout Survey) {
    if isHome(folder, survey) { return claimHome(folder.path, &survey) }
    if isBionic(folder, survey.tree) { return claimBionic(folder.path, &survey) }
    let name = folder.path.lastComponent?.string.lowercased()
    if holdsOnly(folder, survey, named: name == "conversations", ChatStore.isChat) {
      return claimChats(ChatStore(folder.path, isFile: false), &survey)
    }
    if holdsOnly(folder, survey, named: name == "chats", { OldChats.Kind($0) != nil }) {
      return claimOldChats(folder.path, &survey)
    }
    if name == "lm studio" || name == "bionic" { recogniseProgram(folder, &survey) }
  }

  /// Claims what the desktop program left below a folder of its name, by what is in it or by where it
  /// is: a browser's profile, or on macOS the folder of its logs.
  private func recogniseProgram(_ folder: FolderListing, _ survey: inout Survey) {
    let above = folder.path.removingLastComponent().lastComponent?.string.lowercased()
    if above == "logs", folder.has("main.log", .file) {
      claim(.logs, folder.path, "electron-log", FileStore(passages: .log), &survey)
    } else if folder.has("Local Storage", .folder) || folder.has("Preferences", .file)
      || (["roaming", "application support", ".config"].contains(above)
        && folder.has("settings.json", .file))
    {
      claimProfile(folder.path, &survey)
    }
  }

  public func recognise(_ file: SniffedFile, _ survey: inout Survey) {
    if let tables = file.tables {
      if tables.isSuperset(of: ["sessions", "chat_entries"]) { claimSessions(file.path, &survey) }
      return
    }
    if ChatStore.isChat(file.name) || LMStudio.beginsAsChat(file.prefix) {
      return claimChats(ChatStore(file.path, isFile: true), &survey)
    }
    if case .chat = OldChats.Kind(file.name) {
      claimOldChats(file.path, isFile: true, &survey)
    }
  }

  /// Whether a folder has at least two of the names that only a home of LM Studio has, the folders of
  /// chats counted by what is in them.
  private func isHome(_ folder: FolderListing, _ survey: Survey) -> Bool {
    var score = 0
    for name in ["user-files", "config-presets", "server-logs", ".internal"]
    where folder.has(name, .folder) {
      score += 1
    }
    if score < 2, folder.has("conversations", .folder),
      holds(folder.path.appending("conversations"), survey, ChatStore.isChat)
    {
      score += 1
    }
    if score < 2, folder.has("chats", .folder),
      holds(folder.path.appending("chats"), survey, { OldChats.Kind($0) != nil })
    {
      score += 1
    }
    return score >= 2
  }

  /// How many folders are looked into before a tree is taken to hold nothing.
  private static let patience = 64

  private func holds(_ folder: FilePath, _ survey: Survey, _ known: (String) -> Bool) -> Bool {
    guard let listing = try? survey.tree.list(folder) else { return false }
    return holdsOnly(listing, survey, named: true, known)
  }

  /// Whether there is a file with a known name in a folder or below.
  ///
  /// In a folder without the usual name one must be in the folder itself, and nothing else anywhere, since all of it will be claimed.
  private func holdsOnly(
    _ folder: FolderListing, _ survey: Survey, named: Bool, _ known: (String) -> Bool
  ) -> Bool {
    let isOwn = folder.entries.contains { $0.kind == .file && known($0.name) }
    guard named || isOwn else { return false }
    var found = isOwn
    var pending = [folder]
    var visited = 0
    while let next = pending.popLast() {
      visited += 1
      if visited > LMStudio.patience { return found && named }
      for entry in next.entries {
        switch entry.kind {
        case .file where known(entry.name):
          if named { return true }
          found = true
        case .folder:
          let path = next.path(of: entry)
          guard !survey.isCovered(path), let below = try? survey.tree.list(path) else {
            return found && named
          }
          pending.append(below)
        case .file where LMStudio.isLitter(entry.name): continue
        default:
          if !named { return false }
        }
      }
    }
    return found
  }

  /// What file managers leave in folders.
  private static func isLitter(_ name: String) -> Bool {
    name.hasPrefix("._")
      || [".DS_Store", "Thumbs.db", "desktop.ini", ".directory"].contains(name)
  }

  /// Whether a document begins as a chat of 0.3 does, whatever its file is called: with keys at its top
  /// that nobody else writes, or with messages that are made of versions.
  static func beginsAsChat(_ prefix: [UInt8]) -> Bool {
    guard prefix.contains(UInt8(ascii: "{")) else { return false }
    var json = JSONCursor(MemorySource(prefix), window: 4096)
    var isChat = false
    // The prefix breaks off somewhere; what was seen until then decides.
    try? look(&json, &isChat)
    return isChat
  }

  private static func look(
    _ json: inout JSONCursor, _ isChat: inout Bool
  ) throws(ReadingError) {
    guard try json.kind() == .object else { return }
    try json.beginObject()
    while try json.nextKey() {
      switch json.key {
      case "usePerChatPredictionConfig", "userFilesSizeBytes", "assistantLastMessagedAt":
        isChat = true
        return
      case "messages":
        guard try json.beginArrayIfPresent() else { continue }
        while try json.nextElement() {
          guard try json.beginObjectIfPresent() else { continue }
          while try json.nextKey() {
            if case "versions" = json.key, try json.kind() == .array {
              isChat = true
              return
            }
            try json.skipValue()
          }
        }
      default: try json.skipValue()
      }
    }
  }
}
