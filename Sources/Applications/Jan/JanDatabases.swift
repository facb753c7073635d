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

  /// Runs `body` on one committed state of the database; why that cannot be had is an issue.
  static func read(
    _ path: FilePath, _ report: inout ReadingReport,
    _ body: (DatabaseSnapshot, DatabaseSchema, inout ReadingReport) -> Void
  ) {
    do throws(DatabaseError) {
      let snapshot = try DatabaseSnapshot(path)
      let schema = DatabaseSchema(snapshot)
      for finding in snapshot.findings where finding.isDamage { report.addFinding(finding) }
      for finding in schema.damage { report.addFinding(finding) }
      body(snapshot, schema, &report)
      report.rely { snapshot.isUnchanged() }
    } catch {
      report.add(
        Issue(
          Issue.Code(rawValue: error.code.rawValue), .error, path: error.path.storedText,
          offset: error.offset, error.text))
    }
  }
}

extension ReadingReport {
  /// Reports something about a database's files.
  mutating func addFinding(_ finding: DatabaseFinding) {
    add(
      Issue(
        Issue.Code(rawValue: finding.code.rawValue), finding.isDamage ? .error : .info,
        path: finding.path.storedText, offset: finding.offset, finding.text))
  }
}
