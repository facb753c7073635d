import ByteReading
import Conversations
import EvidenceFiles
import SystemPackage

/// Reading a thread of era B: `{id, summary, messages[], createdAt, updatedAt, modelId}` in one file.
extension JanThreadReader {
  /// Reads the thread in the file at `path`.
  mutating func readSingle(
    _ path: FilePath, id: StoredText, _ otherBytes: UInt64, _ report: inout ReadingReport
  ) {
    let file: EvidenceFile
    do {
      file = try tree.open(path)
    } catch {
      _ = report.countFile(at: path)
      report.add(error)
      return
    }
    report.stores[0].countFile(file.status)
    var head = Conversation(appID: id, provenance: Provenance(path: path.storedText))
    var header = JanThreadHeader()
    var hasBegun = false
    if file.status.size == 0 {
      report.add(Issue(.empty, .error, path: path.storedText, "a file of no bytes"))
    }
    json.restart(file)
    do {
      if file.status.size > 0 { try json.beginObject() }
      while file.status.size > 0, try json.nextKey() {
        switch json.key {
        case "id":
          if let stored = try json.textIfString(), !stored.isEmpty, !hasBegun {
            head.appID = stored
          }
        case "summary", "title":
          header.title = try json.textIfString()
          head.title = header.title
          if hasBegun { thread.name(head.title) }
        case "createdAt": header.created = try readDate()
        case "updatedAt": header.updated = try readDate()
        case "messages":
          if !hasBegun { thread.begin(head, report.demand) }
          hasBegun = true
          try readItems(file)
        default: try json.skipValue()
        }
      }
    } catch {
      report.add(error, in: path)
    }
    report.addInvalidUTF8(json.firstInvalidUTF8, in: path)
    if !hasBegun { thread.begin(head, report.demand) }
    thread.note(.singleFile)
    thread.count(bytes: file.status.size &+ otherBytes)
    finish(header, in: path, &report)
  }

  private mutating func readItems(_ file: EvidenceFile) throws(ReadingError) {
    guard try json.beginArrayIfPresent() else { return }
    while try json.nextElement() {
      guard try json.kind() == .object else {
        try json.skipValue()
        continue
      }
      let start = json.offset
      message.reset()
      message.wanted = thread.wanted
      try message.read(&json)
      guard message.isMessage else { continue }
      readLists(from: file)
      thread.accept(&message, at: start, from: server) {
        Provenance(path: file.path.storedText, offset: start)
      }
    }
  }

  private mutating func readDate() throws(ReadingError) -> Instant? {
    switch try json.kind() {
    case .string: return Instant(parsing: try json.text(limit: 1 << 20).bytes)
    case .number: return Instant(guessing: try json.number())
    default:
      try json.skipValue()
      return nil
    }
  }
}
