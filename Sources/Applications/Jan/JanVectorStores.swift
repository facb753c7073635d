import ByteReading
import Conversations
import EvidenceFiles
import SQLiteEvidence
import SystemPackage

/// Reads the databases that keep the text of attached documents and of memories for retrieval.
///
/// A document is a row of `files` and its bytes are those of its chunks' text; a memory is a document
/// too: a message copied word for word. Vectors and indexes are not parsed.
enum JanVectorStores {
  /// A folder of such databases.
  static func folder(_ kind: StoreKind, _ path: FilePath) -> StoreClaim {
    StoreClaim(JanClaims.id, [StoreHead(kind, path, format: "jan-vector-db")]) { tree, _ in
      let listing: FolderListing
      do throws(EvidenceError) {
        listing = try tree.list(path)
      } catch {
        return [{ report in report.add(error) }]
      }
      let files = listing.entries.filter { $0.kind == .file }.map { listing.path(of: $0) }
      let databases = files.filter { $0.extension?.lowercased() == "db" }
      var parts: [StorePart] = [
        { report in
          for file in files { _ = report.countFile(at: file) }
          for entry in listing.entries where entry.kind == .folder {
            report.countFiles(below: listing.path(of: entry))
          }
        }
      ]
      for database in databases {
        parts.append { report in read(database, &report) }
      }
      return parts
    }
  }

  /// One such database alone.
  static func file(_ path: FilePath) -> StoreClaim {
    StoreClaim(
      JanClaims.id, [StoreHead(.documents, path, format: "jan-vector-db")],
      covers: [path, FilePath(path.string + "-wal"), FilePath(path.string + "-journal")]
    ) { _, _ in
      [
        { report in
          _ = JanDatabases.countFiles(of: path, &report)
          read(path, &report)
        }
      ]
    }
  }

  /// The thread whose attachments a database holds, by its name.
  private static func thread(_ path: FilePath) -> StoredText? {
    guard let stem = path.stem, stem.hasPrefix("attachments_") else { return nil }
    return StoredText(String(stem.dropFirst("attachments_".utf8.count)))
  }

  private static func read(_ path: FilePath, _ report: inout ReadingReport) {
    if let status = try? report.tree.status(path), status.size == 0,
      !report.tree.isFile(FilePath(path.string + "-wal"))
    {
      // The application makes such a file before it writes the first table.
      return
    }
    let wantsText = report.demand.passages
    JanDatabases.read(path, &report) { snapshot, schema, report in
      if let files = schema.table("files") { countFiles(snapshot, files, &report) }
      if let chunks = schema.table("chunks") {
        readChunks(snapshot, chunks, path, wantsText, &report)
      }
      if let memories = schema.table("memories_content") {
        readMemories(snapshot, memories, path, wantsText, &report)
      }
    }
  }

  private static func countFiles(
    _ snapshot: DatabaseSnapshot, _ table: TableSchema, _ report: inout ReadingReport
  ) {
    var rows = TableReader(snapshot, table, columns: [])
    while rows.next() { report.stores[0].countDocument(bytes: 0) }
    for finding in rows.damage { report.addFinding(finding) }
  }

  private static func readChunks(
    _ snapshot: DatabaseSnapshot, _ table: TableSchema, _ path: FilePath,
    _ wantsText: Bool, _ report: inout ReadingReport
  ) {
    guard let text = table.index(of: "text") else { return }
    let key = table.index(of: "id")
    let conversation = thread(path)
    var rows = TableReader(snapshot, table, columns: [text] + (key.map { [$0] } ?? []))
    while rows.next() {
      report.stores[0].documentBytes &+= UInt64(rows.byteCount(text))
      guard wantsText, let chunk = rows.text(text) else { continue }
      report.emit(
        Passage(
          .chunk, chunk,
          provenance: Provenance(
            path: path.storedText, table: "chunks",
            row: key.flatMap { rows.text($0) } ?? StoredText(String(rows.rowID))),
          conversation: conversation))
    }
    for finding in rows.damage { report.addFinding(finding) }
  }

  /// The rows of the full-text table `memories`, which SQLite keeps in `memories_content`, columns
  /// `c0` to `c4` for message id, project, text, role and time (FTS5, section 9.2).
  private static func readMemories(
    _ snapshot: DatabaseSnapshot, _ table: TableSchema, _ path: FilePath,
    _ wantsText: Bool, _ report: inout ReadingReport
  ) {
    guard let text = table.index(of: "c2") else { return }
    let key = table.index(of: "c0")
    let time = table.index(of: "c4")
    var rows = TableReader(snapshot, table)
    while rows.next() {
      report.stores[0].countDocument(bytes: UInt64(rows.byteCount(text)))
      if let time, let stamp = rows.integer(time).flatMap({ Instant(guessing: $0) }) {
        report.stores[0].tally.widen(to: stamp)
      }
      guard wantsText, let memory = rows.text(text) else { continue }
      report.emit(
        Passage(
          .chunk, memory,
          provenance: Provenance(
            path: path.storedText, table: "memories",
            row: key.flatMap { rows.text($0) } ?? StoredText(String(rows.rowID)))))
    }
    for finding in rows.damage { report.addFinding(finding) }
  }
}
