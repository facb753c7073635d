import ByteReading
import Conversations
import EvidenceFiles
import SystemPackage

extension OpenWebUI {
  /// Claims a file of exported chats.
  func claimExport(_ path: FilePath, _ survey: inout Survey) {
    survey.claim(
      StoreClaim(id, [StoreHead(.copies, path, format: "open-webui-export")]) { _, _ in
        [{ report in ExportFile(path).read(&report) }]
      })
  }

  /// A file of exported chats, `chat-export-….json`: a list of rows of `chat` written as JSON, or one.
  struct ExportFile {
    private let path: FilePath

    init(_ path: FilePath) {
      self.path = path
    }

    /// Whether a file begins as an export: a list whose first element, or an object which, has a
    /// member `chat` with the members of a chat's document.
    static func isOne(_ prefix: [UInt8]) -> Bool {
      guard
        let first = prefix.first(where: { $0 > 0x20 && $0 != 0xEF && $0 != 0xBB && $0 != 0xBF }),
        first == UInt8(ascii: "[") || first == UInt8(ascii: "{")
      else { return false }
      var json = JSONCursor(MemorySource(prefix), window: prefix.count + 64)
      var found = Marks()
      // The beginning of a longer file always breaks off.
      try? look(&json, &found)
      return found.hasDocument && (found.row >= 2 || found.document >= 2)
    }

    private struct Marks {
      var hasDocument = false
      var row = 0
      var document = 0
    }

    private static func look(
      _ json: inout JSONCursor, _ found: inout Marks
    ) throws(ReadingError) {
      if try json.kind() == .array {
        try json.beginArray()
        guard try json.nextElement() else { return }
      }
      guard try json.kind() == .object else { return }
      try json.beginObject()
      while try json.nextKey() {
        switch json.key {
        case "chat":
          guard try json.kind() == .object else { return }
          try json.beginObject()
          found.hasDocument = true
          while try json.nextKey() {
            switch json.key {
            case "history", "messages", "models", "params", "tags", "title":
              found.document += 1
            default: break
            }
            try json.skipValue()
          }
        case "user_id", "title", "created_at", "updated_at", "share_id", "archived":
          found.row += 1
          try json.skipValue()
        default: try json.skipValue()
        }
      }
    }

    func read(_ report: inout ReadingReport) {
      let file: EvidenceFile
      do {
        file = try report.tree.open(path)
      } catch {
        report.add(error)
        return
      }
      report.stores[0].countFile(file.status)
      var json = JSONCursor(file)
      do throws(ReadingError) {
        if try json.kind() == .array {
          try json.beginArray()
          while try json.nextElement() { try readRow(&json, &report) }
        } else {
          try readRow(&json, &report)
        }
      } catch {
        report.add(error, in: path)
      }
      if let offset = json.firstInvalidUTF8 {
        report.add(
          Issue(
            .invalidUTF8, .warning, path: path.storedText, offset: offset,
            "bytes that are no UTF-8"))
      }
    }

    private func readRow(
      _ json: inout JSONCursor, _ report: inout ReadingReport
    ) throws(ReadingError) {
      guard try json.kind() == .object else {
        try json.skipValue()
        return
      }
      let start = json.offset
      let reader = ChatReader()
      var head = SnapshotHead()
      var conversation = Conversation(
        appID: nil, provenance: Provenance(path: path.storedText, offset: start))
      conversation.copy = true
      reader.begin(
        ChatReader.Origin(path: path.storedText),
        wantsThread: report.demand.wantsThread(of: conversation),
        wantsExcerpt: report.demand.level >= .heads, hasRows: false)
      var failure: ReadingError?
      do throws(ReadingError) {
        try head.readRow(&json, reader)
      } catch {
        failure = error
      }
      if head.hasChat {
        conversation.appID = head.id
        conversation.title = head.title
        conversation.created = head.created
        conversation.updated = head.updated
        conversation.archived = head.archived
        conversation.bytes = json.offset - start
        _ = reader.finish(into: &conversation) { 0 }
        report.emit(conversation)
      }
      if let failure { throw failure }
    }
  }
}
