import ByteReading
import Conversations
import EvidenceFiles
import SystemPackage

extension Issue.Code {
  /// Bytes behind the end of a document, which the application would refuse.
  static let trailingBytes = Self(rawValue: "trailing-bytes")
}

/// Reads one chat file into one conversation, whatever is damaged in it.
struct ChatReader: ~Copyable {
  var headerReader: ChatHeaderReader
  let path: StoredText
  private let size: UInt64
  private let hasSignature: Bool
  private let demand: ReadingDemand

  var conversation: Conversation
  var issues: [Issue] = []
  private var passages: [Passage] = []
  var layout: ChatLayout { headerReader.header.layout }
  /// The model of the chat, which every answer is counted for.
  var model: String?
  var wantsThread = false
  var wantsExcerpt = false
  var hasUnknownLabel = false
  /// The item being read, when messages are wanted; still here when the item breaks off.
  var message: Message?
  /// The second copies of the last answer and of the title in the state of the model.
  private var stateCopies: [StoredText] = []

  /// Opens a chat.
  /// - Throws: `EvidenceError`.
  init(_ path: FilePath, tree: EvidenceTree, demand: ReadingDemand) throws(EvidenceError) {
    let file = try tree.open(path)
    hasSignature = ChatSignature(try file.prefix(4)) != .none
    headerReader = ChatHeaderReader(file)
    size = file.status.size
    self.path = path.storedText
    self.demand = demand
    conversation = Conversation(
      appID: path.lastComponent?.storedText, provenance: Provenance(path: path.storedText))
    conversation.bytes = size
  }

  /// Reads the chat and reports it with what could not be read.
  consuming func report(to report: inout ReadingReport, store: Int, isCopy: Bool) {
    conversation.copy = isCopy
    if size == 0 {
      issues.append(Issue(.empty, .error, path: path, "a chat file of no bytes"))
    } else {
      do {
        try read()
      } catch {
        issues.append(
          Issue(
            Issue.Code(rawValue: error.code.rawValue), .error, path: path, offset: error.offset,
            error.text))
        keepPieces()
      }
    }
    for issue in issues { report.add(issue, store: store) }
    report.emit(conversation, store: store)
    for passage in passages { report.emit(passage, store: store) }
  }

  private mutating func read() throws(ReadingError) {
    do {
      try headerReader.read(hasSignature: hasSignature)
    } catch {
      takeHeader()
      throw error
    }
    takeHeader()
    guard layout.isKnown else {
      let version = layout.stored
      issues.append(
        layout.isTooNew
          ? Issue(
            .tooNew, .error, path: path, offset: 4,
            "version \(version) of the chat format is later than any that is known")
          : Issue(
            .unknownFormat, .error, path: path, offset: 4,
            "there is no version \(version) of the chat format"))
      return
    }
    if layout.hasCollections { try skipStrings() }
    if layout.hasState { try readState() }
    let start = headerReader.stream.offset
    let count = try headerReader.stream.integer(Int32.self)
    guard count >= 0 else {
      throw ReadingError(.malformed, at: start, "a count of \(count) items")
    }
    for index in 0..<Int(count) { try readItem(index) }
    attachStateCopies()
    let left = headerReader.stream.remaining
    if left > 0 {
      issues.append(
        Issue(
          .trailingBytes, .info, path: path, offset: headerReader.stream.offset,
          "\(left) bytes behind the end of the chat"))
    }
  }

  private mutating func takeHeader() {
    let header = headerReader.header
    if let id = header.id, !id.isEmpty { conversation.appID = id }
    conversation.title = header.title
    conversation.created = Instant(guessing: header.created)
    if let created = conversation.created { conversation.tally.widen(to: created) }
    model = header.model?.string
    wantsThread = demand.wantsThread(of: conversation)
    wantsExcerpt = demand.level >= .heads && (conversation.title?.isEmpty ?? true)
  }

  private mutating func skipStrings() throws(ReadingError) {
    for _ in 0..<(try headerReader.stream.count(UInt32.self)) {
      try headerReader.stream.skipText()
    }
  }

  // MARK: - State of the model

  /// Goes past the state of the model.
  ///
  /// Its cache may be a gigabyte and is never read; beside it stand second copies of the last answer
  /// and of the title.
  private mutating func readState() throws(ReadingError) {
    var hasCache = true
    if layout.saysWhetherCacheFollows {
      hasCache = try headerReader.stream.integer(UInt8.self) != 0
    }
    if layout.hasModelType { try headerReader.stream.skip(8) }
    for _ in 0..<2 {
      if let copy = try headerReader.stream.text(wanted: wantsThread), !copy.isEmpty {
        stateCopies.append(copy)
      }
    }
    try headerReader.stream.skip(4)
    guard hasCache else { return }
    if layout.hasLogitsCounter { try headerReader.stream.skip(4) }
    try headerReader.stream.skip(4)
    if layout.hasContextSize { try headerReader.stream.skip(4) }
    if layout.hasLogits { try headerReader.stream.skipArray(width: 4) }
    try headerReader.stream.skipArray(width: 4)
    try headerReader.stream.skipBytes()
  }

  /// Puts the copies beside the messages where a search finds them, unless they say what a message or
  /// the title says anyway.
  private mutating func attachStateCopies() {
    for copy in stateCopies where copy != conversation.title {
      if conversation.thread.contains(where: { $0.text == copy || $0.asides.contains(copy) }) {
        continue
      }
      if conversation.thread.isEmpty {
        passages.append(passage(.text, copy, at: nil))
      } else {
        let last =
          conversation.thread.lastIndex { $0.role == .assistant }
          ?? conversation.thread.count - 1
        conversation.thread[last].asides.append(copy)
      }
    }
    stateCopies = []
  }

  // MARK: - What is left of an item that breaks off

  /// Keeps for searching what was read of the item that broke off; it does not count as a message.
  private mutating func keepPieces() {
    guard wantsThread else { return }
    attachStateCopies()
    if let message {
      let offset = message.provenance.offset
      for text in [message.text] + message.asides where !text.isEmpty {
        passages.append(passage(.text, text, at: offset))
      }
      if let reasoning = message.reasoning {
        passages.append(passage(.reasoning, reasoning, at: offset))
      }
    }
    if let cut = headerReader.stream.cutText, !cut.isEmpty {
      passages.append(passage(.text, cut, at: headerReader.stream.offset))
    }
  }

  private func passage(_ field: Passage.Field, _ text: StoredText, at offset: UInt64?) -> Passage {
    Passage(
      field, text, provenance: Provenance(path: path, offset: offset),
      conversation: conversation.appID)
  }
}
