import ByteReading
import Conversations
import EvidenceFiles
import SQLiteEvidence
import SystemPackage

extension OpenWebUI {
  /// Reads the text a database keeps beside its conversations: what was taken out of uploads, and
  /// notes, memories, prompts and names of knowledge, which are searched and not counted.
  struct DocumentTables {
    private let database: Database
    private let store: Int

    init(_ database: Database, _ store: Int) {
      self.database = database
      self.store = store
    }

    func read(_ report: inout ReadingReport) {
      readFiles(&report)
      readLegacyDocuments(&report)
      guard report.demand.passages else { return }
      for source in DocumentTables.sources { readPassages(source, &report) }
    }

    /// The rows of `file` whose `data.content` is the text of an upload.
    private func readFiles(_ report: inout ReadingReport) {
      guard let table = database.schema.table("file"), let id = table.index(of: "id"),
        let data = table.index(of: "data")
      else { return }
      var json = JSONCursor(MemorySource([]))
      var rows = TableReader(database.snapshot, table)
      while rows.next() {
        guard rows.byteCount(data) > 4 else { continue }
        json.restart(rows.source(data))
        do throws(ReadingError) {
          let wantsText = report.demand.passages
          let (length, text) = try content(&json, wantsText)
          if length > 0 { report.stores[store].countDocument(bytes: length) }
          if let text, !text.isEmpty {
            report.emit(
              Passage(.attachment, text, provenance: place("file", rows.text(id))), store: store)
          }
        } catch {
          let page = database.snapshot.location(ofPage: rows.page)
          report.add(
            Issue(
              Issue.Code(rawValue: error.code.rawValue), .error, path: page.path.storedText,
              offset: page.offset,
              "the text of the file \(rows.text(id)?.string ?? "") breaks off: \(error.text)"),
            store: store)
        }
      }
      for finding in rows.damage { report.add(Issue(openWebUI: finding), store: store) }
    }

    private func content(
      _ json: inout JSONCursor, _ wantsText: Bool
    ) throws(ReadingError) -> (UInt64, StoredText?) {
      var length: UInt64 = 0
      var text: StoredText?
      guard try json.beginObjectIfPresent() else { return (0, nil) }
      while try json.nextKey() {
        switch json.key {
        case "content":
          if try json.kind() != .string {
            try json.skipValue()
          } else if wantsText {
            text = try json.text()
            length = UInt64(text?.bytes.count ?? 0)
          } else {
            length = try json.measuredString().length
          }
        default: try json.skipValue()
        }
      }
      return (length, text)
    }

    /// The rows of `document`, which up to 0.3 named what was put into the vector store; their text is
    /// there.
    private func readLegacyDocuments(_ report: inout ReadingReport) {
      guard let table = database.schema.table("document"), let name = table.index(of: "name") else {
        return
      }
      let title = table.index(of: "title")
      var rows = TableReader(database.snapshot, table)
      while rows.next() {
        report.stores[store].countDocument(bytes: 0)
        guard report.demand.passages else { continue }
        for column in [title, name] {
          if let text = column.flatMap({ rows.text($0) }), !text.isEmpty {
            report.emit(
              Passage(.title, text, provenance: place("document", rows.text(name))), store: store)
          }
        }
      }
    }

    /// A table whose text is searched: plain columns, and columns of JSON.
    private struct Source: Sendable {
      var table: String
      var plain: [String] = []
      var json: [String] = []
    }

    /// Tables with keys and settings, and the code of tools, are left out: secrets go to no output.
    private static let sources: [Source] = [
      Source(table: "note", plain: ["title"], json: ["data"]),
      Source(table: "memory", plain: ["content"]),
      Source(table: "prompt", plain: ["title", "name", "content"]),
      Source(table: "prompt_history", json: ["snapshot"]),
      Source(table: "knowledge", plain: ["name", "description"]),
      Source(table: "folder", plain: ["name"], json: ["data"]),
      Source(table: "automation", plain: ["name"], json: ["data"]),
      Source(table: "calendar_event", plain: ["title", "description", "location"]),
      Source(table: "feedback", json: ["data"]),
      Source(table: "model", plain: ["name"], json: ["params"]),
      Source(table: "modelfile", json: ["modelfile"]),
    ]

    private func readPassages(_ source: Source, _ report: inout ReadingReport) {
      guard let table = database.schema.table(source.table) else { return }
      let key = table.index(of: "id") ?? table.index(of: "command")
      let plain = source.plain.compactMap { table.index(of: $0) }
      let json = source.json.compactMap { table.index(of: $0) }
      var rows = TableReader(database.snapshot, table)
      while rows.next() {
        let row =
          key.flatMap { rows.text($0) ?? rows.integer($0).map { StoredText(String($0)) } }
        for column in plain {
          if let text = rows.text(column), !text.isEmpty {
            report.emit(Passage(.text, text, provenance: place(source.table, row)), store: store)
          }
        }
        for column in json {
          guard let raw = rows.text(column), raw.bytes.count > 2,
            let value = OpenWebUI.value(of: raw)
          else { continue }
          OpenWebUI.collectTexts(of: value) { text in
            report.emit(Passage(.text, text, provenance: place(source.table, row)), store: store)
          }
        }
      }
    }

    private func place(_ table: String, _ row: StoredText?) -> Provenance {
      Provenance(path: database.path.storedText, table: table, row: row)
    }
  }
}
