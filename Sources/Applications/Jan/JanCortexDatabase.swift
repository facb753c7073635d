import Conversations
import EvidenceFiles
import SQLiteEvidence
import SystemPackage

/// The database of cortex.cpp (era D): keys of remote engines in the clear, and a list of the files
/// that were given to it.
///
/// It is named for its secrets; none of its values is given out.
enum JanCortexDatabase {
  static func claim(_ kind: StoreKind, _ path: FilePath) -> StoreClaim {
    StoreClaim(
      JanClaims.id, [StoreHead(kind, path, format: "jan-cortex-db")],
      covers: ["", "-wal", "-journal", "-shm"].map { FilePath(path.string + $0) }
    ) { _, _ in
      [
        { report in
          _ = JanDatabases.countFiles(of: path, &report)
          JanDatabases.read(path, &report) { snapshot, schema, report in
            guard let files = schema.table("files") else { return }
            var rows = TableReader(snapshot, files, columns: [])
            var count = 0
            while rows.next() { count += 1 }
            for finding in rows.damage { report.addFinding(finding) }
            if count > 0 {
              report.add(
                Issue(
                  .notParsed, .info, path: path.storedText,
                  "lists \(count) files that were given to the application, deleted threads' included"
                ))
            }
          }
        }
      ]
    }
  }
}
