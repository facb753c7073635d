import SQLiteEvidence
import SystemPackage

/// The names of a database's tables, to tell whose it is.
enum DatabaseTables {
  /// The names, lower-cased; nil where there is no readable database.
  static func names(_ path: FilePath) -> Set<String>? {
    nil
  }
}
