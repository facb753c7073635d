import ByteReading
import Conversations
import SQLiteEvidence
import Synchronization

extension OpenWebUI {
  /// Which messages of which chats have a row in `chat_message`, by digests of their ids.
  ///
  /// Made once for a database, by all its parts together: each takes the next piece of the table that
  /// nobody works at. The text of a row is read only where it is wanted.
  final class MessageRows: Sendable {
    /// One row, in 32 bytes.
    struct Entry: Sendable {
      /// Half the digest of the chat's id.
      var chat: UInt64
      /// Half the digest of the message's id within the chat.
      var message: UInt64
      /// The row's number.
      var row: Int64
      /// The bytes of its values.
      var bytes: UInt64
    }

    private final class Piece: Sendable {
      let shard: TableShard
      let entries = Mutex<(entries: [Entry], damage: [DatabaseFinding])?>(nil)

      init(_ shard: TableShard) {
        self.shard = shard
      }
    }

    let columns: MessageRowColumns
    private let snapshot: DatabaseSnapshot
    private let table: TableSchema
    private let pieces: [Piece]
    private let next = Atomic<Int>(0)

    /// Makes an index of the table, not read yet; nil where the table or its ids are missing.
    init?(_ snapshot: DatabaseSnapshot, _ table: TableSchema?) {
      guard let table, let columns = MessageRowColumns(table) else { return nil }
      self.snapshot = snapshot
      self.table = table
      self.columns = columns
      pieces = TableReader.shards(snapshot, table, count: 16).map(Piece.init)
    }

    /// A reader that goes to rows one by one.
    func reader() -> RowReader {
      RowReader(snapshot, table, columns)
    }

    /// All entries, each list sorted by chat and then by row; waits for pieces others are reading.
    func complete() -> [[Entry]] {
      while true {
        let taken = next.add(1, ordering: .relaxed).oldValue
        guard taken < pieces.count else { break }
        fill(pieces[taken])
      }
      return pieces.map { piece in
        fill(piece)
        return piece.entries.withLock { $0?.entries ?? [] }
      }
    }

    /// What is damaged in the table.
    func damage() -> [DatabaseFinding] {
      _ = complete()
      return pieces.flatMap { $0.entries.withLock { $0?.damage ?? [] } }
    }

    private func fill(_ piece: Piece) {
      piece.entries.withLock { found in
        if found != nil { return }
        var entries: [Entry] = []
        var reader = TableReader(snapshot, table, shard: piece.shard)
        while reader.next() {
          var chat = ContentDigest()
          var message = ContentDigest()
          _ = reader.withText(columns.chat) { chatID in
            for index in chatID.indices { chat.add(chatID[index]) }
            _ = reader.withText(columns.id) { id in
              for index in MessageRows.ownPart(of: id, chatID)..<id.count { message.add(id[index]) }
            }
          }
          var bytes: UInt64 = 0
          for column in table.columns.indices { bytes &+= UInt64(reader.byteCount(column)) }
          entries.append(
            Entry(
              chat: chat.finished.high, message: message.finished.high, row: reader.rowID,
              bytes: bytes))
        }
        entries.sort { ($0.chat, $0.row) < ($1.chat, $1.row) }
        found = (entries, reader.damage)
      }
    }

    /// Where the message's own id begins in a row's: behind its chat's id and a hyphen.
    private static func ownPart(of id: Span<UInt8>, _ chat: Span<UInt8>) -> Int {
      guard id.count > chat.count, id[chat.count] == UInt8(ascii: "-") else { return 0 }
      for index in chat.indices where id[index] != chat[index] { return 0 }
      return chat.count + 1
    }
  }

  /// Where the columns of `chat_message` are; all but the first two may be missing.
  struct MessageRowColumns: Sendable {
    let id, chat: Int
    let user, role, parent, content, output, model, files, sources, error, summary, created: Int?

    init?(_ table: TableSchema) {
      guard let id = table.index(of: "id"), let chat = table.index(of: "chat_id") else {
        return nil
      }
      self.id = id
      self.chat = chat
      user = table.index(of: "user_id")
      role = table.index(of: "role")
      parent = table.index(of: "parent_id")
      content = table.index(of: "content")
      output = table.index(of: "output")
      model = table.index(of: "model_id")
      files = table.index(of: "files")
      sources = table.index(of: "sources")
      error = table.index(of: "error")
      summary = table.index(of: "context_summary")
      created = table.index(of: "created_at")
    }
  }

  /// The entries of one chat among lists sorted by chat.
  static func entries(of chat: UInt64, in lists: [[MessageRows.Entry]]) -> [MessageRows.Entry] {
    var found: [MessageRows.Entry] = []
    for list in lists {
      var low = 0
      var high = list.count
      while low < high {
        let middle = (low + high) / 2
        if list[middle].chat < chat { low = middle + 1 } else { high = middle }
      }
      while low < list.count, list[low].chat == chat {
        found.append(list[low])
        low += 1
      }
    }
    return found
  }
}
