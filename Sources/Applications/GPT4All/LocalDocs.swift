import ByteReading
import Conversations
import EvidenceFiles
import SQLiteEvidence
import SystemPackage

extension Issue.Code {
  /// The index for full-text search holds the text a second time.
  static let secondTextCopy = Self(rawValue: "second-text-copy")
}

/// Reads one generation of the database in which documents are kept for retrieval: which files were
/// taken in, and all their text in chunks.
struct LocalDocs {
  let path: FilePath
  /// Whether the file's name says which generation it is.
  let isGenerationKnown: Bool

  /// Whether a file is such a database by the names of its tables.
  static func isDatabase(_ file: SniffedFile) -> Bool {
    guard let tables = file.tables, tables.contains("chunks"), tables.contains("documents"),
      tables.contains("folders"), tables.contains("collections")
    else { return false }
    return tables.contains("chunks_fts") || tables.contains("collection_items")
  }

  /// The parts of reading it: one for its lists, and more where there is much text.
  func parts() -> [StorePart] {
    let snapshot: DatabaseSnapshot
    do throws(DatabaseError) {
      snapshot = try DatabaseSnapshot(path)
    } catch {
      let issue = issue(error)
      return [
        { report in
          countFiles(&report)
          report.stores[0].documents = 0
          report.add(issue)
        }
      ]
    }
    let schema = DatabaseSchema(snapshot)
    let lists: StorePart = { report in
      report.rely { snapshot.isUnchanged() }
      countFiles(&report)
      note(snapshot.findings, &report)
      note(schema.damage, &report)
      if !isGenerationKnown { report.stores[0].formatVersion = generation(schema) }
      readDocuments(snapshot, schema, &report)
      noteTextCopy(snapshot, schema, &report)
    }
    guard let table = schema.table("chunks"), let text = table.index(of: "chunk_text") else {
      return [lists, { report in report.add(missing("chunks")) }]
    }
    // 2,000 pages are 8 MB at the usual page size; less is not worth a part of its own.
    let count = min(16, max(1, Int(snapshot.pageCount) / 2000))
    let shards: [StorePart] = TableReader.shards(snapshot, table, count: count).map { shard in
      { report in readChunks(snapshot, table, text, shard, &report) }
    }
    return [lists] + shards
  }

  private func issue(_ error: DatabaseError) -> Issue {
    let code: Issue.Code =
      switch error.code {
      case .empty: .empty
      case .notADatabase: .malformed
      case .encryptedOrUnknown: .encrypted
      case .unreadable:
        switch error.errno {
        case .permissionDenied, .notPermitted: .denied
        case .noSuchFileOrDirectory: .vanished
        default: .unreadable
        }
      default: Issue.Code(rawValue: error.code.rawValue)
      }
    return Issue(code, .error, path: path.storedText, offset: error.offset, error.text)
  }

  /// Counts the database with the files SQLite keeps beside it.
  private func countFiles(_ report: inout ReadingReport) {
    for file in [path] + LocalDocs.companions(of: path) {
      if let status = try? report.tree.status(file), status.kind == .file {
        report.stores[0].countFile(status)
      }
    }
  }

  /// Where SQLite keeps what is not yet, or no longer, in the database itself.
  static func companions(of path: FilePath) -> [FilePath] {
    guard let name = path.lastComponent?.string else { return [] }
    let folder = path.removingLastComponent()
    return ["-wal", "-shm", "-journal"].map { folder.appending(name + $0) }
  }

  /// The generation, as far as its tables tell it.
  private func generation(_ schema: DatabaseSchema) -> String? {
    guard let chunks = schema.table("chunks") else { return nil }
    if schema.table("collection_items") != nil {
      return schema.table("chunks_fts") == nil ? "2" : "3"
    }
    return chunks.index(of: "embedding_id") != nil ? "0" : "1"
  }

  private func readDocuments(
    _ snapshot: DatabaseSnapshot, _ schema: DatabaseSchema, _ report: inout ReadingReport
  ) {
    report.stores[0].documents = 0
    guard let table = schema.table("documents") else {
      report.add(missing("documents"))
      return
    }
    let name = table.index(of: "document_path")
    var reader = TableReader(snapshot, table, columns: [name].compactMap { $0 })
    while reader.next() {
      report.stores[0].countDocument(bytes: 0)
      if report.demand.passages, let name, let text = reader.text(name) {
        report.emit(Passage(.title, text, provenance: row(reader.rowID, of: table)))
      }
    }
    note(reader.damage, &report)
  }

  private func readChunks(
    _ snapshot: DatabaseSnapshot, _ table: TableSchema, _ text: Int, _ shard: TableShard,
    _ report: inout ReadingReport
  ) {
    var reader = TableReader(snapshot, table, columns: [text], shard: shard)
    while reader.next() {
      report.stores[0].documentBytes &+= UInt64(reader.byteCount(text))
      if report.demand.passages, let chunk = reader.text(text) {
        report.emit(Passage(.chunk, chunk, provenance: row(reader.rowID, of: table)))
      }
    }
    note(reader.damage, &report)
  }

  /// Generations 0 and 1 keep the text a second time in the content table of the full-text index.
  private func noteTextCopy(
    _ snapshot: DatabaseSnapshot, _ schema: DatabaseSchema, _ report: inout ReadingReport
  ) {
    guard let table = schema.table("chunks_fts_content") else { return }
    var reader = TableReader(snapshot, table, columns: [])
    var rows = 0
    while reader.next() { rows += 1 }
    note(reader.damage, &report)
    if rows > 0 {
      report.add(
        Issue(
          .secondTextCopy, .info, path: path.storedText,
          "the full-text index holds the text of \(rows) chunks a second time"))
    }
  }

  private func row(_ number: Int64, of table: TableSchema) -> Provenance {
    Provenance(path: path.storedText, table: table.name, row: StoredText(String(number)))
  }

  private func missing(_ table: String) -> Issue {
    Issue(
      .unknownFormat, .error, path: path.storedText, "there is no table \(table) that can be read")
  }

  private func note(_ findings: [DatabaseFinding], _ report: inout ReadingReport) {
    for finding in findings where finding.isDamage || finding.code == .journalApplied {
      report.add(
        Issue(
          Issue.Code(rawValue: finding.code.rawValue), finding.isDamage ? .error : .info,
          path: finding.path.storedText, offset: finding.offset, finding.text))
    }
  }
}
