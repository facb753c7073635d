import ByteReading
import Conversations
import EvidenceFiles
import SQLiteEvidence
import SystemPackage

/// The chats of Ollama's desktop app, `db.sqlite`.
///
/// The version is the value of `settings.schema_version`; an upgraded database keeps its old column
/// order and defaults, so columns are found by name. Messages are in the order of their ids, which
/// begin anew with every save of a chat. Rows of chats that are gone remain where a release before
/// 0.12 deleted them with foreign keys off.
struct DesktopDatabase {
  /// The last version whose tables are known.
  static let lastKnownVersion: Int64 = 18

  let path: FilePath

  /// Whether a database has the tables and columns of this one.
  static func isOne(_ snapshot: DatabaseSnapshot) -> Bool {
    let schema = DatabaseSchema(snapshot)
    return schema.table("settings")?.index(of: "schema_version") != nil
      && schema.table("messages")?.index(of: "chat_id") != nil && schema.table("chats") != nil
  }

  /// The files that belong to the database at `path`, without the index of its log, which holds
  /// nothing that is not in the log.
  static func files(of path: FilePath) -> [FilePath] {
    guard let name = path.lastComponent?.string else { return [path] }
    let folder = path.removingLastComponent()
    return [path, folder.appending(name + "-wal"), folder.appending(name + "-journal")]
  }

  static func parts(_ path: FilePath) -> [StorePart] {
    [{ report in DesktopDatabase(path: path).read(&report) }]
  }

  private func read(_ report: inout ReadingReport) {
    for file in DesktopDatabase.files(of: path) {
      if let status = try? report.tree.status(file), status.kind == .file {
        report.stores[0].countFile(status)
      }
    }
    do throws(DatabaseError) {
      let snapshot = try DatabaseSnapshot(path)
      report.rely { snapshot.isUnchanged() }
      emit(snapshot, ChatIndex(snapshot, level: report.demand.level), &report)
    } catch {
      report.add(DesktopDatabase.issue(error))
    }
  }

  private func emit(
    _ snapshot: DatabaseSnapshot, _ index: ChatIndex, _ report: inout ReadingReport
  ) {
    report.stores[0].formatVersion = index.version.map(String.init)
    if let version = index.version, version > DesktopDatabase.lastKnownVersion {
      report.add(
        Issue(
          .tooNew, .warning, path: path.storedText,
          "schema version \(version); the last one known is \(DesktopDatabase.lastKnownVersion)"))
    }
    for finding in snapshot.findings + index.damage {
      if let issue = DesktopDatabase.issue(finding) { report.add(issue) }
    }
    for name in index.missingTables {
      report.add(
        Issue(.malformed, .error, path: path.storedText, "the database has no table \(name)"))
    }
    var threads = ChatThreads(snapshot, index)
    for chat in index.chats {
      var conversation = conversation(of: chat, index)
      if report.demand.wantsThread(of: conversation) {
        conversation.thread = threads.messages(of: chat, in: path)
      }
      report.emit(conversation)
      if report.demand.passages, let appID = conversation.appID, chat.hasBrowserState {
        threads.emitPages(of: chat, appID, in: path, &report)
      }
    }
    for finding in threads.damage where !index.damage.contains(finding) {
      if let issue = DesktopDatabase.issue(finding) { report.add(issue) }
    }
    reportOrphans(index, &report)
  }

  private func conversation(of chat: ChatIndex.Chat, _ index: ChatIndex) -> Conversation {
    // A lost row of a damaged table is no deletion.
    let isDeleted = !chat.hasRow && index.areChatsSound
    let row = chat.hasRow ? chat.id : StoredText(String(chat.firstMessage ?? 0))
    var conversation = Conversation(
      appID: isDeleted || chat.id.isEmpty ? nil : chat.id, title: chat.title,
      provenance: Provenance(
        path: path.storedText, table: chat.hasRow ? "chats" : "messages", row: row))
    conversation.tally = chat.tally
    conversation.created = chat.created ?? chat.timeInID
    conversation.updated = chat.updated ?? conversation.created
    if let time = conversation.created { conversation.tally.widen(to: time) }
    if let time = conversation.updated { conversation.tally.widen(to: time) }
    conversation.bytes = chat.bytes
    conversation.excerpt = (chat.title?.isEmpty ?? true) ? chat.excerpt : nil
    conversation.deleted = isDeleted
    conversation.confidence = isDeleted ? 0.9 : nil
    return conversation
  }

  private func reportOrphans(_ index: ChatIndex, _ report: inout ReadingReport) {
    let headless = index.chats.filter { !$0.hasRow }
    if !headless.isEmpty {
      let messages = headless.reduce(0) { $0 + $1.tally.messages }
      report.add(
        Issue(
          .orphan, .warning, path: path.storedText,
          "\(messages) messages of \(headless.count) chats that are gone are still rows"))
    }
    if index.looseAttachments > 0 {
      report.add(
        Issue(
          .orphan, .warning, path: path.storedText,
          "\(index.looseAttachments) attachments of messages that are gone are still rows"))
    }
  }
}

extension DesktopDatabase {
  /// The issue that a database which cannot be read at all is.
  static func issue(_ error: DatabaseError) -> Issue {
    let code: Issue.Code
    switch error.code {
    case .empty: code = .empty
    case .encryptedOrUnknown: code = .encrypted
    case .unreadable:
      if let errno = error.errno { return Issue(EvidenceError(errno, error.path)) }
      code = .unreadable
    default: code = Issue.Code(rawValue: error.code.rawValue)
    }
    return Issue(code, .error, path: error.path.storedText, offset: error.offset, error.text)
  }

  /// The issue that something about a database's files is; nil for what every reused log has.
  static func issue(_ finding: DatabaseFinding) -> Issue? {
    let severity: Issue.Severity
    switch finding.code {
    case .walEarlierGeneration, .journalIgnored: return nil
    case .walUncommitted, .journalApplied, .walAlone: severity = .info
    case .walIgnored, .walTorn, .journalTorn: severity = .warning
    default: severity = .error
    }
    return Issue(
      Issue.Code(rawValue: finding.code.rawValue), severity, path: finding.path.storedText,
      offset: finding.offset, finding.text)
  }
}

extension ChatIndex.Chat {
  /// The moment a UUID of version 7 was made: its first 48 bits are milliseconds since 1970 (RFC
  /// 9562, section 5.7).
  ///
  /// Nil for every other text.
  var timeInID: Instant? {
    let bytes = id.bytes
    guard bytes.count == 36, bytes[8] == UInt8(ascii: "-"), bytes[14] == UInt8(ascii: "7") else {
      return nil
    }
    var milliseconds: Int64 = 0
    for byte in bytes[..<13] where byte != UInt8(ascii: "-") {
      guard let digit = Character(UnicodeScalar(byte)).hexDigitValue else { return nil }
      milliseconds = milliseconds << 4 | Int64(digit)
    }
    // Anything else than milliseconds of our century is no such time.
    return Instant(guessing: milliseconds).flatMap { $0.milliseconds == milliseconds ? $0 : nil }
  }
}
