import ByteReading
import Conversations
import EvidenceFiles
import SystemPackage

/// A thread while its messages come in, in whatever format they are stored.
struct JanThread {
  /// A file beside a thread's messages.
  struct StoredFile {
    var name: String
    var path: FilePath
    var size: UInt64
  }

  private(set) var conversation = Conversation(appID: nil, provenance: Provenance(path: ""))
  private(set) var wantsThread = false
  private(set) var era: JanEra?
  /// The files in the thread's own `files` folder.
  var files: [StoredFile] = []
  private var branches = JanBranches()
  private var seen: Set<ContentDigest> = []
  private var level = ReadingDemand.Level.counts
  private var earliest: Instant?
  private var latest: Instant?
  private var duplicate: UInt64?
  private var duplicates = 0
  private var instructions: StoredText?

  /// Begins a thread; what was kept of the one before goes, its memory stays.
  mutating func begin(_ head: Conversation, _ demand: ReadingDemand) {
    conversation = head
    level = demand.level
    wantsThread = demand.wantsThread(of: head)
    era = nil
    branches.reset()
    seen.removeAll(keepingCapacity: true)
    earliest = nil
    latest = nil
    duplicate = nil
    duplicates = 0
    instructions = nil
  }

  /// Gives the thread the title its file names, which may come late.
  mutating func name(_ title: StoredText?) {
    conversation.title = title
  }

  mutating func note(_ seen: JanEra?) {
    era = JanEra.later(era, seen)
  }

  /// What must be kept of the next message.
  var wanted: JanMessage.Wanted {
    JanMessage.Wanted(
      text: wantsThread,
      excerpt: level >= .heads && conversation.excerpt == nil
        && (conversation.title?.isEmpty ?? true))
  }

  /// Takes a message that was read.
  /// - Parameters:
  ///   - offset: where it begins, for branches and issues.
  ///   - provenance: where it was read; asked for only when the message is kept.
  mutating func accept(
    _ message: inout JanMessage, at offset: UInt64, from server: JanServerFiles?,
    _ provenance: () -> Provenance
  ) {
    note(message.era)
    let position = branches.nodes.count
    let id = message.id?.digest ?? ContentDigest(of: "\0\(position)".utf8)
    guard seen.insert(id).inserted else {
      duplicates += 1
      if duplicate == nil { duplicate = offset }
      if wantsThread { keepOtherText(of: message) }
      return
    }
    let time = message.bestTime
    branches.add(
      JanBranches.Node(
        id: id, parent: message.parent, activeChild: message.activeChild,
        time: message.time?.milliseconds ?? 0, offset: offset),
      branching: message.hasBranching)
    if let time {
      if earliest.map({ time < $0 }) ?? true { earliest = time }
      if latest.map({ time > $0 }) ?? true { latest = time }
    }
    let role = message.role ?? .unnamed
    conversation.tally.count(role, model: message.model, time: time)
    settleAttachments(of: &message, from: server)
    for attachment in message.attachments {
      conversation.tally.countAttachment(bytes: attachment.bytes)
    }
    if role == .user, conversation.excerpt == nil, let excerpt = message.excerpt, !excerpt.isEmpty {
      conversation.excerpt = JanThread.whole(excerpt)
    }
    if wantsThread {
      conversation.thread.append(turn(message, role, time, position, provenance()))
    }
  }

  private mutating func turn(
    _ message: JanMessage, _ role: Role, _ time: Instant?, _ position: Int, _ place: Provenance
  ) -> Message {
    var turn = Message(
      id: message.id?.text ?? StoredText(String(position)), role: role,
      text: StoredText(bytes: message.text), time: time, provenance: place)
    turn.parent = message.parentID
    var reasoning = message.reasoning
    if let tagged = JanReasoning.tagged(in: message.text) {
      if message.reasoningParts > 0 { reasoning.append(UInt8(ascii: "\n")) }
      reasoning += tagged
      turn.reasoning = StoredText(bytes: reasoning)
    } else if message.reasoningParts > 0 {
      turn.reasoning = StoredText(bytes: reasoning)
    }
    turn.model = message.model.map { StoredText($0) }
    turn.attachments = message.attachments
    turn.toolCalls = message.toolCalls
    turn.asides = message.asides
    // The assistant's instructions are copied into every message; they are searched where they change.
    if let text = message.instructions, !text.isEmpty, text != instructions {
      instructions = text
      turn.asides.append(text)
    }
    return turn
  }

  /// The same message a second time: what it says else is found with the first.
  private mutating func keepOtherText(of message: JanMessage) {
    guard let id = message.id?.text,
      let first = conversation.thread.firstIndex(where: { $0.id == id })
    else { return }
    let text = StoredText(bytes: message.text)
    if text != conversation.thread[first].text, !text.isEmpty {
      conversation.thread[first].asides.append(text)
    }
  }

  /// A beginning without the half of a scalar at its end.
  private static func whole(_ bytes: [UInt8]) -> StoredText {
    var end = bytes.count
    guard end >= Conversation.excerptLimit else { return StoredText(bytes: bytes) }
    while end > 0, bytes[end - 1] & 0xC0 == 0x80, bytes.count - end < 3 { end -= 1 }
    guard end > 0, bytes[end - 1] >= 0xC0 else { return StoredText(bytes: bytes) }
    let length = bytes[end - 1] >= 0xF0 ? 4 : bytes[end - 1] >= 0xE0 ? 3 : 2
    return StoredText(bytes: bytes.count - end + 1 < length ? Array(bytes[..<(end - 1)]) : bytes)
  }

  // MARK: - Attachments

  /// Finds the files that a message names, and how large they are.
  private func settleAttachments(of message: inout JanMessage, from server: JanServerFiles?) {
    // Where the text lists its files, their ids are of the same files.
    if message.attachments.isEmpty {
      for id in message.fileIDs {
        var file = Attachment(name: message.fileName, bytes: message.fileSize)
        file.path = id
        message.attachments.append(file)
      }
    }
    for index in message.attachments.indices {
      guard let named = message.attachments[index].path else { continue }
      let name = JanThread.lastName(named.string)
      let found = files.first { $0.name == name } ?? server?.file(id: name)
      message.attachments[index].path = found?.path.storedText
      if let found {
        message.attachments[index].bytes = message.attachments[index].bytes ?? found.size
      }
      if message.attachments[index].name == nil {
        message.attachments[index].name = StoredText(found?.name ?? name)
      }
    }
  }

  private static func lastName(_ path: String) -> String {
    path.split { $0 == "/" || $0 == "\\" }.last.map(String.init) ?? path
  }

  // MARK: - The end

  /// Takes over what the header says and what follows from all messages together.
  /// - Returns: the finished thread, and what must be said of it.
  mutating func finish(_ header: JanThreadHeader?, in path: FilePath) -> (Conversation, [Issue]) {
    note(header?.era)
    conversation.created =
      header?.created
      ?? JanThreadHeader.begun(firstMessage: earliest, id: conversation.appID ?? "")
    conversation.updated = header?.updated ?? latest
    if let created = conversation.created { conversation.tally.widen(to: created) }
    if let updated = conversation.updated { conversation.tally.widen(to: updated) }
    var issues: [Issue] = []
    if branches.isBranched {
      let shown = branches.result()
      for (index, isShown) in shown.isShown.enumerated() where !isShown {
        conversation.tally.hiddenMessages += 1
        if index < conversation.thread.count { conversation.thread[index].active = false }
      }
      if let cycle = shown.cycle {
        issues.append(
          Issue(
            .cyclicParents, .warning, path: path.storedText, offset: branches.nodes[cycle].offset,
            "messages name each other as the one before"))
      }
      if let dangling = shown.dangling {
        issues.append(
          Issue(
            .danglingParent, .info, path: path.storedText, offset: branches.nodes[dangling].offset,
            "\(shown.danglingCount) messages follow one that is not there"))
      }
    }
    if let duplicate {
      issues.append(
        Issue(
          .duplicate, .info, path: path.storedText, offset: duplicate,
          "\(duplicates) messages stand here a second time and are counted once"))
    }
    return (conversation, issues)
  }

  /// Adds bytes to those that hold the thread.
  mutating func count(bytes: UInt64) {
    conversation.bytes &+= bytes
  }
}
