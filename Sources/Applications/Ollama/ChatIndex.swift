import ByteReading
import Conversations
import SQLiteEvidence

/// What one walk over the desktop app's tables gives: the version, and of each chat its head, its
/// counts and where its rows are.
struct ChatIndex {
  /// A chat, or the messages of one whose row is gone.
  struct Chat {
    var id: StoredText
    var rowID: Int64 = 0
    var hasRow = false
    var title: StoredText?
    var created: Instant?
    var updated: Instant?
    var tally = Tally()
    var bytes: UInt64 = 0
    var excerpt: StoredText?
    var hasBrowserState = false
    var firstMessage: Int64?
    /// The numbers of its rows in `messages`, in their order; only where messages are wanted.
    var messages: [Int64] = []
  }

  private(set) var version: Int64?
  private(set) var chats: [Chat] = []
  private(set) var damage: [DatabaseFinding] = []
  private(set) var missingTables: [String] = []
  /// Whether all of the table `chats` could be read, so that a chat without a row is a deleted one.
  private(set) var areChatsSound = true
  private(set) var looseAttachments = 0
  let schema: DatabaseSchema

  private let level: ReadingDemand.Level
  private var byID: [ContentDigest: Int] = [:]
  /// Which chat each message is of, in the order of the messages' numbers.
  private var owners: [Owner] = []

  private struct Owner {
    var message: Int64
    var chat: Int
  }

  init(_ snapshot: DatabaseSnapshot, level: ReadingDemand.Level) {
    self.level = level
    schema = DatabaseSchema(snapshot)
    damage = schema.damage
    readVersion(snapshot)
    readChats(snapshot)
    readMessages(snapshot)
    readAttachments(snapshot)
    readToolCalls(snapshot)
  }

  private mutating func readVersion(_ snapshot: DatabaseSnapshot) {
    guard let table = schema.table("settings"), let column = table.index(of: "schema_version")
    else { return }
    var rows = TableReader(snapshot, table, columns: [column])
    while version == nil, rows.next() { version = rows.integer(column) }
    damage += rows.damage
  }

  private mutating func readChats(_ snapshot: DatabaseSnapshot) {
    guard let table = schema.table("chats"), let id = table.index(of: "id") else {
      missingTables.append("chats")
      areChatsSound = false
      return
    }
    let title = table.index(of: "title")
    let created = table.index(of: "created_at")
    let state = table.index(of: "browser_state")
    var rows = TableReader(snapshot, table)
    while rows.next() {
      var chat = Chat(id: rows.text(id) ?? StoredText(String(rows.integer(id) ?? rows.rowID)))
      chat.rowID = rows.rowID
      chat.hasRow = true
      chat.title = title.flatMap { rows.text($0) }
      chat.created = created.flatMap { ChatIndex.time(rows, $0) }
      chat.hasBrowserState = state.map { rows.byteCount($0) > 2 } ?? false
      chat.bytes = ChatIndex.bytes(rows, table)
      // The first row of an id is the one an index would find.
      let digest = ContentDigest(of: chat.id.bytes)
      if byID[digest] == nil { byID[digest] = chats.count }
      chats.append(chat)
    }
    damage += rows.damage
    if !rows.damage.isEmpty { areChatsSound = false }
  }

  private mutating func readMessages(_ snapshot: DatabaseSnapshot) {
    guard let table = schema.table("messages"), let owner = table.index(of: "chat_id") else {
      missingTables.append("messages")
      return
    }
    let role = table.index(of: "role")
    let content = table.index(of: "content")
    let model = table.index(of: "model_name")
    let created = table.index(of: "created_at")
    let updated = table.index(of: "updated_at")
    var roles = StoredRoles()
    var models = StoredModels()
    let counted = [owner, role, model, created, updated].compactMap(\.self)
    var rows = TableReader(snapshot, table, columns: level == .counts ? counted : nil)
    while rows.next() {
      let index = chat(rows, owner)
      let name =
        role.flatMap { column in rows.withText(column) { roles.role($0) } }
        ?? Role(rawValue: "unknown")
      let answering = model.flatMap { column in rows.withText(column) { models.name($0) } } ?? nil
      chats[index].tally.count(
        name, model: answering, time: created.flatMap { ChatIndex.time(rows, $0) })
      if level >= .heads { chats[index].bytes &+= ChatIndex.bytes(rows, table) }
      if let time = updated.flatMap({ ChatIndex.time(rows, $0) }),
        chats[index].updated.map({ $0 < time }) ?? true
      {
        chats[index].updated = time
      }
      owners.append(Owner(message: rows.rowID, chat: index))
      if chats[index].firstMessage == nil { chats[index].firstMessage = rows.rowID }
      if level == .threads { chats[index].messages.append(rows.rowID) }
      if level >= .heads, name == .user, chats[index].excerpt == nil, let content {
        chats[index].excerpt = rows.text(content)?.beginning(Conversation.excerptLimit)
      }
    }
    damage += rows.damage
  }

  /// The chat a message is of; one without a row is made on the first of its messages.
  private mutating func chat(_ rows: borrowing TableReader, _ owner: Int) -> Int {
    let digest = rows.withText(owner) { $0.digest } ?? ContentDigest(of: [UInt8]())
    if let known = byID[digest] { return known }
    byID[digest] = chats.count
    chats.append(Chat(id: rows.text(owner) ?? ""))
    return chats.count - 1
  }

  /// The chat of the message with that number; nil where there is no such message.
  private func chat(ofMessage number: Int64) -> Int? {
    var low = 0
    var high = owners.count
    while low < high {
      let middle = (low + high) / 2
      if owners[middle].message < number { low = middle + 1 } else { high = middle }
    }
    guard low < owners.count, owners[low].message == number else { return nil }
    return owners[low].chat
  }

  private mutating func readAttachments(_ snapshot: DatabaseSnapshot) {
    // Added by version 3.
    guard let table = schema.table("attachments"), let message = table.index(of: "message_id")
    else { return }
    let data = table.index(of: "data")
    var rows = TableReader(snapshot, table)
    while rows.next() {
      guard let owner = rows.integer(message).flatMap({ chat(ofMessage: $0) }) else {
        looseAttachments += 1
        continue
      }
      chats[owner].tally.countAttachment(bytes: data.map { UInt64(rows.byteCount($0)) })
      chats[owner].bytes &+= ChatIndex.bytes(rows, table)
    }
    damage += rows.damage
  }

  private mutating func readToolCalls(_ snapshot: DatabaseSnapshot) {
    guard level >= .heads, let table = schema.table("tool_calls"),
      let message = table.index(of: "message_id")
    else { return }
    var rows = TableReader(snapshot, table)
    while rows.next() {
      guard let owner = rows.integer(message).flatMap({ chat(ofMessage: $0) }) else { continue }
      chats[owner].bytes &+= ChatIndex.bytes(rows, table)
    }
    damage += rows.damage
  }

  /// The bytes of a row's texts and blobs.
  private static func bytes(_ rows: borrowing TableReader, _ table: TableSchema) -> UInt64 {
    var sum: UInt64 = 0
    for column in table.columns.indices { sum &+= UInt64(rows.byteCount(column)) }
    return sum
  }

  /// A time as the app writes it, with an offset, or as SQLite does, in universal time without one.
  ///
  /// The zero of Go's times, year 1, is none.
  static func time(_ rows: borrowing TableReader, _ column: Int) -> Instant? {
    let text = rows.withText(column) { Instant(parsing: $0) } ?? nil
    let time = text ?? rows.integer(column).flatMap { Instant(guessing: $0) }
    return time.flatMap { $0.milliseconds > 0 ? $0 : nil }
  }
}
