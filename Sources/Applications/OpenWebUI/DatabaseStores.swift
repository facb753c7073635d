import ByteReading
import Conversations
import EvidenceFiles
import SQLiteEvidence
import SystemPackage

extension OpenWebUI {
  /// Which stores of a claim get what a database holds.
  ///
  /// A database that is itself a leftover is one store of copies, snapshots and all.
  struct DatabaseStores: Sendable {
    var chats = 0
    var snapshots = 1
    var documents = 2
  }

  /// Codes of issues only this application has.
  enum Codes {
    /// What a migration or a move left behind, and nothing cleans up.
    static let leftover = Issue.Code(rawValue: "migration-leftover")
    /// The application has its conversations somewhere else, so what is here may be of an earlier time.
    static let stale = Issue.Code(rawValue: "possibly-stale")
  }

  /// The database `webui.db`: its parts, the issues of the whole, and how one part is read.
  struct DatabaseReading: Sendable {
    let path: FilePath
    var stores = DatabaseStores()
    /// The folder of uploads beside it.
    var uploads: FilePath?
    /// Issues that were known before it was read.
    var remarks: [Issue] = []

    /// Splits the reading of the database.
    func parts(_ tree: EvidenceTree, _ demand: ReadingDemand) -> [StorePart] {
      let names = demand.level == .threads ? uploads.flatMap { UploadNames($0, tree) } : nil
      let database: Database
      do throws(DatabaseError) {
        database = try Database(path, uploads: names)
      } catch {
        return [
          { report in
            countFiles(&report)
            report.add(issue(of: error), store: stores.chats)
          }
        ]
      }
      var parts: [StorePart] = [
        { report in
          report.rely { database.snapshot.isUnchanged() }
          countFiles(&report)
          describe(database, &report)
        }
      ]
      parts.append { report in SnapshotReading(database, stores).read(&report) }
      if let table = database.schema.table("chat"), let columns = ChatColumns(table) {
        for shard in TableReader.shards(database.snapshot, table, count: 48) {
          parts.append { report in
            ChatTableReading(database, stores, table, columns).read(shard, &report)
          }
        }
      }
      parts.append { report in
        ChannelReading(database, stores.chats).read(&report)
        DocumentTables(database, stores.documents).read(&report)
      }
      return parts
    }

    private func countFiles(_ report: inout ReadingReport) {
      guard let name = path.lastComponent?.string else { return }
      let folder = path.removingLastComponent()
      for suffix in ["", "-wal", "-shm", "-journal"] {
        if let status = try? report.tree.status(folder.appending(name + suffix)),
          status.kind == .file
        {
          report.stores[stores.chats].countFile(status)
        }
      }
      for remark in remarks { report.add(remark, store: stores.chats) }
    }

    /// Says the version, and what is known of the database as a whole.
    private func describe(_ database: Database, _ report: inout ReadingReport) {
      for finding in database.snapshot.findings where finding.code != .walEarlierGeneration {
        report.add(Issue(openWebUI: finding), store: stores.chats)
      }
      for finding in database.schema.damage {
        report.add(Issue(openWebUI: finding), store: stores.chats)
      }
      let tables = database.schema
      if let revision = lastText(database, "alembic_version", "version_num") {
        let release = SchemaRevision.release(of: revision)
        report.stores[stores.chats].formatVersion = release ?? revision
        if release == nil {
          report.add(
            Issue(
              .tooNew, .warning, path: path.storedText,
              "the schema's revision \(revision) is of no release that is known; read by the names"
                + " of its columns"), store: stores.chats)
        }
      } else if let step = lastText(database, "migratehistory", "name") {
        report.stores[stores.chats].formatVersion = SchemaRevision.peeweeStep(step) ?? step
      }
      if tables.table("chat").flatMap(ChatColumns.init) == nil {
        report.add(
          Issue(
            .malformed, .error, path: path.storedText,
            "there is no table chat with an id, an owner and a document"), store: stores.chats)
      }
      if tables.table("config_old") != nil {
        report.add(
          Issue(
            Codes.leftover, .info, path: path.storedText,
            "the table config_old still holds the settings, keys included, from before 0.10"),
          store: stores.chats)
      }
      report.stores[stores.chats].hasUsers = true
    }

    private func lastText(_ database: Database, _ table: String, _ column: String) -> String? {
      guard let table = database.schema.table(table), let column = table.index(of: column) else {
        return nil
      }
      var last: String?
      var reader = TableReader(database.snapshot, table)
      while reader.next() { last = reader.text(column, limit: 256)?.string ?? last }
      return last
    }

    private func issue(of error: DatabaseError) -> Issue {
      let path = path.storedText
      switch error.code {
      case .empty:
        return Issue(.empty, .error, path: path, "the database has no bytes")
      case .encryptedOrUnknown:
        return Issue(
          .encrypted, .error, path: path,
          "no database that can be read: probably encrypted with SQLCipher, as releases up to 0.8"
            + " could be set up")
      case .notADatabase where OpenWebUI.looksEncrypted(prefix(), size()):
        return Issue(
          .encrypted, .error, path: path,
          "no database that can be read: probably encrypted with SQLCipher, as releases up to 0.8"
            + " could be set up")
      case .unreadable:
        return Issue(
          error.errno == .permissionDenied || error.errno == .notPermitted
            ? .denied : error.errno == .noSuchFileOrDirectory ? .vanished : .unreadable,
          .error, path: path, "cannot be read: \(error.text)")
      default:
        return Issue(.malformed, .error, path: path, offset: error.offset, error.text)
      }
    }

    private func prefix() -> [UInt8] {
      (try? EvidenceFile(path).prefix(4096)) ?? []
    }

    private func size() -> UInt64 {
      (try? FileStatus.of(path).size) ?? 0
    }
  }

  /// Whether a file that is no SQLite database looks like an encrypted one: SQLCipher's begins with 16
  /// random bytes of salt and is made of whole pages.
  static func looksEncrypted(_ prefix: [UInt8], _ size: UInt64) -> Bool {
    guard prefix.count >= 1024, size >= 4096, size % 512 == 0,
      !prefix.starts(with: "SQLite format 3\0".utf8), Set(prefix.prefix(16)).count >= 11
    else { return false }
    // Random bytes: each of the 256 values comes often enough, none comes much oftener.
    var counts = [Int](repeating: 0, count: 256)
    for byte in prefix { counts[Int(byte)] += 1 }
    let most = counts.max() ?? 0
    return counts.count { $0 > 0 } > 200 && most < prefix.count / 64 + 16
  }
}

extension OpenWebUI.DatabaseReading {
  /// Whether a database has a table `chat` with an owner and a document.
  static func hasChats(_ path: FilePath) -> Bool {
    guard let snapshot = try? DatabaseSnapshot(path) else { return false }
    return DatabaseSchema(snapshot).table("chat").flatMap(OpenWebUI.ChatColumns.init) != nil
  }
}
