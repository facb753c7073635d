import ByteReading
import Conversations

extension ChatReader {
  /// Reads one item, which is one message.
  mutating func readItem(_ index: Int) throws(ReadingError) {
    let start = headerReader.stream.offset
    message = nil
    if layout.hasItemNumber { try headerReader.stream.skip(4) }
    let label = try headerReader.stream.label()
    let role = label.role
    if wantsThread {
      message = Message(
        id: StoredText(String(index)), role: role,
        provenance: Provenance(path: path, offset: start))
    }
    let isExcerpt = wantsExcerpt && label == .prompt && conversation.excerpt == nil
    let value = try headerReader.stream.text(wanted: wantsThread || isExcerpt)
    if isExcerpt, let value, !value.isEmpty { conversation.excerpt = value.beginning }
    message?.text = value ?? ""
    // The copy of the prompt that answers carried until version 9, then an answer as a person would
    // have had it.
    for _ in 0..<(layout.hasPromptCopy ? 2 : 1) {
      if let text = try headerReader.stream.text(wanted: wantsThread) { keep(text) }
    }
    try headerReader.stream.skip(label == .response && layout.hasErrorFlag ? 5 : 4)
    if layout.hasReferences { try readReferences() }
    var attached: (count: UInt64, bytes: UInt64) = (0, 0)
    if layout.hasSources { try readSources() }
    if layout.hasAttachments { attached = try readAttachments() }
    if layout.hasSubItems {
      for _ in 0..<(try headerReader.stream.count(Int64.self)) { try readSubItem(depth: 1) }
    }
    conversation.tally.count(role, model: label == .response ? model : nil)
    conversation.tally.attachments += attached.count
    conversation.tally.attachmentBytes &+= attached.bytes
    if var message {
      if let tagged = ThinkTags.reasoning(in: message.text) {
        message.addReasoning(tagged)
      }
      if label == .response, let model, !model.isEmpty { message.model = headerReader.header.model }
      conversation.thread.append(message)
    }
    message = nil
  }

  /// Keeps text beside the message for searching, unless it repeats this or the one before.
  private mutating func keep(_ text: StoredText) {
    guard !text.isEmpty, text != message?.text, text != conversation.thread.last?.text else {
      return
    }
    message?.asides.append(text)
  }

  // MARK: - Excerpts of documents

  /// Versions 3 to 7: lines that name documents, and a list with an excerpt of each.
  private mutating func readReferences() throws(ReadingError) {
    if let lines = try headerReader.stream.text(wanted: wantsThread), !lines.isEmpty { keep(lines) }
    for _ in 0..<(try headerReader.stream.count(UInt32.self)) {
      if let excerpt = try headerReader.stream.text(wanted: wantsThread) { keep(excerpt) }
    }
  }

  /// Versions from 8 on: collection, path, file, title, author, date and text of each excerpt, then
  /// page and lines.
  private mutating func readSources() throws(ReadingError) {
    for _ in 0..<(try headerReader.stream.count(Int64.self)) {
      var joined: [UInt8] = []
      for _ in 0..<7 {
        let field = try headerReader.stream.text(wanted: wantsThread)
        if let field, !field.isEmpty { QtStream.append(nil, field.bytes, to: &joined) }
      }
      try headerReader.stream.skip(12)
      if wantsThread { keep(StoredText(bytes: joined)) }
    }
  }

  // MARK: - Attachments

  private mutating func readAttachments() throws(ReadingError) -> (count: UInt64, bytes: UInt64) {
    var total: (count: UInt64, bytes: UInt64) = (0, 0)
    for _ in 0..<(try headerReader.stream.count(Int64.self)) {
      if wantsThread {
        let attachment = try attachment()
        total.bytes &+= attachment.bytes ?? 0
        message?.attachments.append(attachment)
      } else {
        try headerReader.stream.skipBytes()
        total.bytes &+= try headerReader.stream.skipBytes() ?? 0
      }
      total.count += 1
    }
    return total
  }

  /// An attachment is the address of the file it was made of and the whole content of that file.
  private mutating func attachment() throws(ReadingError) -> Attachment {
    let address = StoredText(bytes: try headerReader.stream.byteArray() ?? []).percentDecoded
    keep(address)
    let name = address.bytes.split(separator: UInt8(ascii: "/")).last.map {
      StoredText(bytes: Array($0))
    }
    var attachment = Attachment(name: name)
    let suffix = name?.string.split(separator: ".").last?.lowercased() ?? ""
    if ["txt", "md", "rst"].contains(suffix) {
      let content = try headerReader.stream.byteArray()
      attachment.bytes = content.map { UInt64($0.count) }
      attachment.text = content.map { StoredText(bytes: $0) }
    } else {
      attachment.bytes = try headerReader.stream.skipBytes()
    }
    return attachment
  }

  // MARK: - Parts of an answer

  /// Reads a part of an item and the parts inside it, none of which is a message of its own.
  private mutating func readSubItem(depth: Int) throws(ReadingError) {
    let start = headerReader.stream.offset
    guard depth <= 64 else { throw ReadingError(.tooDeep, at: start, "more than 64 levels") }
    let label = try headerReader.stream.label()
    let value = try headerReader.stream.text(wanted: wantsThread)
    var countIsRead = false
    var parts = 0
    switch label {
    case .text, .response, .prompt, .system:
      if let value, !value.isEmpty { message?.text.append(line: value) }
    case .think:
      try headerReader.stream.skip(4)
      if let value, !value.isEmpty {
        message?.addReasoning(ThinkTags.reasoning(in: value) ?? value)
      }
    case .toolCall: try readToolCall(value)
    case .toolResponse:
      if let value, !value.isEmpty { keepResult(value) }
    case .other(let name):
      if !hasUnknownLabel {
        hasUnknownLabel = true
        issues.append(
          Issue(
            .unknownFormat, .warning, path: path, offset: start,
            "a part of a kind that is not known: \(name.string)"))
      }
      if let value { keep(value) }
      parts = try countBehindUnknownPart()
      countIsRead = true
    }
    if !countIsRead { parts = try headerReader.stream.count(Int64.self) }
    for _ in 0..<parts { try readSubItem(depth: depth + 1) }
  }

  /// The count of inner parts behind a part of an unknown kind.
  ///
  /// The one kind that came without a new version, `Think: `, had four bytes more than its text. Read
  /// with them, the count of parts is past anything there can be.
  private mutating func countBehindUnknownPart() throws(ReadingError) -> Int {
    let start = headerReader.stream.offset
    let high = try headerReader.stream.integer(UInt32.self)
    let low = try headerReader.stream.integer(UInt32.self)
    let count = high == 0 ? UInt64(low) : UInt64(try headerReader.stream.integer(UInt32.self))
    guard count <= headerReader.stream.remaining, high == 0 || low == 0 else {
      throw ReadingError(.malformed, at: start, "no count of parts behind a part")
    }
    return Int(count)
  }

  /// A call: its text as the model wrote it was read; its tool, parameters and result follow.
  private mutating func readToolCall(_ value: StoredText?) throws(ReadingError) {
    var call = ToolCall(name: try headerReader.stream.text(wanted: wantsThread))
    var names: [StoredText] = []
    var values: [StoredText] = []
    for _ in 0..<(try headerReader.stream.count(Int64.self)) {
      let name = try headerReader.stream.text(wanted: wantsThread)
      try headerReader.stream.skip(4)
      let parameter = try headerReader.stream.variant(wanted: wantsThread)
      if wantsThread {
        names.append(name ?? "")
        values.append(parameter ?? "")
      }
    }
    call.result = try headerReader.stream.text(wanted: wantsThread)
    try headerReader.stream.skip(4)
    let failure = try headerReader.stream.text(wanted: wantsThread)
    guard wantsThread else { return }
    if values.count == 1 {
      call.arguments = values[0]
    } else if values.count > 1 {
      var lines: [UInt8] = []
      for (name, value) in zip(names, values) {
        QtStream.append(name.bytes, value.bytes, to: &lines)
      }
      call.arguments = StoredText(bytes: lines)
    }
    if let value, !value.isEmpty {
      // A file that was saved twice has lost its parameters; then only the text tells them.
      if call.arguments == nil { call.arguments = value } else { keep(value) }
    }
    if let failure { keep(failure) }
    message?.toolCalls.append(call)
  }

  /// What a tool gave back is stored beside the call, mostly a second time.
  private mutating func keepResult(_ result: StoredText) {
    guard var message else { return }
    if let last = message.toolCalls.indices.last {
      let known = message.toolCalls[last].result
      if known?.isEmpty ?? true {
        message.toolCalls[last].result = result
      } else if known != result {
        message.asides.append(result)
      }
    } else {
      message.toolCalls.append(ToolCall(result: result))
    }
    self.message = message
  }
}
