import ByteReading
import Conversations
import EvidenceFiles
import SystemPackage

/// Reading `messages.jsonl`: one message a line.
extension JanThreadReader {
  /// Reads all messages of `file` into the thread that was begun.
  ///
  /// As long as all is well the file is read as one stream of objects. From the first line on that is
  /// damaged, each line is read by itself: a string that has no end would swallow the lines behind it.
  mutating func readMessages(_ file: EvidenceFile, _ report: inout ReadingReport) {
    var start: UInt64 = 0
    json.restart(file)
    do {
      while try !json.isAtEnd() {
        start = json.offset
        try readMessage(file, at: start, &report)
        json.beginNextDocument()
      }
      report.addInvalidUTF8(json.firstInvalidUTF8, in: file.path)
    } catch {
      let invalid = json.firstInvalidUTF8.flatMap { $0 < start ? $0 : nil }
      readDamagedLines(file, from: start, invalid, &report)
    }
  }

  /// Reads the message that comes next and takes it over, if it is one.
  private mutating func readMessage(
    _ file: EvidenceFile, at start: UInt64, _ report: inout ReadingReport
  ) throws(ReadingError) {
    message.reset()
    message.wanted = thread.wanted
    try message.read(&json)
    guard message.isMessage else {
      report.add(
        Issue(
          .malformed, .warning, path: file.path.storedText, offset: start,
          "an object that is no message"))
      return
    }
    readLists(from: file)
    thread.accept(&message, at: start, from: server) {
      Provenance(path: file.path.storedText, offset: start)
    }
  }

  /// Reads those texts again that end with a list of files, which counting passed over.
  mutating func readLists(from source: any ByteSource) {
    for offset in message.listsAt {
      var again = JSONCursor(source, window: 4096)
      again.restart(source, at: offset)
      if let text = try? again.text() { message.addList(in: text) }
    }
  }

  // MARK: - Damage

  private mutating func readDamagedLines(
    _ file: EvidenceFile, from first: UInt64, _ soundUpTo: UInt64?, _ report: inout ReadingReport
  ) {
    var invalid = soundUpTo
    var lines = LineCursor(file, from: first)
    var start: UInt64?
    do {
      while try lines.next() {
        start = start ?? lines.offset
        // A line longer than the cursor gives at once comes in pieces.
        guard lines.isEnded || lines.line.count < JanThreadReader.pieceSize else { continue }
        readLine(
          file, from: start ?? lines.offset, to: lines.offset &+ UInt64(lines.line.count), &report)
        invalid = invalid ?? json.firstInvalidUTF8
        start = nil
      }
      if let start {
        readLine(file, from: start, to: file.status.size, &report)
        invalid = invalid ?? json.firstInvalidUTF8
      }
    } catch {
      report.add(error, in: file.path)
    }
    report.addInvalidUTF8(invalid, in: file.path)
  }

  private static let pieceSize = 1 << 20

  /// Reads the objects of one line; what cannot be read is an issue at its beginning.
  private mutating func readLine(
    _ file: EvidenceFile, from begin: UInt64, to end: UInt64, _ report: inout ReadingReport
  ) {
    let slice = JanSlice(file, upTo: end)
    var start = begin
    json.restart(slice, at: begin)
    do {
      while try !json.isAtEnd() {
        start = json.offset
        try readMessage(file, at: start, &report)
        json.beginNextDocument()
      }
    } catch {
      var issue = Issue(error, in: file.path)
      issue.offset = start
      issue.text = "a line that cannot be read whole: \(error.text) at byte \(error.offset)"
      report.add(issue)
      keepTornText(slice, from: start, in: file.path, &report)
      readGluedMessage(file, slice, from: start, &report)
    }
  }

  /// Lets a search find what a torn line still says.
  private func keepTornText(
    _ slice: JanSlice, from start: UInt64, in path: FilePath, _ report: inout ReadingReport
  ) {
    guard report.demand.passages else { return }
    var pieces = LineCursor(slice, from: start)
    while (try? pieces.next()) ?? false {
      report.emit(
        Passage(
          .text, StoredText(bytes: pieces.line),
          provenance: Provenance(path: path.storedText, offset: pieces.offset),
          conversation: thread.conversation.appID))
    }
  }

  /// How often a whole message is looked for behind a torn one.
  private static let attempts = 64

  /// Reads a message that was appended to a torn line without a line feed between.
  private mutating func readGluedMessage(
    _ file: EvidenceFile, _ slice: JanSlice, from start: UInt64,
    _ report: inout ReadingReport
  ) {
    var candidates: [UInt64] = []
    var pieces = LineCursor(slice, from: start)
    while candidates.count < JanThreadReader.attempts, (try? pieces.next()) ?? false {
      let bytes = pieces.line
      for index in bytes.indices.dropLast()
      where bytes[index] == UInt8(ascii: "{") && bytes[index + 1] == UInt8(ascii: "\"")
        && pieces.offset &+ UInt64(index) > start
      {
        candidates.append(pieces.offset &+ UInt64(index))
        if candidates.count == JanThreadReader.attempts { break }
      }
    }
    for candidate in candidates {
      json.restart(slice, at: candidate)
      do {
        message.reset()
        message.wanted = thread.wanted
        try message.read(&json)
        json.beginNextDocument()
        guard message.role != nil, message.hasContent, try json.isAtEnd() else { continue }
      } catch {
        continue
      }
      readLists(from: file)
      thread.accept(&message, at: candidate, from: server) {
        Provenance(path: file.path.storedText, offset: candidate)
      }
      return
    }
  }
}
