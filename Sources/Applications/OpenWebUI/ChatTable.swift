import ByteReading
import Conversations
import EvidenceFiles
import SQLiteEvidence
import SystemPackage

extension OpenWebUI {
  /// Where the columns of `chat` are; in databases that were upgraded their order is another, and in
  /// the first of them one `timestamp` stands for both times.
  struct ChatColumns: Sendable {
    let id, user, chat: Int
    let title, created, updated, archived, share, leaf, summary: Int?

    init?(_ table: TableSchema) {
      guard let id = table.index(of: "id"), let user = table.index(of: "user_id"),
        let chat = table.index(of: "chat")
      else { return nil }
      self.id = id
      self.user = user
      self.chat = chat
      title = table.index(of: "title")
      created = table.index(of: "created_at") ?? table.index(of: "timestamp")
      updated = table.index(of: "updated_at") ?? table.index(of: "timestamp")
      archived = table.index(of: "archived")
      share = table.index(of: "share_id")
      leaf = table.index(of: "current_message_id")
      summary = table.index(of: "summary")
    }
  }

  /// Reads rows of the table `chat`, and completes each by its rows of `chat_message`.
  final class ChatTableReading {
    private let database: Database
    private let stores: DatabaseStores
    private let table: TableSchema
    private let columns: ChatColumns
    private let reader = ChatReader()
    private var json = JSONCursor(MemorySource([]))

    init(
      _ database: Database, _ stores: DatabaseStores, _ table: TableSchema, _ columns: ChatColumns
    ) {
      self.database = database
      self.stores = stores
      self.table = table
      self.columns = columns
      reader.uploads = database.uploads
    }

    /// Reads the chats in one part of the table.
    func read(_ shard: TableShard?, _ report: inout ReadingReport) {
      let lists = database.rows?.complete() ?? []
      let rowReader = database.rows?.reader()
      var rows = TableReader(database.snapshot, table, shard: shard)
      let path = database.path.storedText
      while rows.next() {
        let original = OpenWebUI.sharedOriginal(rows, columns.user)
        if let original {
          // Where the chat is gone, its shared copy is read with its other leftovers.
          guard database.chats().contains(ContentDigest(of: original.bytes).high) else { continue }
        }
        let chatDigest = OpenWebUI.digest(rows, columns.id)
        let entries = OpenWebUI.entries(of: chatDigest, in: lists)
        let store = original == nil ? stores.chats : stores.snapshots
        var conversation = head(rows, chatDigest, original, entries, report.demand.level)
        let isWhole = report.demand.wantsThread(of: conversation)
        let lacksTitle =
          report.demand.level >= .heads && (conversation.title?.isEmpty ?? true)
        reader.begin(
          ChatReader.Origin(path: path, table: "chat", row: conversation.provenance.row),
          wantsThread: isWhole, wantsExcerpt: lacksTitle, hasRows: !entries.isEmpty)
        if rows.type(columns.chat) != .null {
          json.restart(rows.source(columns.chat))
          do throws(ReadingError) {
            try reader.read(&json)
          } catch {
            report.add(issue(error, rows, conversation.provenance.row), store: store)
          }
          noteInvalidText(&report, conversation.provenance.row, store)
        }
        rowReader?.complete(reader, entries, in: path)
        let leaf = columns.leaf
        let remarks = reader.finish(into: &conversation) {
          leaf.map { OpenWebUI.digest(rows, $0) } ?? 0
        }
        report.add(remarks, of: conversation, in: database.path, store: store)
        emit(conversation, owner: rows.text(columns.user), store, &report)
        emitLooseTexts(rows, conversation, &report, store)
      }
      for finding in rows.damage {
        report.add(Issue(openWebUI: finding), store: stores.chats)
      }
      rowReader?.report(to: &report, in: database.path, store: stores.chats)
    }

    private func head(
      _ rows: borrowing TableReader, _ digest: UInt64, _ original: StoredText?,
      _ entries: [MessageRows.Entry], _ level: ReadingDemand.Level
    ) -> Conversation {
      let id = rows.text(columns.id)
      var conversation = Conversation(
        appID: original ?? id,
        provenance: Provenance(path: database.path.storedText, table: "chat", row: id))
      conversation.created = columns.created.flatMap { OpenWebUI.time(rows, $0) }
      conversation.updated = columns.updated.flatMap { OpenWebUI.time(rows, $0) }
      for column in table.columns.indices {
        conversation.bytes &+= UInt64(rows.byteCount(column))
      }
      for entry in entries { conversation.bytes &+= entry.bytes }
      conversation.copy = original != nil
      guard level >= .heads else { return conversation }
      conversation.title = columns.title.flatMap { rows.text($0) }
      conversation.archived = columns.archived.map { rows.integer($0) ?? 0 != 0 }
      if let share = columns.share {
        conversation.shared = rows.byteCount(share) > 0 || database.isShared(digest)
      }
      conversation.user = rows.text(columns.user).flatMap {
        $0.isEmpty ? nil : database.userName($0) ?? $0
      }
      return conversation
    }

    /// Emits a conversation; accounts are told apart by their ids, and shown by their names.
    private func emit(
      _ conversation: Conversation, owner: StoredText?, _ store: Int, _ report: inout ReadingReport
    ) {
      let users = report.stores[store].users
      report.emit(conversation, store: store)
      report.stores[store].users = users
      guard store == stores.chats else {
        report.stores[store].hasUsers = false
        report.stores[store].bytes &+= conversation.bytes
        return
      }
      if let owner, !owner.isEmpty {
        report.stores[store].users.insert(ContentDigest(of: owner.bytes))
      }
    }

    private func emitLooseTexts(
      _ rows: borrowing TableReader, _ conversation: Conversation, _ report: inout ReadingReport,
      _ store: Int
    ) {
      guard report.demand.passages else { return }
      var texts = reader.loose
      if let summary = columns.summary.flatMap({ rows.text($0) }), !summary.isEmpty {
        texts.append((.text, summary))
      }
      for message in reader.linearThread where !message.text.isEmpty {
        texts.append((.text, message.text))
      }
      for text in texts {
        report.emit(
          Passage(
            text.field, text.text, provenance: conversation.provenance,
            conversation: conversation.appID), store: store)
      }
    }

    private func issue(
      _ error: ReadingError, _ rows: borrowing TableReader, _ row: StoredText?
    ) -> Issue {
      let place = database.snapshot.location(ofPage: rows.page)
      return Issue(
        Issue.Code(rawValue: error.code.rawValue), .error, path: place.path.storedText,
        offset: place.offset,
        "the chat \(row?.string ?? "") breaks off at byte \(error.offset) of its document:"
          + " \(error.text)")
    }

    private func noteInvalidText(
      _ report: inout ReadingReport, _ row: StoredText?, _ store: Int
    ) {
      guard let offset = json.firstInvalidUTF8, database.isFirst(toSay: "invalid-utf8") else {
        return
      }
      report.add(
        Issue(
          .invalidUTF8, .warning, path: database.path.storedText,
          "bytes that are no UTF-8, first at byte \(offset) of the chat \(row?.string ?? "")"),
        store: store)
    }
  }

  /// The time in a column: a number of any unit, or text as SQLite's own functions write it.
  static func time(_ rows: borrowing TableReader, _ column: Int) -> Instant? {
    switch rows.type(column) {
    case .integer: rows.integer(column).flatMap { Instant(guessing: $0) }
    case .real:
      rows.real(column).flatMap { number in
        guard number.isFinite, abs(number) < 9e18 else { return nil }
        let whole = Int64(number)
        return abs(whole) > 100_000_000_000
          ? Instant(guessing: whole)
          : Instant(guessing: JSONNumber(mantissa: Int64(number * 1000), exponent: -3))
      }
    case .text: rows.text(column, limit: 64).flatMap { Instant(parsing: $0.bytes) }
    case .null, .blob: nil
    }
  }
}

extension ReadingReport {
  /// Reports what was noticed when a chat was put together.
  mutating func add(
    _ remarks: OpenWebUI.ChatReader.Remarks, of conversation: Conversation, in path: FilePath,
    store: Int
  ) {
    let name = conversation.provenance.row?.string ?? conversation.appID?.string ?? ""
    if remarks.remnants > 0 {
      add(
        Issue(
          .remnant, .info, path: path.storedText,
          "\(remarks.remnants) messages are only in the linear copy of the chat \(name)"),
        store: store)
    }
    if remarks.dangling > 0 {
      add(
        Issue(
          .danglingParent, .warning, path: path.storedText,
          "\(remarks.dangling) messages of the chat \(name) follow messages that are not there"),
        store: store)
    }
    if remarks.isCyclic {
      add(
        Issue(
          .cyclicParents, .warning, path: path.storedText,
          "messages of the chat \(name) follow each other in a circle"), store: store)
    }
  }
}
