import ByteReading
import Conversations
import EvidenceFiles
import SQLiteEvidence
import SystemPackage

extension OpenWebUI {
  /// Reads the copies of chats a database keeps: shares, and the snapshot every rating makes.
  ///
  /// Copies of chats that are gone, together with the rows such a chat left in `chat_message`, are
  /// conversations that were deleted.
  final class SnapshotReading {
    private let database: Database
    private let stores: DatabaseStores
    private let reader = ChatReader()
    private var json = JSONCursor(MemorySource([]))

    /// Where a document of a chat is stored.
    private struct Source {
      var table: TableSchema
      var column: Int
      var row: Int64
      var key: StoredText?
      var updated: Instant?
    }

    /// What is left of a chat that is gone.
    private struct Remains {
      var id: StoredText
      var sources: [Source] = []
      var entries: [MessageRows.Entry] = []
      var user: StoredText?
      var title: StoredText?
      var created: Instant?
      var updated: Instant?
    }

    private var remains: [UInt64: Remains] = [:]
    private var snapshotsOfGone = 0

    init(_ database: Database, _ stores: DatabaseStores) {
      self.database = database
      self.stores = stores
      reader.uploads = database.uploads
    }

    func read(_ report: inout ReadingReport) {
      let chats = database.chats()
      readShares(chats, &report)
      readFeedback(chats, &report)
      findPhantoms(chats)
      let rows = findOrphanRows(chats)
      sayWhatIsLeft(rows, &report)
      guard report.demand.level >= .heads || !chats.isSound else { return }
      for key in remains.keys.sorted() {
        if let left = remains[key] { emit(left, chats, &report) }
      }
    }

    // MARK: - Copies

    private func readShares(_ chats: ChatDirectory, _ report: inout ReadingReport) {
      guard let table = database.schema.table("shared_chat"), let id = table.index(of: "id"),
        let chat = table.index(of: "chat_id"), let document = table.index(of: "chat")
      else { return }
      let title = table.index(of: "title")
      let user = table.index(of: "user_id")
      let updated = table.index(of: "updated_at")
      let created = table.index(of: "created_at")
      var rows = TableReader(database.snapshot, table)
      while rows.next() {
        let original = OpenWebUI.digest(rows, chat)
        let key = rows.text(id)
        guard chats.contains(original) else {
          var left = remains[original] ?? Remains(id: rows.text(chat) ?? "")
          left.sources.append(
            Source(
              table: table, column: document, row: rows.rowID, key: key,
              updated: updated.flatMap { OpenWebUI.time(rows, $0) }))
          left.title = left.title ?? title.flatMap { rows.text($0) }
          left.user = left.user ?? user.flatMap { rows.text($0) }
          remains[original] = left
          snapshotsOfGone += 1
          continue
        }
        var conversation = Conversation(
          appID: rows.text(chat), title: title.flatMap { rows.text($0) },
          provenance: Provenance(
            path: database.path.storedText, table: "shared_chat", row: key))
        conversation.created = created.flatMap { OpenWebUI.time(rows, $0) }
        conversation.updated = updated.flatMap { OpenWebUI.time(rows, $0) }
        conversation.shared = true
        for column in table.columns.indices {
          conversation.bytes &+= UInt64(rows.byteCount(column))
        }
        begin(conversation, "shared_chat", report.demand)
        json.restart(rows.source(document))
        read(&report, rows.page, key) { json throws(ReadingError) in try reader.read(&json) }
        emitCopy(&conversation, &report)
      }
      add(rows.damage, &report)
    }

    private func readFeedback(_ chats: ChatDirectory, _ report: inout ReadingReport) {
      guard let table = database.schema.table("feedback"), let id = table.index(of: "id"),
        let snapshot = table.index(of: "snapshot")
      else { return }
      let meta = table.index(of: "meta")
      let updated = table.index(of: "updated_at")
      var rows = TableReader(database.snapshot, table)
      while rows.next() {
        guard rows.byteCount(snapshot) > 4 else { continue }
        let key = rows.text(id)
        let named = meta.flatMap { chatID(rows.text($0)) }
        var head = SnapshotHead()
        if let named, !chats.contains(ContentDigest(of: named.bytes).high) {
          keep(named, table, snapshot, rows, key, updated)
          continue
        }
        var conversation = Conversation(
          appID: named,
          provenance: Provenance(path: database.path.storedText, table: "feedback", row: key))
        begin(conversation, "feedback", report.demand)
        json.restart(rows.source(snapshot))
        read(&report, rows.page, key) { json throws(ReadingError) in
          try head.read(&json, reader)
        }
        let chat = named ?? head.id
        if let chat, named == nil, !chats.contains(ContentDigest(of: chat.bytes).high) {
          keep(chat, table, snapshot, rows, key, updated)
          continue
        }
        guard head.hasChat else { continue }
        conversation.appID = chat
        conversation.title = head.title
        conversation.created = head.created
        conversation.updated = head.updated ?? updated.flatMap { OpenWebUI.time(rows, $0) }
        conversation.bytes = UInt64(rows.byteCount(snapshot))
        emitCopy(&conversation, &report)
      }
      add(rows.damage, &report)
    }

    private func keep(
      _ chat: StoredText, _ table: TableSchema, _ column: Int, _ rows: borrowing TableReader,
      _ key: StoredText?, _ updated: Int?
    ) {
      let digest = ContentDigest(of: chat.bytes).high
      var left = remains[digest] ?? Remains(id: chat)
      left.sources.append(
        Source(
          table: table, column: column, row: rows.rowID, key: key,
          updated: updated.flatMap { OpenWebUI.time(rows, $0) }))
      remains[digest] = left
      snapshotsOfGone += 1
    }

    /// The chat a rating was given in, by its `meta`.
    private func chatID(_ meta: StoredText?) -> StoredText? {
      guard let meta, let id = OpenWebUI.value(of: meta)?["chat_id"]?.text, !id.isEmpty else {
        return nil
      }
      return id
    }

    private func begin(_ conversation: Conversation, _ table: String, _ demand: ReadingDemand) {
      reader.begin(
        ChatReader.Origin(
          path: database.path.storedText, table: table, row: conversation.provenance.row),
        wantsThread: demand.wantsThread(of: conversation), wantsExcerpt: demand.level >= .heads,
        hasRows: false)
    }

    private func emitCopy(_ conversation: inout Conversation, _ report: inout ReadingReport) {
      conversation.copy = true
      _ = reader.finish(into: &conversation) { 0 }
      report.emit(conversation, store: stores.snapshots)
      if stores.snapshots != stores.chats {
        report.stores[stores.snapshots].bytes &+= conversation.bytes
      }
    }

    // MARK: - What is left of chats that are gone

    private func findPhantoms(_ chats: ChatDirectory) {
      guard let table = database.schema.table("chat"), let columns = ChatColumns(table) else {
        return
      }
      var rows = TableReader(database.snapshot, table)
      for phantom in chats.phantoms {
        let digest = ContentDigest(of: phantom.original.bytes).high
        guard !chats.contains(digest), rows.seek(phantom.row) else { continue }
        var left = remains[digest] ?? Remains(id: phantom.original)
        left.sources.append(
          Source(
            table: table, column: columns.chat, row: phantom.row, key: rows.text(columns.id),
            updated: columns.updated.flatMap { OpenWebUI.time(rows, $0) }))
        left.title = left.title ?? columns.title.flatMap { rows.text($0) }
        left.created = left.created ?? columns.created.flatMap { OpenWebUI.time(rows, $0) }
        remains[digest] = left
        snapshotsOfGone += 1
      }
    }

    /// Gathers the rows of `chat_message` whose chat is gone.
    /// - Returns: How many there are.
    private func findOrphanRows(_ chats: ChatDirectory) -> Int {
      guard let rows = database.rows else { return 0 }
      var count = 0
      var orphans: [UInt64: [MessageRows.Entry]] = [:]
      for list in rows.complete() {
        var known: (chat: UInt64, isThere: Bool)?
        for entry in list {
          if known?.chat != entry.chat {
            known = (entry.chat, chats.contains(entry.chat) || chats.isShare(entry.chat))
          }
          if known?.isThere == false {
            orphans[entry.chat, default: []].append(entry)
            count += 1
          }
        }
      }
      let reader = rows.reader()
      for (chat, entries) in orphans {
        guard let first = entries.first, let owner = reader.owner(of: first) else { continue }
        var left = remains[chat] ?? Remains(id: owner.chat)
        left.entries = entries
        left.user = left.user ?? owner.user
        remains[chat] = left
      }
      return count
    }

    private func sayWhatIsLeft(_ rows: Int, _ report: inout ReadingReport) {
      guard !remains.isEmpty else { return }
      report.add(
        Issue(
          .orphan, .warning, path: database.path.storedText,
          "\(remains.count) chats that are gone left \(rows) rows of chat_message and"
            + " \(snapshotsOfGone) snapshots"), store: stores.chats)
    }

    private func emit(_ left: Remains, _ chats: ChatDirectory, _ report: inout ReadingReport) {
      let newest = left.sources.sorted {
        ($0.updated?.milliseconds ?? 0, $0.row) > ($1.updated?.milliseconds ?? 0, $1.row)
      }
      let place =
        newest.first.map {
          Provenance(path: database.path.storedText, table: $0.table.name, row: $0.key)
        } ?? Provenance(path: database.path.storedText, table: "chat_message")
      var conversation = Conversation(appID: left.id, title: left.title, provenance: place)
      // Where rows of the table of chats are damaged, a head that is missing is no deletion.
      conversation.deleted = chats.isSound
      conversation.confidence = chats.isSound ? 1 : nil
      conversation.user = left.user.map { database.userName($0) ?? $0 }
      conversation.created = left.created
      conversation.updated = newest.first?.updated
      for (position, source) in newest.enumerated() {
        let origin = ChatReader.Origin(
          path: database.path.storedText, table: source.table.name, row: source.key)
        if position == 0 {
          reader.begin(
            origin, wantsThread: report.demand.wantsThread(of: conversation),
            wantsExcerpt: report.demand.level >= .heads, hasRows: !left.entries.isEmpty)
        } else {
          reader.beginOlderDocument(origin)
        }
        var rows = TableReader(database.snapshot, source.table)
        guard rows.seek(source.row) else { continue }
        conversation.bytes &+= UInt64(rows.byteCount(source.column))
        json.restart(rows.source(source.column))
        var head = SnapshotHead()
        let isFeedback = source.table.name == "feedback"
        read(&report, rows.page, source.key) { json throws(ReadingError) in
          if isFeedback { try head.read(&json, reader) } else { try reader.read(&json) }
        }
        conversation.title = conversation.title ?? head.title
        conversation.created = conversation.created ?? head.created
        conversation.user = conversation.user ?? head.user.map { database.userName($0) ?? $0 }
      }
      if newest.isEmpty {
        reader.begin(
          ChatReader.Origin(path: database.path.storedText, table: "chat_message", row: nil),
          wantsThread: report.demand.wantsThread(of: conversation),
          wantsExcerpt: report.demand.level >= .heads, hasRows: true)
      }
      let rowReader = database.rows?.reader()
      rowReader?.complete(reader, left.entries, in: database.path.storedText)
      for entry in left.entries { conversation.bytes &+= entry.bytes }
      _ = reader.finish(into: &conversation) { 0 }
      report.emit(conversation, store: stores.chats)
    }

    // MARK: - Reading

    private func read(
      _ report: inout ReadingReport, _ page: UInt32, _ key: StoredText?,
      _ body: (inout JSONCursor) throws(ReadingError) -> Void
    ) {
      do throws(ReadingError) {
        try body(&json)
      } catch {
        let place = database.snapshot.location(ofPage: page)
        report.add(
          Issue(
            Issue.Code(rawValue: error.code.rawValue), .error, path: place.path.storedText,
            offset: place.offset,
            "the snapshot \(key?.string ?? "") breaks off at byte \(error.offset): \(error.text)"),
          store: stores.snapshots)
      }
    }

    private func add(_ damage: [DatabaseFinding], _ report: inout ReadingReport) {
      for finding in damage { report.add(Issue(openWebUI: finding), store: stores.chats) }
    }
  }

  /// The row of `chat` inside a snapshot: `{"chat": {"id": …, "chat": {…}}}`; an export's element is
  /// the same row without the wrapping.
  struct SnapshotHead {
    var id: StoredText?
    var user: StoredText?
    var title: StoredText?
    var created: Instant?
    var updated: Instant?
    var archived: Bool?
    var hasChat = false

    /// Reads a snapshot.
    mutating func read(
      _ json: inout JSONCursor, _ reader: ChatReader
    ) throws(ReadingError) {
      guard try json.beginObjectIfPresent() else { return }
      while try json.nextKey() {
        switch json.key {
        case "chat":
          if try json.kind() == .object { try readRow(&json, reader) } else { try json.skipValue() }
        default: try json.skipValue()
        }
      }
    }

    /// Reads a row of `chat` written as JSON.
    mutating func readRow(
      _ json: inout JSONCursor, _ reader: ChatReader
    ) throws(ReadingError) {
      try json.beginObject()
      while try json.nextKey() {
        switch json.key {
        case "id": id = try json.textIfString()
        case "user_id": user = try json.textIfString()
        case "title": title = try json.textIfString()
        case "created_at": created = try time(&json)
        case "updated_at": updated = try time(&json)
        case "timestamp": created = try time(&json) ?? created
        case "archived": archived = try json.booleanIfPresent()
        case "chat":
          hasChat = true
          try reader.read(&json)
        default: try json.skipValue()
        }
      }
    }

    private func time(_ json: inout JSONCursor) throws(ReadingError) -> Instant? {
      if try json.kind() == .string {
        return try json.textIfString().flatMap { Instant(parsing: $0.bytes) }
      }
      return try json.numberIfPresent().flatMap { Instant(guessing: $0) }
    }
  }
}
