import ByteReading
import Conversations
import EvidenceFiles
import SystemPackage

/// Reading the text that era C kept of documents for retrieval, in a thread's `memory` folder.
extension JanThreadReader {
  /// Reads `docstore.json` of LangChain: `[[key, {pageContent, metadata}], …]`.
  ///
  /// All text of one store counts as one document; the vectors beside it are not parsed.
  mutating func readMemory(
    _ folder: FilePath, of thread: StoredText, _ report: inout ReadingReport
  ) {
    let path = folder.appending("docstore.json")
    guard tree.isFile(path) else { return }
    let file: EvidenceFile
    do {
      file = try tree.open(path)
    } catch {
      report.add(error)
      return
    }
    var bytes: UInt64 = 0
    json.restart(file)
    do {
      try readPages(thread, path, &bytes, depth: 0, &report)
    } catch {
      report.add(error, in: path)
    }
    report.addInvalidUTF8(json.firstInvalidUTF8, in: path)
    report.stores[0].countDocument(bytes: bytes)
  }

  private mutating func readPages(
    _ thread: StoredText, _ path: FilePath, _ bytes: inout UInt64, depth: Int,
    _ report: inout ReadingReport
  ) throws(ReadingError) {
    switch try json.kind() {
    case .array where depth < 8:
      try json.beginArray()
      while try json.nextElement() {
        try readPages(thread, path, &bytes, depth: depth + 1, &report)
      }
    case .object where depth < 8:
      try json.beginObject()
      while try json.nextKey() {
        guard case "pageContent" = json.key, try json.kind() == .string else {
          // A map of keys to pages, as other versions of the library write it.
          try readPages(thread, path, &bytes, depth: depth + 1, &report)
          continue
        }
        let offset = json.offset
        if report.demand.passages {
          let text = try json.text()
          bytes &+= UInt64(text.bytes.count)
          report.emit(
            Passage(
              .chunk, text, provenance: Provenance(path: path.storedText, offset: offset),
              conversation: thread))
        } else {
          bytes &+= try json.measuredString().length
        }
      }
    default:
      try json.skipValue()
    }
  }
}
