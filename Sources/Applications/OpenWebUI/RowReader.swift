import ByteReading
import Conversations
import EvidenceFiles
import SQLiteEvidence
import SystemPackage

extension OpenWebUI {
  /// Reads single rows of `chat_message`.
  final class RowReader {
    private var reader: TableReader
    private let columns: MessageRowColumns
    private var json = JSONCursor(MemorySource([]))
    /// Values that could not be read whole, by the numbers of their rows.
    private(set) var failures: [(row: Int64, error: ReadingError)] = []
    private static let mostFailures = 100

    init(_ snapshot: DatabaseSnapshot, _ table: TableSchema, _ columns: MessageRowColumns) {
      reader = TableReader(snapshot, table)
      self.columns = columns
    }

    /// What is damaged in the rows that were read.
    var damage: [DatabaseFinding] { reader.damage }

    /// The chat and the account a row belongs to.
    func owner(of entry: MessageRows.Entry) -> (chat: StoredText, user: StoredText?)? {
      guard reader.seek(entry.row), let chat = reader.text(columns.chat) else { return nil }
      return (chat, text(columns.user))
    }

    /// Completes the chat in `chat` by its rows: adds the messages that only they hold, and fills in
    /// what the document leaves out.
    func complete(_ chat: ChatReader, _ entries: [MessageRows.Entry], in path: StoredText) {
      for entry in entries {
        if let position = chat.index.position(of: entry.message) {
          fillIn(chat, position, entry, path)
        } else if reader.seek(entry.row) {
          add(to: chat, entry, path)
        }
      }
    }

    private func fillIn(
      _ chat: ChatReader, _ position: Int, _ entry: MessageRows.Entry, _ path: StoredText
    ) {
      let sketch = chat.tree[position]
      let lacksModel =
        sketch.model == NameTable.none && chat.names[sketch.role] == Role.assistant.rawValue
      guard
        chat.wantsThread || lacksModel || sketch.role == NameTable.none || sketch.time == nil,
        reader.seek(entry.row)
      else { return }
      if sketch.role == NameTable.none, let role = text(columns.role) {
        chat.tree[position].role = chat.names.number(of: role)
      }
      if lacksModel, let model = text(columns.model) {
        chat.tree[position].model = chat.names.number(of: model)
      }
      if sketch.time == nil { chat.tree[position].time = time }
      guard chat.wantsThread, position < chat.thread.count else { return }
      let filled = chat.tree[position]
      chat.thread[position].role = Role(rawValue: chat.names[filled.role])
      chat.thread[position].time = filled.time
      if filled.model != NameTable.none {
        chat.thread[position].model = StoredText(chat.names[filled.model])
      }
      var copy = message(chat, path)
      if chat.thread[position].text.isEmpty {
        chat.thread[position].text = copy.text
      } else if copy.text != chat.thread[position].text, !copy.text.isEmpty {
        // What the application shows is the document's; what it sends on is the row's.
        chat.thread[position].asides.append(copy.text)
      }
      if chat.thread[position].reasoning == nil { chat.thread[position].reasoning = copy.reasoning }
      if chat.thread[position].toolCalls.isEmpty {
        chat.thread[position].toolCalls = copy.toolCalls
      }
      copy.asides.removeAll { chat.thread[position].asides.contains($0) }
      chat.thread[position].asides += copy.asides
    }

    private func add(to chat: ChatReader, _ entry: MessageRows.Entry, _ path: StoredText) {
      var sketch = MessageSketch()
      sketch.id = entry.message
      if let role = text(columns.role) { sketch.role = chat.names.number(of: role) }
      if let parent = text(columns.parent), !parent.isEmpty {
        sketch.parent = ContentDigest(of: parent.bytes).high
      }
      if let model = text(columns.model) { sketch.model = chat.names.number(of: model) }
      sketch.time = time
      var files: [Attachment] = []
      read(columns.files) { json throws(ReadingError) in
        try chat.readFiles(&json, &sketch, &files)
      }
      guard chat.wantsThread else {
        if chat.wantsExcerpt, chat.excerpt == nil, chat.names[sketch.role] == Role.user.rawValue {
          var whole: Message? = Message(id: "", role: .user, provenance: Provenance(path: path))
          read(columns.content) { json throws(ReadingError) in
            try chat.readContent(&json, &sketch, &whole)
          }
          chat.excerpt = whole?.text
        }
        chat.addFromRow(sketch, nil)
        return
      }
      var message = message(chat, path)
      message.role = Role(rawValue: chat.names[sketch.role])
      message.time = sketch.time
      message.model = sketch.model == NameTable.none ? nil : StoredText(chat.names[sketch.model])
      message.attachments = files
      if chat.wantsExcerpt, chat.excerpt == nil, message.role == .user {
        chat.excerpt = message.text
      }
      chat.addFromRow(sketch, message)
    }

    /// The row's message with its texts; role, time and model are the caller's.
    private func message(_ chat: ChatReader, _ path: StoredText) -> Message {
      let id = reader.text(columns.id) ?? ""
      var own = id
      if let chatID = reader.text(columns.chat), id.bytes.starts(with: chatID.bytes + [0x2D]) {
        own = StoredText(bytes: Array(id.bytes.dropFirst(chatID.bytes.count + 1)))
      }
      var message: Message? = Message(
        id: own, role: .user,
        provenance: Provenance(path: path, table: "chat_message", row: id))
      message?.parent = text(columns.parent)
      var unused = MessageSketch()
      read(columns.content) { json throws(ReadingError) in
        if let plain = try plainText(&json) {
          message?.text = plain
        } else {
          try chat.readContent(&json, &unused, &message)
        }
      }
      read(columns.output) { json throws(ReadingError) in
        if try json.kind() == .array { try chat.takeOutput(&json, &message) }
      }
      for column in [columns.sources, columns.error] {
        read(column) { json throws(ReadingError) in
          collectTexts(of: try json.value()) { message?.asides.append($0) }
        }
      }
      if let summary = text(columns.summary), !summary.isEmpty { message?.asides.append(summary) }
      Markup.take(from: &message)
      return message ?? Message(id: own, role: .user, provenance: Provenance(path: path))
    }

    /// The value of `content`, where it was written without the quotes of a JSON string.
    private func plainText(_ json: inout JSONCursor) throws(ReadingError) -> StoredText? {
      do throws(ReadingError) {
        _ = try json.kind()
        return nil
      } catch {
        guard error.code == .malformed else { throw error }
        return text(columns.content)
      }
    }

    private var time: Instant? {
      columns.created.flatMap { reader.integer($0) }.flatMap { Instant(guessing: $0) }
    }

    private func text(_ column: Int?) -> StoredText? {
      column.flatMap { reader.text($0) }
    }

    /// Gives the JSON in a column to `body`; what breaks off is left as far as it was read.
    private func read(
      _ column: Int?, _ body: (inout JSONCursor) throws(ReadingError) -> Void
    ) {
      guard let column, reader.type(column) == .text || reader.type(column) == .blob else { return }
      json.restart(reader.source(column))
      do throws(ReadingError) {
        try body(&json)
      } catch {
        if failures.count < RowReader.mostFailures { failures.append((reader.rowID, error)) }
      }
    }
  }
}

extension OpenWebUI.RowReader {
  /// Reports the damage met in the rows that were read.
  func report(to report: inout ReadingReport, in path: FilePath, store: Int) {
    for finding in damage { report.add(Issue(openWebUI: finding), store: store) }
    for failure in failures {
      report.add(
        Issue(
          Issue.Code(rawValue: failure.error.code.rawValue), .error, path: path.storedText,
          "row \(failure.row) of chat_message breaks off: \(failure.error.text)"), store: store)
    }
  }
}
