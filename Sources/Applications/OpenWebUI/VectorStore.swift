import ByteReading
import Conversations
import EvidenceFiles
import SQLiteEvidence
import SystemPackage

extension OpenWebUI {
  /// Claims the folder of the vector store.
  func claimVectors(_ folder: FilePath, _ survey: inout Survey) {
    guard survey.tree.isFolder(folder) else { return }
    survey.claim(
      StoreClaim(id, [StoreHead(.documents, folder, format: "chroma")]) { _, _ in
        [{ report in VectorStore(folder).read(&report) }]
      })
  }

  /// The vector store: Chroma's database with the text of every chunk, and files of vectors.
  ///
  /// Of other stores (Milvus, Qdrant) the files are named.
  struct VectorStore {
    private let folder: FilePath

    init(_ folder: FilePath) {
      self.folder = folder
    }

    func read(_ report: inout ReadingReport) {
      report.stores[0].documents = 0
      var unparsed = 0
      var bytes: UInt64 = 0
      FileWalk(folder).each(&report) { file, report in
        let name = file.lastComponent?.string ?? ""
        if name.hasPrefix("chroma.sqlite3") {
          if name == "chroma.sqlite3" { readChroma(file, &report) }
        } else {
          unparsed += 1
          bytes &+= (try? report.tree.status(file).size) ?? 0
        }
      }
      if unparsed > 0 {
        report.add(
          Issue(
            .notParsed, .info, path: folder.storedText,
            "\(unparsed) files of vectors, \(bytes) bytes, not parsed"))
      }
    }

    private func readChroma(_ file: FilePath, _ report: inout ReadingReport) {
      do throws(DatabaseError) {
        let snapshot = try DatabaseSnapshot(file)
        report.rely { snapshot.isUnchanged() }
        let damage = snapshot.findings + readChunks(snapshot, file, &report)
        for finding in damage where finding.code != .walEarlierGeneration {
          report.add(Issue(openWebUI: finding))
        }
      } catch {
        report.add(
          Issue(
            error.code == .empty ? .empty : error.code == .unreadable ? .unreadable : .malformed,
            .error, path: file.storedText, offset: error.offset, error.text))
      }
    }

    private func readChunks(
      _ snapshot: DatabaseSnapshot, _ file: FilePath, _ report: inout ReadingReport
    ) -> [DatabaseFinding] {
      let schema = DatabaseSchema(snapshot)
      guard let table = schema.table("embedding_metadata"), let id = table.index(of: "id"),
        let key = table.index(of: "key"), let value = table.index(of: "string_value")
      else {
        report.add(
          Issue(
            .unknownFormat, .warning, path: file.storedText,
            "no table embedding_metadata: a version of Chroma that is not known"))
        return schema.damage
      }
      var rows = TableReader(snapshot, table)
      while rows.next() {
        guard rows.text(key, limit: 64) == "chroma:document" else { continue }
        report.stores[0].countDocument(bytes: UInt64(rows.byteCount(value)))
        if report.demand.passages, let text = rows.text(value), !text.isEmpty {
          let row = rows.integer(id).map { StoredText(String($0)) }
          report.emit(
            Passage(
              .chunk, text,
              provenance: Provenance(
                path: file.storedText, table: "embedding_metadata", row: row)))
        }
      }
      return schema.damage + rows.damage + readQueue(snapshot, schema, file, &report)
    }

    /// Chunks that were written and not taken over yet: the queue keeps their text in JSON.
    private func readQueue(
      _ snapshot: DatabaseSnapshot, _ schema: DatabaseSchema, _ file: FilePath,
      _ report: inout ReadingReport
    ) -> [DatabaseFinding] {
      guard let queue = schema.table("embeddings_queue"), let id = queue.index(of: "id"),
        let metadata = queue.index(of: "metadata")
      else { return [] }
      var taken: Set<UInt64> = []
      if let table = schema.table("embeddings"), let column = table.index(of: "embedding_id") {
        var rows = TableReader(snapshot, table)
        while rows.next() { taken.insert(OpenWebUI.digest(rows, column)) }
      }
      let sequence = queue.index(of: "seq_id")
      var rows = TableReader(snapshot, queue)
      while rows.next() {
        guard rows.byteCount(metadata) > 2, taken.insert(OpenWebUI.digest(rows, id)).inserted,
          let raw = rows.text(metadata),
          let text = OpenWebUI.value(of: raw)?["chroma:document"]?.text
        else { continue }
        report.stores[0].countDocument(bytes: UInt64(text.bytes.count))
        let row = sequence.flatMap { rows.integer($0) }.map { StoredText(String($0)) }
        report.emit(
          Passage(
            .chunk, text,
            provenance: Provenance(path: file.storedText, table: "embeddings_queue", row: row)))
      }
      return rows.damage
    }
  }
}
