import SQLiteEvidence
import SystemPackage

/// The names of a database's tables, to tell whose it is.
enum DatabaseTables {
  /// The names, lower-cased; nil where there is no readable database.
  static func names(_ path: FilePath) -> Set<String>? {
    guard let snapshot = try? DatabaseSnapshot(path) else { return nil }
    return Set(DatabaseSchema(snapshot).tables.keys)
  }
}
