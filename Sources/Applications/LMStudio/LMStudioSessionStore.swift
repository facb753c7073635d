import ByteReading
import Conversations
import EvidenceFiles
import SQLiteEvidence
import SystemPackage

extension LMStudio {
  /// Reads a database of Bionic's sessions.
  struct SessionStore {
    private let path: FilePath
    private var sessions: [Conversation] = []
    private var heads: [ContentDigest?] = []
    private var graph = SessionGraph()
    private var orphans = 0

    init(_ path: FilePath) {
      self.path = path
    }

    /// Reads sessions, then their entries twice: to see which belongs where, and to count them.
    mutating func read(_ report: inout ReadingReport) {
      let snapshot: DatabaseSnapshot
      do throws(DatabaseError) {
        snapshot = try DatabaseSnapshot(path)
      } catch {
        report.add(
          Issue(
            Issue.Code(rawValue: error.code.rawValue), .error, path: error.path.storedText,
            offset: error.offset, error.text))
        return
      }
      report.rely { snapshot.isUnchanged() }
      let schema = DatabaseSchema(snapshot)
      add(snapshot.findings + schema.damage, &report)
      if let table = schema.table("sessions") { readSessions(snapshot, table, &report) }
      if let table = schema.table("chat_entries") {
        readLinks(snapshot, table)
        graph.attribute(to: heads)
        readEntries(snapshot, table, &report)
      }
      say(&report)
      for session in sessions { report.emit(session) }
      if let table = schema.table("global_checkpoint_log"), report.demand.passages {
        readCheckpoints(snapshot, table, &report)
      }
    }

    private func say(_ report: inout ReadingReport) {
      for session in graph.cyclic {
        report.add(
          Issue(
            .cyclicParents, .warning, path: path.storedText,
            "the entries of session \(name(session)) lead in a circle"))
      }
      for session in graph.dangling {
        report.add(
          Issue(
            .danglingParent, .warning, path: path.storedText,
            "an entry of session \(name(session)) names one before it that is not there"))
      }
      if orphans > 0 {
        report.add(
          Issue(
            .orphan, .info, path: path.storedText, "\(orphans) messages belong to no session"))
      }
    }

    private func name(_ session: Int) -> String { sessions[session].appID?.string ?? "" }

    private func add(_ findings: [DatabaseFinding], _ report: inout ReadingReport) {
      for finding in findings where finding.isDamage {
        report.add(
          Issue(
            Issue.Code(rawValue: finding.code.rawValue), .warning, path: finding.path.storedText,
            offset: finding.offset, finding.text))
      }
    }

    private func place(_ table: String, _ row: StoredText?) -> Provenance {
      Provenance(path: path.storedText, table: table, row: row)
    }

    // MARK: - Sessions

    private mutating func readSessions(
      _ snapshot: DatabaseSnapshot, _ table: TableSchema, _ report: inout ReadingReport
    ) {
      var reader = TableReader(snapshot, table)
      while reader.next() {
        let id = reader.stored("session_id", of: table)
        var session = Conversation(appID: id, provenance: place("sessions", id))
        let given = reader.stored("session_name", of: table)
        if let given, !given.isEmpty {
          session.title = given
        } else {
          session.title = reader.stored("suggested_session_name", of: table) ?? given
        }
        if let number = reader.number("updated_timestamp", of: table) {
          session.updated = Instant(guessing: number)
        }
        if let time = session.updated { session.tally.widen(to: time) }
        session.temporary = reader.number("is_temporary", of: table).map { $0 != 0 }
        for column in table.columns.indices {
          session.bytes &+= UInt64(max(0, reader.byteCount(column)))
        }
        sessions.append(session)
        heads.append(reader.digest("committed_head_entry_id", of: table))
        if report.demand.passages {
          for column in [
            "user_draft_json", "queued_user_turn_edit_draft_json",
            "latest_user_message_edit_draft_json",
          ] {
            emitStrings(reader.stored(column, of: table), id, place("sessions", id), &report)
          }
          emitPrompt(reader.stored("session_json", of: table), id, &report)
        }
      }
      add(reader.damage, &report)
    }

    private func emitPrompt(
      _ stored: StoredText?, _ id: StoredText?, _ report: inout ReadingReport
    ) {
      guard let stored else { return }
      var json = JSONCursor(MemorySource(stored.bytes), window: 4096)
      guard let prompt = try? json.value()["baseSystemPrompt"]?.text, !prompt.isEmpty else {
        return
      }
      report.emit(
        Passage(.text, prompt, provenance: place("sessions", id), conversation: id))
    }

    private func emitStrings(
      _ stored: StoredText?, _ id: StoredText?, _ place: Provenance,
      _ report: inout ReadingReport
    ) {
      guard let stored, !stored.isEmpty else { return }
      var json = JSONCursor(MemorySource(stored.bytes), window: 4096)
      do throws(ReadingError) {
        try json.eachString { text, _ in
          guard !text.isEmpty else { return }
          report.emit(Passage(.text, text, provenance: place, conversation: id))
        }
      } catch {
        report.add(
          Issue(
            Issue.Code(rawValue: error.code.rawValue), .warning, path: path.storedText,
            "\(place.table ?? "") \(place.row?.string ?? ""): \(error.text)"))
      }
    }

    // MARK: - Entries

    private mutating func readLinks(_ snapshot: DatabaseSnapshot, _ table: TableSchema) {
      var reader = TableReader(snapshot, table)
      while reader.next() {
        graph.add(
          reader.digest("id", of: table), previous: reader.digest("previous_id", of: table),
          redirect: reader.digest("redirect_to_id", of: table))
      }
    }

    private mutating func readEntries(
      _ snapshot: DatabaseSnapshot, _ table: TableSchema, _ report: inout ReadingReport
    ) {
      guard let column = table.index(of: "entry_json") else { return }
      let wanted = sessions.map { report.demand.wantsThread(of: $0) }
      var entry = EntryReader()
      var json = JSONCursor(MemorySource([]))
      var reader = TableReader(snapshot, table)
      var ordinal = 0
      while reader.next() {
        defer { ordinal += 1 }
        guard ordinal < graph.owners.count else { break }
        let owners = graph.owners[ordinal]
        let wantsText = owners.contains { wanted[$0.session] }
        let needsBeginning =
          report.demand.level >= .heads
          && owners.contains {
            sessions[$0.session].excerpt == nil && sessions[$0.session].title?.isEmpty ?? true
          }
        let id = wantsText || report.demand.passages ? reader.stored("id", of: table) : nil
        entry.begin(wantsText: wantsText || needsBeginning, place("chat_entries", id))
        json.restart(reader.source(column))
        do throws(ReadingError) {
          try entry.read(&json)
        } catch {
          let row = reader.stored("id", of: table)?.string ?? "\(reader.rowID)"
          report.add(
            Issue(
              Issue.Code(rawValue: error.code.rawValue), .error, path: path.storedText,
              "chat_entries \(row): \(error.text)"))
        }
        let size = UInt64(max(0, reader.byteCount(column)))
        for owner in owners { sessions[owner.session].bytes &+= size }
        if let time = entry.made.time {
          for owner in owners { sessions[owner.session].tally.widen(to: time) }
        }
        if entry.isMessage, owners.isEmpty { orphans += 1 }
        if report.demand.passages, !entry.isMessage || owners.isEmpty {
          let session = owners.first.map { sessions[$0.session].appID } ?? nil
          let stored = reader.text(column)
          emitEntry(stored, session, place("chat_entries", id), &report)
        }
        guard entry.isMessage else { continue }
        entry.made.id = id ?? ""
        if wantsText { entry.made.parent = reader.stored("previous_id", of: table) }
        for owner in owners { add(entry, owner, wanted[owner.session]) }
      }
      add(reader.damage, &report)
    }

    /// Gives the texts of an entry that is no message of a session: summaries, errors, pieces of
    /// sessions that are gone.
    private func emitEntry(
      _ stored: StoredText?, _ session: StoredText?, _ place: Provenance,
      _ report: inout ReadingReport
    ) {
      guard let stored else { return }
      var json = JSONCursor(MemorySource(stored.bytes), window: 4096)
      // Errors were reported where the entry was counted.
      try? json.eachString { text, _ in
        // Ids and kinds are no text.
        guard text.bytes.contains(0x20) else { return }
        report.emit(Passage(.text, text, provenance: place, conversation: session))
      }
    }

    private mutating func add(
      _ entry: EntryReader, _ owner: SessionGraph.Owner, _ wantsThread: Bool
    ) {
      let index = owner.session
      let isShown = owner.isShown && !entry.isHidden
      sessions[index].tally.count(entry.made.role, time: entry.made.time)
      if !isShown { sessions[index].tally.hiddenMessages += 1 }
      sessions[index].tally.attachments += entry.attachments
      if sessions[index].excerpt == nil, sessions[index].title?.isEmpty ?? true,
        entry.made.role == .user, !entry.made.text.isEmpty
      {
        sessions[index].excerpt = entry.made.text.beginning(Conversation.excerptLimit)
      }
      guard wantsThread else { return }
      var made = entry.made
      made.active = isShown
      sessions[index].thread.append(made)
    }

    // MARK: - Checkpoints

    /// Gives the prompts that stand a second time beside the states of files.
    private func readCheckpoints(
      _ snapshot: DatabaseSnapshot, _ table: TableSchema, _ report: inout ReadingReport
    ) {
      var reader = TableReader(snapshot, table)
      while reader.next() {
        guard let text = reader.stored("user_prompt", of: table), !text.isEmpty else { continue }
        let row =
          table.primaryKey.first.flatMap { reader.stored(table.columns[$0].name, of: table) }
          ?? StoredText("\(reader.rowID)")
        report.emit(
          Passage(
            .text, text, provenance: place(table.name, row),
            conversation: reader.stored("session_id", of: table)))
      }
      add(reader.damage, &report)
    }
  }
}

extension TableReader {
  /// The text in the column of that name; a number as its digits, since ids may be either.
  fileprivate func stored(_ column: String, of table: TableSchema) -> StoredText? {
    guard let index = table.index(of: column) else { return nil }
    if let number = integer(index) { return StoredText("\(number)") }
    return text(index) ?? blob(index).map { StoredText(bytes: $0) }
  }

  /// The whole number in the column of that name.
  fileprivate func number(_ column: String, of table: TableSchema) -> Int64? {
    table.index(of: column).flatMap { index in
      integer(index) ?? real(index).flatMap { Int64(exactly: $0.rounded()) }
    }
  }

  /// The digest of the name in the column of that name; nil for an empty one.
  fileprivate func digest(_ column: String, of table: TableSchema) -> ContentDigest? {
    guard let index = table.index(of: column) else { return nil }
    let found = withText(index) { bytes -> ContentDigest? in
      guard !bytes.isEmpty else { return nil }
      var digest = ContentDigest()
      for position in bytes.indices { digest.add(bytes[position]) }
      return digest.finished
    }
    if let found { return found }
    return integer(index).map { ContentDigest(of: "\($0)".utf8) }
  }
}
