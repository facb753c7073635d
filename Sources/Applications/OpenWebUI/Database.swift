import ByteReading
import Conversations
import EvidenceFiles
import SQLiteEvidence
import Synchronization
import SystemPackage

extension OpenWebUI {
  /// One database, open as of one commit, and what its parts share.
  final class Database: Sendable {
    let path: FilePath
    let snapshot: DatabaseSnapshot
    let schema: DatabaseSchema
    /// The rows of `chat_message`, from 0.8.0 on.
    let rows: MessageRows?
    /// Names below `uploads` beside the database.
    let uploads: UploadNames?

    private struct Directory {
      var chats: ChatDirectory?
      var users: [ContentDigest: StoredText]?
      var shared: Set<UInt64>?
      var said: Set<String> = []
    }

    private let directory = Mutex(Directory())

    /// Opens the database.
    /// - Throws: `DatabaseError`.
    init(_ path: FilePath, uploads: UploadNames?) throws(DatabaseError) {
      self.path = path
      self.uploads = uploads
      snapshot = try DatabaseSnapshot(path)
      schema = DatabaseSchema(snapshot)
      rows = MessageRows(snapshot, schema.table("chat_message"))
    }

    /// Whether the caller is the first to say `what` of this database.
    func isFirst(toSay what: String) -> Bool {
      directory.withLock { $0.said.insert(what).inserted }
    }

    /// The chats there are.
    func chats() -> ChatDirectory {
      directory.withLock { directory in
        if let chats = directory.chats { return chats }
        let chats = ChatDirectory(snapshot, schema.table("chat"))
        directory.chats = chats
        return chats
      }
    }

    /// The name of an account; nil where there is no such account or it has none.
    func userName(_ id: StoredText) -> StoredText? {
      directory.withLock { directory in
        if directory.users == nil { directory.users = readUsers() }
        return directory.users?[ContentDigest(of: id.bytes)]
      }
    }

    private func readUsers() -> [ContentDigest: StoredText] {
      guard let table = schema.table("user"), let id = table.index(of: "id") else { return [:] }
      let name = table.index(of: "name")
      let address = table.index(of: "email")
      var found: [ContentDigest: StoredText] = [:]
      var reader = TableReader(snapshot, table)
      while reader.next() {
        guard let key = reader.text(id) else { continue }
        let text = [name, address].lazy.compactMap { $0.flatMap { reader.text($0, limit: 4096) } }
          .first { !$0.isEmpty }
        if let text { found[ContentDigest(of: key.bytes)] = text }
      }
      return found
    }

    /// Whether a chat has a row in `shared_chat`, by half the digest of its id.
    func isShared(_ chat: UInt64) -> Bool {
      directory.withLock { directory in
        if directory.shared == nil {
          var found: Set<UInt64> = []
          if let table = schema.table("shared_chat"), let column = table.index(of: "chat_id") {
            var reader = TableReader(snapshot, table)
            while reader.next() { found.insert(OpenWebUI.digest(reader, column)) }
          }
          directory.shared = found
        }
        return directory.shared?.contains(chat) ?? false
      }
    }
  }

  /// Half the digest of the text in a column; that of no text where there is something else.
  static func digest(_ reader: borrowing TableReader, _ column: Int) -> UInt64 {
    var digest = ContentDigest()
    _ = reader.withText(column) { bytes in
      for index in bytes.indices { digest.add(bytes[index]) }
    }
    return digest.finished.high
  }

  /// Which chats there are, and which rows only stand for a shared one: up to 0.8 a share is a second
  /// row in `chat` whose owner is `shared-` and the id of the chat.
  struct ChatDirectory: Sendable {
    /// A row that is a shared copy.
    struct Phantom: Sendable {
      var row: Int64
      var original: StoredText
    }

    private var ids: [UInt64] = []
    /// Whether every row of the table could be read, so that what is not here is gone.
    private(set) var isSound = false
    private(set) var phantoms: [Phantom] = []

    init(_ snapshot: DatabaseSnapshot, _ table: TableSchema?) {
      guard let table, let id = table.index(of: "id"), let user = table.index(of: "user_id") else {
        return
      }
      var reader = TableReader(snapshot, table, columns: [id, user])
      while reader.next() {
        if let original = OpenWebUI.sharedOriginal(reader, user) {
          phantoms.append(Phantom(row: reader.rowID, original: original))
          shares.insert(OpenWebUI.digest(reader, id))
        } else {
          ids.append(OpenWebUI.digest(reader, id))
        }
      }
      ids.sort()
      isSound = reader.damage.isEmpty
    }

    private var shares: Set<UInt64> = []

    /// Whether there is a chat with that id, by half its digest.
    func contains(_ id: UInt64) -> Bool {
      var low = 0
      var high = ids.count
      while low < high {
        let middle = (low + high) / 2
        if ids[middle] < id { low = middle + 1 } else { high = middle }
      }
      return low < ids.count && ids[low] == id
    }

    /// Whether a row is the shared copy of a chat.
    func isShare(_ id: UInt64) -> Bool { shares.contains(id) }
  }

  /// The id of the chat a row of `chat` is a shared copy of; nil for chats themselves.
  static func sharedOriginal(_ reader: borrowing TableReader, _ user: Int) -> StoredText? {
    let prefix: StaticString = "shared-"
    let isShared =
      reader.withText(user) { bytes in
        guard bytes.count > prefix.utf8CodeUnitCount else { return false }
        return bytes[0] == UInt8(ascii: "s") && bytes[1] == UInt8(ascii: "h")
          && bytes[2] == UInt8(ascii: "a") && bytes[3] == UInt8(ascii: "r")
          && bytes[4] == UInt8(ascii: "e") && bytes[5] == UInt8(ascii: "d")
          && bytes[6] == UInt8(ascii: "-")
      } ?? false
    guard isShared, let text = reader.text(user) else { return nil }
    return StoredText(bytes: Array(text.bytes.dropFirst(7)))
  }
}

extension Issue {
  /// What was found about a database's files, trees and rows.
  init(openWebUI finding: DatabaseFinding) {
    let lost: Set<DatabaseFinding.Code> = [
      .damagedPage, .damagedRecord, .damagedOverflow, .damagedSchema, .truncated,
      .companionUnreadable, .walTorn, .journalTorn,
    ]
    self.init(
      Code(rawValue: finding.code.rawValue),
      lost.contains(finding.code) ? .error : finding.isDamage ? .warning : .info,
      path: finding.path.storedText, offset: finding.offset, finding.text)
  }
}
