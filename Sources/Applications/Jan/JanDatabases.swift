import ByteReading
import Conversations
import EvidenceFiles
import SQLiteEvidence
import SystemPackage

/// What Jan's databases have in common: the files beside them, and what is damaged in them.
enum JanDatabases {
  /// Counts a database with its log, journal and index.
  static func countFiles(of path: FilePath, _ report: inout ReadingReport) -> UInt64 {
    var bytes = report.countFile(at: path)
    for suffix in ["-wal", "-journal", "-shm"] {
      bytes &+= report.countFile(at: FilePath(path.string + suffix))
    }
    return bytes
  }

  /// What one reading of a database gave; thrown away when the database changed meanwhile.
  struct Findings {
    var counts = StoreCounts()
    var conversations: [Conversation] = []
    var passages: [Passage] = []

    mutating func add(_ finding: DatabaseFinding) {
      counts.issues.append(
        Issue(
          Issue.Code(rawValue: finding.code.rawValue), finding.isDamage ? .error : .info,
          path: finding.path.storedText, offset: finding.offset, finding.text))
    }
  }

  /// Runs `body` on one committed state of the database and reports what it found; why that cannot be
  /// had is an issue.
  static func read(
    _ path: FilePath, _ report: inout ReadingReport,
    _ body: (DatabaseSnapshot, DatabaseSchema, inout Findings) -> Void
  ) {
    do {
      let (found, isStable) = try withStableSnapshot(path) { snapshot in
        var found = Findings()
        let schema = DatabaseSchema(snapshot)
        for finding in snapshot.findings where finding.isDamage { found.add(finding) }
        for finding in schema.damage { found.add(finding) }
        body(snapshot, schema, &found)
        return found
      }
      report.stores[0].add(found.counts)
      for conversation in found.conversations { report.emit(conversation) }
      for passage in found.passages { report.emit(passage) }
      if !isStable {
        report.add(
          Issue(
            .liveChanging, .warning, path: path.storedText,
            "the database was written all the while it was read"))
      }
    } catch let error as DatabaseError {
      report.add(
        Issue(
          Issue.Code(rawValue: error.code.rawValue), .error, path: error.path.storedText,
          offset: error.offset, error.text))
    } catch {
      report.add(Issue(.unreadable, .error, path: path.storedText, "the database cannot be read"))
    }
  }
}
