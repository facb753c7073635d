import ByteReading
import Conversations
import EvidenceFiles
import SQLiteEvidence
import SystemPackage

/// Reads `jan.db`, in which the application keeps threads and messages on telephones: the same
/// objects as in the files of the desktop, one a row.
enum JanMobileDatabase {
  /// The database at `path`.
  static func claim(_ path: FilePath) -> StoreClaim {
    StoreClaim(
      JanClaims.id, [StoreHead(.conversations, path, format: "jan-mobile")],
      covers: ["", "-wal", "-journal", "-shm"].map { FilePath(path.string + $0) }
    ) { _, _ in
      [
        { report in
          _ = JanDatabases.countFiles(of: path, &report)
          let demand = report.demand
          JanDatabases.read(path, &report) { snapshot, schema, report in
            read(snapshot, schema, path, demand, &report)
          }
        }
      ]
    }
  }

  /// Whether the database has the tables and columns of this format.
  static func recognises(_ path: FilePath) -> Bool {
    guard let snapshot = try? DatabaseSnapshot(path) else { return false }
    let schema = DatabaseSchema(snapshot)
    guard let threads = schema.table("threads"), let messages = schema.table("messages") else {
      return false
    }
    return threads.index(of: "data") != nil && messages.index(of: "data") != nil
      && messages.index(of: "thread_id") != nil
  }

  /// A thread while its rows come in.
  private struct Entry {
    var thread = JanThread()
    var header: JanThreadHeader?
  }

  private static func read(
    _ snapshot: DatabaseSnapshot, _ schema: DatabaseSchema, _ path: FilePath,
    _ demand: ReadingDemand, _ report: inout ReadingReport
  ) {
    var entries: [Entry] = []
    var position: [ContentDigest: Int] = [:]
    var json = JSONCursor(MemorySource([]))
    if let table = schema.table("threads") {
      readThreads(snapshot, table, path, &json, &entries, &position, demand, &report)
    }
    if let table = schema.table("messages") {
      readMessages(snapshot, table, path, &json, &entries, &position, demand, &report)
    }
    for index in entries.indices {
      let (conversation, issues) = entries[index].thread.finish(entries[index].header, in: path)
      for issue in issues {
        // An offset means nothing in a database.
        report.add(
          Issue(issue.code, issue.severity, path: issue.path, issue.text))
      }
      report.emit(conversation)
    }
  }

  private static func readThreads(
    _ snapshot: DatabaseSnapshot, _ table: TableSchema, _ path: FilePath,
    _ json: inout JSONCursor, _ entries: inout [Entry], _ position: inout [ContentDigest: Int],
    _ demand: ReadingDemand, _ report: inout ReadingReport
  ) {
    guard let data = table.index(of: "data") else { return }
    let key = table.index(of: "id")
    let created = table.index(of: "created_at")
    let updated = table.index(of: "updated_at")
    var rows = TableReader(snapshot, table)
    while rows.next() {
      let row = key.flatMap { rows.text($0) } ?? StoredText(String(rows.rowID))
      var header = JanThreadHeader()
      json.restart(rows.source(data))
      do {
        try header.read(&json, wantsTexts: demand.passages)
      } catch {
        report.add(damage(error, "thread", row, path))
      }
      // The row's own times: set by the database, once and on every change.
      if let seconds = created.flatMap({ rows.integer($0) }) {
        header.created = Instant(guessing: seconds)
      }
      if let seconds = updated.flatMap({ rows.integer($0) }) {
        header.updated = Instant(guessing: seconds) ?? header.updated
      }
      let place = Provenance(path: path.storedText, table: "threads", row: row)
      for text in header.texts {
        report.emit(Passage(.text, text, provenance: place, conversation: row))
      }
      var head = Conversation(
        appID: header.id.flatMap { $0.isEmpty ? nil : $0 } ?? row, title: header.title,
        provenance: place)
      head.created = header.created
      head.updated = header.updated
      position[ContentDigest(of: row.bytes)] = entries.count
      var entry = Entry(header: header)
      entry.thread.begin(head, demand)
      entry.thread.count(bytes: UInt64(rows.byteCount(data)))
      entries.append(entry)
    }
    for finding in rows.damage { report.addFinding(finding) }
  }

  private static func readMessages(
    _ snapshot: DatabaseSnapshot, _ table: TableSchema, _ path: FilePath,
    _ json: inout JSONCursor, _ entries: inout [Entry], _ position: inout [ContentDigest: Int],
    _ demand: ReadingDemand, _ report: inout ReadingReport
  ) {
    guard let data = table.index(of: "data"), let owner = table.index(of: "thread_id") else {
      return
    }
    let key = table.index(of: "id")
    let created = table.index(of: "created_at")
    var message = JanMessage()
    var rows = TableReader(snapshot, table)
    while rows.next() {
      let digest = rows.withText(owner) { span in
        var digest = ContentDigest()
        for index in span.indices { digest.add(span[index]) }
        return digest.finished
      }
      guard let digest else { continue }
      let index: Int
      if let known = position[digest] {
        index = known
      } else {
        index = entries.count
        position[digest] = index
        entries.append(orphan(rows.text(owner) ?? "", path, demand, &report))
      }
      message.reset()
      message.wanted = entries[index].thread.wanted
      json.restart(rows.source(data))
      do {
        try message.read(&json)
      } catch {
        let row = key.flatMap { rows.text($0) } ?? StoredText(String(rows.rowID))
        report.add(damage(error, "message", row, path))
        continue
      }
      for offset in message.listsAt {
        var again = JSONCursor(rows.source(data), window: 4096)
        again.restart(rows.source(data), at: offset)
        if let text = try? again.text() { message.addList(in: text) }
      }
      if message.time == nil, let seconds = created.flatMap({ rows.integer($0) }) {
        message.time = Instant(guessing: seconds)
      }
      entries[index].thread.count(bytes: UInt64(rows.byteCount(data)))
      entries[index].thread.accept(&message, at: 0, from: nil) {
        Provenance(
          path: path.storedText, table: "messages",
          row: key.flatMap { rows.text($0) } ?? StoredText(String(rows.rowID)))
      }
    }
    for finding in rows.damage { report.addFinding(finding) }
  }

  private static func orphan(
    _ id: StoredText, _ path: FilePath, _ demand: ReadingDemand,
    _ report: inout ReadingReport
  ) -> Entry {
    report.add(
      Issue(
        .orphan, .info, path: path.storedText, "messages of the thread \(id.string), which is gone")
    )
    var entry = Entry()
    entry.thread.begin(
      Conversation(
        appID: id, provenance: Provenance(path: path.storedText, table: "threads", row: id)),
      demand)
    return entry
  }

  private static func damage(
    _ error: ReadingError, _ what: String, _ row: StoredText, _ path: FilePath
  ) -> Issue {
    Issue(
      Issue.Code(rawValue: error.code.rawValue), .error, path: path.storedText,
      "the \(what) \(row.string): \(error.text)")
  }
}
