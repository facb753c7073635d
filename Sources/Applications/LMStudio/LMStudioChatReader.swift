import ByteReading
import Conversations

extension LMStudio {
  /// Reads one chat of LM Studio 0.3 and later, a `.conversation.json`, without holding it.
  ///
  /// One reader is used for many files in turn, so that what it allocated is used again.
  struct ChatReader {
    /// How much is wanted.
    let demand: ReadingDemand
    /// The conversation that is being read.
    var chat: Conversation
    /// Texts outside of messages: drafts, notes, system prompts.
    var passages: [Passage] = []
    /// Whether the messages themselves are wanted.
    var wantsThread = false
    /// Whether the beginning of the first user message may be needed.
    var wantsBeginning = false
    var names = ModelNames()
    /// System prompts already taken, which every answer repeats in its settings.
    var prompts: Set<ContentDigest> = []
    /// Where the files that messages name are kept.
    var uploads: Uploads?
    private var versions: [Version] = []
    private var messageIndex = 0
    private var lastShown: StoredText?

    init(_ demand: ReadingDemand) {
      self.demand = demand
      chat = Conversation(appID: nil, provenance: Provenance(path: ""))
    }

    /// Begins with another file.
    mutating func begin(_ head: Conversation) {
      chat = head
      passages.removeAll(keepingCapacity: true)
      prompts.removeAll(keepingCapacity: true)
      wantsThread = demand.wantsThread(of: head)
      wantsBeginning = demand.level >= .heads
      versions.removeAll(keepingCapacity: true)
      messageIndex = 0
      lastShown = nil
    }

    /// Reads a document into `chat` and `passages`; what stood before an error is in them.
    /// - Throws: `ReadingError` where the document breaks off.
    mutating func read(_ json: inout JSONCursor) throws(ReadingError) {
      do throws(ReadingError) {
        try document(&json)
        close()
      } catch {
        close()
        throw error
      }
    }

    private mutating func close() {
      if let time = chat.created { chat.tally.widen(to: time) }
      if let time = chat.updated { chat.tally.widen(to: time) }
      if let title = chat.title, !title.isEmpty { chat.excerpt = nil }
    }

    private mutating func document(_ json: inout JSONCursor) throws(ReadingError) {
      try json.beginObject()
      while try json.nextKey() {
        switch json.key {
        case "name": chat.title = try json.textIfString()
        case "createdAt": chat.created = try time(&json) ?? chat.created
        case "userLastMessagedAt", "assistantLastMessagedAt":
          // 0 is written for "never", which is no time.
          if let time = try time(&json) { chat.updated = max(chat.updated ?? time, time) }
        case "messages": try messages(&json)
        case "systemPrompt" where demand.passages, "clientInput" where demand.passages:
          try passage(&json)
        case "notes" where demand.passages: try strings(&json, .text)
        case "perChatPredictionConfig" where demand.passages: try settings(&json, isMessage: false)
        case "clientInputFiles" where demand.passages, "looseFiles" where demand.passages:
          try strings(&json, .attachment)
        default: try json.skipValue()
        }
      }
    }

    private func time(_ json: inout JSONCursor) throws(ReadingError) -> Instant? {
      try json.numberIfPresent().flatMap { Instant(guessing: $0) }
    }

    // MARK: - Texts outside of messages

    private mutating func passage(_ json: inout JSONCursor) throws(ReadingError) {
      let kind = try json.kind()
      let offset = json.offset
      guard kind == .string else { return try json.skipValue() }
      take(try json.text(), .text, at: offset)
    }

    /// Takes all strings of a list, or the one string that stands in its place.
    private mutating func strings(
      _ json: inout JSONCursor, _ field: Passage.Field
    ) throws(ReadingError) {
      var found: [(StoredText, UInt64)] = []
      try json.eachString { found.append(($0, $1)) }
      for (text, offset) in found { take(text, field, at: offset) }
    }

    private mutating func take(_ text: StoredText, _ field: Passage.Field, at offset: UInt64) {
      guard !text.isEmpty else { return }
      if field == .text { prompts.insert(ContentDigest(of: text.bytes)) }
      var place = chat.provenance
      place.offset = offset
      passages.append(Passage(field, text, provenance: place, conversation: chat.appID))
    }

    /// Takes the system prompt out of `{fields: [{key, value}]}`, where it stands in most chats.
    ///
    /// The one an answer was made with is taken where it differs from those seen before.
    /// - Returns: The prompt of a message, where it is a new one.
    @discardableResult
    mutating func settings(
      _ json: inout JSONCursor, isMessage: Bool
    ) throws(ReadingError) -> StoredText? {
      var new: StoredText?
      guard try json.beginObjectIfPresent() else { return nil }
      while try json.nextKey() {
        guard case "fields" = json.key, try json.kind() == .array else {
          try json.skipValue()
          continue
        }
        try json.beginArray()
        while try json.nextElement() {
          guard try json.beginObjectIfPresent() else { continue }
          var isPrompt = false
          while try json.nextKey() {
            if case "key" = json.key {
              guard let name = try json.compactTextIfString() else { continue }
              if case "llm.prediction.systemPrompt" = name { isPrompt = true }
            } else if case "value" = json.key, isPrompt, try json.kind() == .string {
              let offset = json.offset
              let text = try json.text()
              let isNew = !text.isEmpty && !prompts.contains(ContentDigest(of: text.bytes))
              if isMessage, isNew {
                prompts.insert(ContentDigest(of: text.bytes))
                new = text
              } else if isNew {
                take(text, .text, at: offset)
              }
            } else {
              try json.skipValue()
            }
          }
        }
      }
      return new
    }

    // MARK: - Messages

    private mutating func messages(_ json: inout JSONCursor) throws(ReadingError) {
      guard try json.beginArrayIfPresent() else { return }
      while try json.nextElement() {
        try message(&json)
        messageIndex += 1
      }
    }

    private mutating func message(_ json: inout JSONCursor) throws(ReadingError) {
      versions.removeAll(keepingCapacity: true)
      let kind = try json.kind()
      let offset = json.offset
      guard kind == .object else { return try json.skipValue() }
      // What a version has may stand on the message itself.
      var own = Version()
      own.offset = offset
      var selected: Int64?
      do throws(ReadingError) {
        try json.beginObject()
        while try json.nextKey() {
          switch json.key {
          case "versions":
            guard try json.beginArrayIfPresent() else { continue }
            while try json.nextElement() { try version(&json) }
          case "currentlySelected": selected = try json.numberIfPresent()?.integer
          default: try member(&json, of: &own)
          }
        }
        own.isWhole = own.content.parts + own.steps.parts > 0
      } catch {
        flush(own, selected)
        throw error
      }
      flush(own, selected)
    }

    private mutating func version(_ json: inout JSONCursor) throws(ReadingError) {
      var version = Version()
      let kind = try json.kind()
      version.offset = json.offset
      guard kind == .object else { return try json.skipValue() }
      do throws(ReadingError) {
        try json.beginObject()
        while try json.nextKey() { try member(&json, of: &version) }
        version.isWhole = true
      } catch {
        versions.append(version)
        throw error
      }
      versions.append(version)
    }

    /// Counts the versions of a message and, where they are wanted, makes messages of them.
    private mutating func flush(_ own: Version, _ selected: Int64?) {
      if versions.isEmpty, own.isAnything { versions.append(own) }
      // Only the last one can break off.
      if let last = versions.last, !last.isAnything { versions.removeLast() }
      guard !versions.isEmpty else { return }
      // Missing, null or out of range: the last one is what was made last.
      let wanted = selected.flatMap { Int(exactly: $0) } ?? -1
      let shown = versions.indices.contains(wanted) ? wanted : versions.count - 1
      var shownID: StoredText?
      for index in versions.indices {
        let version = versions[index]
        let role = version.role(of: own.role)
        let body = version.body
        let model = model(of: version, role)
        chat.tally.count(role, model: model.map { names[$0] }, time: version.time)
        if index != shown { chat.tally.hiddenMessages += 1 }
        chat.tally.attachments += body.attachments
        chat.tally.attachmentBytes &+= body.attachmentBytes
        if wantsBeginning, chat.excerpt == nil, role == .user {
          let begin = body.text.beginning(Conversation.excerptLimit)
          if !begin.isEmpty { chat.excerpt = begin }
        }
        guard wantsThread else { continue }
        var made = self.made(version, role)
        made.id = StoredText("\(messageIndex).\(index)")
        made.parent = lastShown
        made.active = index == shown
        if index == shown { shownID = made.id }
        chat.thread.append(made)
      }
      lastShown = shownID ?? lastShown
    }

    private func model(of version: Version, _ role: Role) -> ModelNames.Index? {
      guard role != .user, role != .system else { return nil }
      let body = version.body
      return body.indexedModel ?? body.loadedModel ?? version.content.indexedModel
        ?? version.content.loadedModel ?? version.sender
    }

    private func made(_ version: Version, _ role: Role) -> Message {
      var place = chat.provenance
      place.offset = version.offset
      let body = version.body
      var made = Message(id: "", role: role, text: body.text, provenance: place)
      made.time = version.time
      made.model = model(of: version, role).map { StoredText(names[$0]) }
      var reasoning = body.texts?.reasoning ?? JoinedText()
      for thought in LMStudio.thoughts(in: made.text) { reasoning.add(thought) }
      if reasoning.isAnything { made.reasoning = reasoning.text }
      if let texts = body.texts {
        made.attachments = texts.files
        made.toolCalls = texts.toolCalls
        made.asides = texts.asides
      }
      // Beside the turn: the content of what has steps too, and what the model was given instead.
      for other in [version.steps.parts > 0 ? version.content : Body(), version.sent] {
        let text = other.text
        if !text.isEmpty, text != made.text { made.asides.append(text) }
        made.asides += other.texts?.asides ?? []
      }
      return made
    }
  }
}
