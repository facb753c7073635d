import ByteReading
import Conversations

extension OpenWebUI {
  /// Reads chats one after another: the JSON object of a `chat` row, of a snapshot or of an export.
  ///
  /// The tree in `history.messages` is what counts, together with the rows of `chat_message`. The
  /// linear list `messages` is a copy of the branch that was shown at the last save; it counts only
  /// where both are empty. Keys come in any order: early versions wrote the list first.
  final class ChatReader {
    /// Where the chat at hand is stored.
    struct Origin {
      /// The file.
      var path: StoredText
      /// The table, for a record of a database.
      var table: String?
      /// The record's key.
      var row: StoredText?

      /// Where a message is, whose value begins at `offset` in the document.
      func place(_ offset: UInt64) -> Provenance {
        table == nil
          ? Provenance(path: path, offset: offset)
          : Provenance(path: path, table: table, row: row)
      }
    }

    var names = NameTable()
    /// The messages so far, and those of the thread beside them where that is wanted.
    var tree: [MessageSketch] = []
    var thread: [Message] = []
    var index = SketchIndex()
    /// The linear list.
    var linear: [MessageSketch] = []
    var linearThread: [Message] = []
    /// The leaf of the branch that is shown.
    var current: UInt64 = 0
    /// The title inside the document.
    var title: StoredText?
    /// The beginning of the first user message, where it is wanted.
    var excerpt: StoredText?
    /// Text of the chat that is no message: its system prompt, texts of its files.
    var loose: [(field: Passage.Field, text: StoredText)] = []

    private(set) var origin = Origin(path: "")
    private(set) var wantsThread = false
    private(set) var wantsExcerpt = false
    /// Whether the linear list may be all there is.
    private var mayBeLinear = true
    /// Files below `uploads`, where attachments are to be found.
    var uploads: UploadNames?

    /// Begins a new chat.
    /// - Parameter hasRows: Whether `chat_message` has rows of it.
    func begin(_ origin: Origin, wantsThread: Bool, wantsExcerpt: Bool, hasRows: Bool) {
      self.origin = origin
      self.wantsThread = wantsThread
      self.wantsExcerpt = wantsExcerpt
      mayBeLinear = !hasRows
      tree.removeAll(keepingCapacity: true)
      thread.removeAll(keepingCapacity: false)
      index.removeAll()
      linear.removeAll(keepingCapacity: true)
      linearThread.removeAll(keepingCapacity: false)
      firstOfDocument = 0
      current = 0
      title = nil
      excerpt = nil
      loose = []
    }

    /// Reads the chat's object; what was read before an error stays.
    /// - Throws: Where the document breaks off or breaks its grammar.
    func read(_ json: inout JSONCursor) throws(ReadingError) {
      switch try json.kind() {
      case .object: break
      case .string:
        // Some migrations wrote the document as a string that holds it.
        let text = try json.text()
        var inner = JSONCursor(MemorySource(text.bytes))
        guard try !inner.isAtEnd(), try inner.kind() == .object else { return }
        try read(&inner)
        return
      default:
        try json.skipValue()
        return
      }
      try json.beginObject()
      while try json.nextKey() {
        switch json.key {
        case "history": try readHistory(&json)
        case "messages": try readList(&json)
        case "title":
          if wantsExcerpt || wantsThread {
            title = try json.textIfString()
          } else {
            try json.skipValue()
          }
        case "params", "system", "files":
          if wantsThread { try readLoose(&json) } else { try json.skipValue() }
        default: try json.skipValue()
        }
      }
    }

    private func readHistory(_ json: inout JSONCursor) throws(ReadingError) {
      guard try json.beginObjectIfPresent() else { return }
      while try json.nextKey() {
        switch json.key {
        case "messages":
          switch try json.kind() {
          case .object: try readTree(&json)
          case .array: try readTreeList(&json)
          default: try json.skipValue()
          }
        case "currentId":
          // A second snapshot of the same chat does not move the leaf of the first.
          if let found = try json.digestIfString(), current == 0 { current = found.high }
        default: try json.skipValue()
        }
      }
    }

    private func readTree(_ json: inout JSONCursor) throws(ReadingError) {
      try json.beginObject()
      while try json.nextKey() {
        let id = json.key.digest.high
        let name = wantsThread ? json.key.text : nil
        guard try json.kind() == .object else {
          try json.skipValue()
          continue
        }
        try readNode(&json, id: id, name: name)
      }
    }

    /// Reads a tree that an import wrote as a list.
    private func readTreeList(_ json: inout JSONCursor) throws(ReadingError) {
      try json.beginArray()
      while try json.nextElement() {
        guard try json.kind() == .object else {
          try json.skipValue()
          continue
        }
        try readNode(&json, id: nil, name: nil)
      }
    }

    private func readNode(
      _ json: inout JSONCursor, id: UInt64?, name: StoredText?
    ) throws(ReadingError) {
      var sketch = MessageSketch()
      var message = wantsThread ? Message(id: "", role: .user, provenance: origin.place(0)) : nil
      var failure: ReadingError?
      do throws(ReadingError) {
        try readMessage(&json, &sketch, &message)
      } catch {
        failure = error
      }
      if let id { sketch.id = id }
      if let name { message?.id = name }
      // Of a message that breaks off there is something only once it says who it is from.
      if failure == nil || sketch.role != NameTable.none { add(sketch, message) }
      if let failure { throw failure }
    }

    /// Adds a message to the tree; one that came before under the same id stays the message of a
    /// snapshot read earlier, and is replaced within a document, where the last of two equal keys counts.
    private func add(_ sketch: MessageSketch, _ message: Message?) {
      var sketch = sketch
      if sketch.id == 0 {
        sketch.id = ContentDigest(of: Array("#\(tree.count)".utf8)).high
      }
      if let position = index.position(of: sketch.id) {
        guard position >= firstOfDocument else { return }
        tree[position] = sketch
        if let message { thread[position] = message }
        return
      }
      index.insert(sketch.id, at: tree.count)
      tree.append(sketch)
      if var message {
        if message.id.isEmpty { message.id = StoredText(String(tree.count - 1)) }
        thread.append(message)
      }
    }

    /// How many messages earlier documents of the same chat gave.
    private var firstOfDocument = 0

    /// Says that another document of the same chat follows, an older one.
    func beginOlderDocument(_ origin: Origin) {
      self.origin = origin
      firstOfDocument = tree.count
    }

    /// Reads the linear list: whole where it may be all there is, else only its ids.
    private func readList(_ json: inout JSONCursor) throws(ReadingError) {
      guard try json.beginArrayIfPresent() else { return }
      let isWhole = wantsThread || (mayBeLinear && tree.isEmpty)
      while try json.nextElement() {
        guard try json.kind() == .object else {
          try json.skipValue()
          continue
        }
        var sketch = MessageSketch()
        var message = wantsThread ? Message(id: "", role: .user, provenance: origin.place(0)) : nil
        var failure: ReadingError?
        do throws(ReadingError) {
          if isWhole {
            try readMessage(&json, &sketch, &message)
          } else {
            sketch.id = try readID(&json)
          }
        } catch {
          failure = error
        }
        if failure == nil || sketch.role != NameTable.none {
          linear.append(sketch)
          if let message { linearThread.append(message) }
        }
        if let failure { throw failure }
      }
    }

    private func readID(_ json: inout JSONCursor) throws(ReadingError) -> UInt64 {
      var id: UInt64 = 0
      try json.beginObject()
      while try json.nextKey() {
        switch json.key {
        case "id": id = try json.digestIfString()?.high ?? 0
        default: try json.skipValue()
        }
      }
      return id
    }

    private func readLoose(_ json: inout JSONCursor) throws(ReadingError) {
      switch json.key {
      case "params":
        guard try json.beginObjectIfPresent() else { return }
        while try json.nextKey() {
          switch json.key {
          case "system":
            if let text = try json.textIfString(), !text.isEmpty { loose.append((.text, text)) }
          default: try json.skipValue()
          }
        }
      case "system":
        if let text = try json.textIfString(), !text.isEmpty { loose.append((.text, text)) }
      default:
        var files: [Attachment] = []
        var sketch = MessageSketch()
        try readFiles(&json, &sketch, &files)
        for file in files {
          if let text = file.text { loose.append((.attachment, text)) }
        }
      }
    }

    // MARK: - One message

    /// Reads a message's object.
    func readMessage(
      _ json: inout JSONCursor, _ sketch: inout MessageSketch, _ message: inout Message?
    ) throws(ReadingError) {
      sketch.offset = json.offset
      message?.provenance = origin.place(sketch.offset)
      var beginning: StoredText?
      try json.beginObject()
      while try json.nextKey() {
        switch json.key {
        case "id":
          if message != nil {
            if let id = try json.textIfString() {
              message?.id = id
              sketch.id = ContentDigest(of: id.bytes).high
            }
          } else {
            sketch.id = try json.digestIfString()?.high ?? 0
          }
        case "parentId":
          if message != nil {
            if let parent = try json.textIfString() {
              message?.parent = parent
              sketch.parent = ContentDigest(of: parent.bytes).high
            }
          } else {
            sketch.parent = try json.digestIfString()?.high ?? 0
          }
        case "role":
          if let role = try json.compactTextIfString() {
            sketch.role = names.number(of: role)
            message?.role = Role(rawValue: names[sketch.role])
          }
        case "model":
          if let model = try json.compactTextIfString() {
            sketch.model = names.number(of: model)
            message?.model = model.count > 0 ? model.text : nil
          }
        case "timestamp":
          sketch.time = try json.numberIfPresent().flatMap { Instant(guessing: $0) }
          message?.time = sketch.time
        case "files":
          var files: [Attachment] = []
          try readFiles(&json, &sketch, &files)
          message?.attachments += files
        case "content":
          if wantsExcerpt, excerpt == nil, message == nil, try json.kind() == .string {
            beginning = try json.beginningIfString(limit: Conversation.excerptLimit)
          } else {
            try readContent(&json, &sketch, &message)
          }
        default:
          if message != nil {
            try readExtra(&json, &message)
          } else {
            try json.skipValue()
          }
        }
      }
      if wantsExcerpt, excerpt == nil, names[sketch.role] == "user" {
        excerpt = beginning ?? message?.text
      }
      if message != nil { Markup.take(from: &message) }
    }
  }
}
