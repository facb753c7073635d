import ByteReading
import Conversations
import EvidenceFiles
import SystemPackage

/// Reads conversations of era A: a Markdown file each, with a list of metadata and a list of messages.
///
/// A message's text goes on until the line that begins the next one; a text that holds such a line
/// cannot be told from two messages.
struct JanMarkdownReader {
  private let tree: EvidenceTree

  init(_ tree: EvidenceTree) {
    self.tree = tree
  }

  /// Reads all conversations below a `conversations` folder.
  func readAll(in folder: FilePath, _ report: inout ReadingReport) {
    guard let listing = try? tree.list(folder) else { return }
    for entry in listing.entries {
      let path = listing.path(of: entry)
      if entry.kind == .file, JanMarkdownReader.isMarkdown(entry.name) {
        read(path, id: StoredText(entry.component.stem), &report)
      } else if entry.kind == .folder, let inner = try? tree.list(path) {
        for file in inner.entries
        where file.kind == .file && JanMarkdownReader.isMarkdown(file.name) {
          read(inner.path(of: file), id: entry.component.storedText, &report)
        }
      }
    }
  }

  private static func isMarkdown(_ name: String) -> Bool { name.hasSuffix(".md") }

  /// A message while its lines come in.
  private struct Turn {
    var start: UInt64
    var id: StoredText
    var role: Role?
    var time: Instant?
    var hasText = false
    var text: [UInt8] = []
    var excerpt: [UInt8] = []
  }

  /// Reads the conversation in the file at `path`.
  func read(_ path: FilePath, id: StoredText, _ report: inout ReadingReport) {
    let file: EvidenceFile
    do {
      file = try tree.open(path)
    } catch {
      report.add(error)
      return
    }
    var conversation = Conversation(appID: id, provenance: Provenance(path: path.storedText))
    conversation.bytes = file.status.size
    if file.status.size == 0 {
      report.add(Issue(.empty, .error, path: path.storedText, "a file of no bytes"))
    }
    var turn: Turn?
    var wantsThread: Bool?
    var inMessages = false
    var lines = LineCursor(file)
    var invalid: UInt64?
    do {
      while try lines.next() {
        let trimmed = JanMarkdownReader.trimmed(lines.line)
        if invalid == nil, let index = lines.firstInvalidUTF8 {
          invalid = lines.offset &+ UInt64(index)
        }
        if let marker = JanMarkdownReader.marker(trimmed) {
          inMessages = true
          let wants = wantsThread ?? report.demand.wantsThread(of: conversation)
          wantsThread = wants
          finish(turn, &conversation, wants, report.demand.level)
          turn = Turn(start: lines.offset, id: marker)
        } else if turn != nil {
          take(lines.line, trimmed, into: &turn, wantsThread ?? false)
        } else if !inMessages {
          inMessages = trimmed.elementsEqual("## Messages".utf8)
          takeMetadata(trimmed, &conversation)
        }
      }
    } catch {
      report.add(error, in: path)
    }
    report.addInvalidUTF8(invalid, in: path)
    if let turn, !turn.hasText {
      report.add(
        Issue(
          .torn, .warning, path: path.storedText, offset: turn.start,
          "the last message has no text: the file ends within it"))
    }
    finish(
      turn, &conversation, wantsThread ?? report.demand.wantsThread(of: conversation),
      report.demand.level)
    for time in [conversation.created, conversation.updated] {
      if let time { conversation.tally.widen(to: time) }
    }
    report.emit(conversation)
  }

  // MARK: - Lines

  private static func trimmed(_ bytes: [UInt8]) -> ArraySlice<UInt8> {
    var slice = bytes[...]
    while let first = slice.first, first <= 0x20 { slice.removeFirst() }
    while let last = slice.last, last <= 0x20 { slice.removeLast() }
    return slice
  }

  /// The id in `- Message m-1700000000000:`.
  private static func marker(_ line: ArraySlice<UInt8>) -> StoredText? {
    let prefix = Array("- Message m-".utf8)
    guard line.starts(with: prefix), line.last == UInt8(ascii: ":") else { return nil }
    let id = line.dropFirst(prefix.count - 2).dropLast()
    guard !id.contains(UInt8(ascii: " ")) else { return nil }
    return StoredText(bytes: Array(id))
  }

  /// The value of `- key: value`; nil where the line has another key, empty for `undefined`.
  private static func value(_ key: String, _ line: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    let prefix = Array("- \(key):".utf8)
    guard line.starts(with: prefix) else { return nil }
    var value = line.dropFirst(prefix.count)
    while let first = value.first, first == 0x20 { value.removeFirst() }
    return value.elementsEqual("undefined".utf8) ? [] : value
  }

  private func takeMetadata(_ line: ArraySlice<UInt8>, _ conversation: inout Conversation) {
    if let id = JanMarkdownReader.value("_id", line), !id.isEmpty {
      conversation.appID = StoredText(bytes: Array(id))
    } else if let name = JanMarkdownReader.value("name", line), !name.isEmpty {
      conversation.title = StoredText(bytes: Array(name))
    } else if let created = JanMarkdownReader.value("createdAt", line) {
      conversation.created = Instant(parsing: created)
    } else if let updated = JanMarkdownReader.value("updatedAt", line) {
      conversation.updated = Instant(parsing: updated)
    }
  }

  private func take(
    _ bytes: [UInt8], _ trimmed: ArraySlice<UInt8>, into turn: inout Turn?, _ wantsThread: Bool
  ) {
    guard turn?.hasText == true else {
      if let created = JanMarkdownReader.value("createdAt", trimmed) {
        turn?.time = Instant(parsing: created)
      } else if let user = JanMarkdownReader.value("user", trimmed) {
        if !user.isEmpty { turn?.role = Role(rawValue: String(decoding: user, as: UTF8.self)) }
      } else if let text = JanMarkdownReader.value("message", trimmed) {
        turn?.hasText = true
        add(text, to: &turn, wantsThread)
      }
      return
    }
    add([UInt8(ascii: "\n")], to: &turn, wantsThread)
    add(bytes[...], to: &turn, wantsThread)
  }

  private func add(_ text: ArraySlice<UInt8>, to turn: inout Turn?, _ wantsThread: Bool) {
    if wantsThread { turn?.text += text }
    if let kept = turn?.excerpt.count, kept < Conversation.excerptLimit {
      turn?.excerpt += text.prefix(Conversation.excerptLimit - kept)
    }
  }

  private func finish(
    _ turn: Turn?, _ conversation: inout Conversation, _ wantsThread: Bool,
    _ level: ReadingDemand.Level
  ) {
    guard let turn else { return }
    let role = turn.role ?? .unnamed
    conversation.tally.count(role, time: turn.time)
    if level >= .heads, role == .user, conversation.excerpt == nil,
      conversation.title?.isEmpty ?? true
    {
      conversation.excerpt = StoredText(bytes: Array(JanMarkdownReader.trimmed(turn.excerpt)))
    }
    guard wantsThread else { return }
    conversation.thread.append(
      Message(
        id: turn.id, role: role,
        // The application wrote the text trimmed and a line of white space behind it.
        text: StoredText(bytes: Array(JanMarkdownReader.trimmed(turn.text))), time: turn.time,
        provenance: Provenance(path: conversation.provenance.path, offset: turn.start)))
  }
}
