import ByteReading
import Conversations
import EvidenceFiles
import SQLiteEvidence
import SystemPackage

/// Fetches the messages of one chat after the other, by the numbers of their rows.
struct ChatThreads {
  private let snapshot: DatabaseSnapshot
  private let schema: DatabaseSchema
  /// The rows of `attachments` and `tool_calls` by the message they are of; made when first needed.
  private var attachments: [Int64: [Int64]]?
  private var toolCalls: [Int64: [Int64]]?
  private(set) var damage: [DatabaseFinding] = []

  /// An attachment of text is searched, up to this size.
  private static let searchedText = 4 << 20

  init(_ snapshot: DatabaseSnapshot, _ index: ChatIndex) {
    self.snapshot = snapshot
    schema = index.schema
  }

  /// All messages of a chat.
  mutating func messages(of chat: ChatIndex.Chat, in path: FilePath) -> [Message] {
    guard let table = schema.table("messages") else { return [] }
    let files = attachmentRows()
    let calls = toolCallRows()
    let column = { (name: String) in table.index(of: name) }
    let (role, content, thinking) = (column("role"), column("content"), column("thinking"))
    let (model, created, result) = (
      column("model_name"), column("created_at"), column("tool_result")
    )
    var found: [Message] = []
    var rows = TableReader(snapshot, table)
    for number in chat.messages {
      guard rows.seek(number) else { continue }
      let row = StoredText(String(number))
      var message = Message(
        id: row,
        role: Role(rawValue: role.flatMap { rows.text($0)?.string } ?? "unknown"),
        text: content.flatMap { rows.text($0) } ?? "",
        time: created.flatMap { ChatIndex.time(rows, $0) },
        provenance: Provenance(path: path.storedText, table: "messages", row: row))
      if let thought = thinking.flatMap({ rows.text($0) }), !thought.isEmpty {
        message.reasoning = thought
      }
      if let name = model.flatMap({ rows.text($0) }), !name.isEmpty { message.model = name }
      for call in calls[number] ?? [] {
        if let call = toolCall(call) { message.toolCalls.append(call) }
      }
      // The browser's tools store the text `null`.
      if let answer = result.flatMap({ rows.text($0) }), !answer.isEmpty, answer != "null" {
        message.toolCalls.append(ToolCall(result: answer))
      }
      for file in files[number] ?? [] {
        if let file = attachment(file) { message.attachments.append(file) }
      }
      message.gap = !chat.hasRow
      found.append(message)
    }
    damage += rows.damage
    return found
  }

  private mutating func attachmentRows() -> [Int64: [Int64]] {
    if let attachments { return attachments }
    let made = rowsByMessage("attachments")
    attachments = made
    return made
  }

  private mutating func toolCallRows() -> [Int64: [Int64]] {
    if let toolCalls { return toolCalls }
    let made = rowsByMessage("tool_calls")
    toolCalls = made
    return made
  }

  private func rowsByMessage(_ name: String) -> [Int64: [Int64]] {
    guard let table = schema.table(name), let message = table.index(of: "message_id") else {
      return [:]
    }
    var found: [Int64: [Int64]] = [:]
    var rows = TableReader(snapshot, table, columns: [message])
    while rows.next() {
      if let owner = rows.integer(message) { found[owner, default: []].append(rows.rowID) }
    }
    return found
  }

  private mutating func attachment(_ number: Int64) -> Attachment? {
    guard let table = schema.table("attachments") else { return nil }
    var rows = TableReader(snapshot, table)
    guard rows.seek(number) else { return nil }
    var found = Attachment(name: table.index(of: "filename").flatMap { rows.text($0) })
    if let data = table.index(of: "data") {
      let size = rows.byteCount(data)
      found.bytes = UInt64(size)
      if size > 0, size <= ChatThreads.searchedText {
        let bytes = rows.blob(data) ?? rows.text(data)?.bytes ?? []
        // No type is stored with the bytes: text is what is sound UTF-8 and holds no zero.
        if !bytes.contains(0), String(validating: bytes, as: UTF8.self) != nil {
          found.text = StoredText(bytes: bytes)
        }
      }
    }
    damage += rows.damage
    return found
  }

  private mutating func toolCall(_ number: Int64) -> ToolCall? {
    guard let table = schema.table("tool_calls") else { return nil }
    var rows = TableReader(snapshot, table)
    guard rows.seek(number) else { return nil }
    let text = { (name: String, rows: borrowing TableReader) in
      table.index(of: name).flatMap { rows.text($0) }
    }
    let call = ToolCall(
      name: text("function_name", rows), arguments: text("function_arguments", rows),
      result: text("function_result", rows))
    damage += rows.damage
    return call
  }

  /// Emits the web pages that a chat's browser state keeps: `url_to_page`, each with address, title
  /// and the full text (`app/ui/responses/types.go`, BrowserStateData).
  mutating func emitPages(
    of chat: ChatIndex.Chat, _ appID: StoredText, in path: FilePath,
    _ report: inout ReadingReport
  ) {
    guard let table = schema.table("chats"), let state = table.index(of: "browser_state") else {
      return
    }
    var rows = TableReader(snapshot, table)
    guard rows.seek(chat.rowID) else { return }
    var json = JSONCursor(rows.source(state))
    let provenance = Provenance(path: path.storedText, table: "chats", row: chat.id)
    do throws(ReadingError) {
      guard try json.beginObjectIfPresent() else { return }
      while try json.nextKey() {
        guard case "url_to_page" = json.key, try json.kind() == .object else {
          try json.skipValue()
          continue
        }
        try json.beginObject()
        while try json.nextKey() {
          let text = try ChatThreads.page(&json)
          guard !text.isEmpty else { continue }
          report.emit(Passage(.tool, text, provenance: provenance, conversation: appID))
        }
      }
    } catch {
      report.add(
        Issue(
          Issue.Code(rawValue: error.code.rawValue), .warning, path: path.storedText,
          "the web pages of a chat cannot be read to their end: \(error.text)"))
    }
  }

  /// Address, title and text of a page, a line each; the lines it was cut into only where its text
  /// is not there.
  private static func page(_ json: inout JSONCursor) throws(ReadingError) -> StoredText {
    guard try json.beginObjectIfPresent() else { return "" }
    var (url, title, text): (StoredText?, StoredText?, StoredText?)
    var lines: [StoredText] = []
    while try json.nextKey() {
      switch json.key {
      case "url": url = try json.textIfString()
      case "title": title = try json.textIfString()
      case "text": text = try json.textIfString()
      case "lines":
        guard try json.beginArrayIfPresent() else { continue }
        while try json.nextElement() {
          if let line = try json.textIfString() { lines.append(line) }
        }
      default: try json.skipValue()
      }
    }
    var parts = [url, title, text].compactMap(\.self).filter { !$0.isEmpty }
    if text?.isEmpty ?? true { parts += lines }
    return StoredText(bytes: Array(parts.map(\.bytes).joined(separator: [0x0A])))
  }
}
