import CSQLite
import SystemPackage

/// A value as both implementations give it; texts are UTF-8, reals compared by their bits.
enum Value: Hashable, CustomStringConvertible {
  case null
  case integer(Int64)
  case real(UInt64)
  case text([UInt8])
  case blob([UInt8])

  var description: String {
    switch self {
    case .null: "null"
    case .integer(let value): "\(value)"
    case .real(let bits): "\(Double(bitPattern: bits))"
    case .text(let bytes):
      "text(\(bytes.count): \(String(decoding: bytes.prefix(20), as: UTF8.self)))"
    case .blob(let bytes): "blob(\(bytes.count))"
    }
  }

  static func text(_ string: String) -> Value { .text(Array(string.utf8)) }
}

struct SQLFailure: Error {
  var text: String
}

/// The system's SQLite: it makes the databases and is the second implementation.
final class RealDatabase {
  private var handle: OpaquePointer?

  init(_ path: FilePath) throws {
    guard sqlite3_open(path.string, &handle) == SQLITE_OK else { throw SQLFailure(text: "open") }
    try run("PRAGMA secure_delete=OFF")
  }

  deinit { sqlite3_close_v2(handle) }

  func run(_ sql: String, _ values: [Value] = []) throws {
    _ = try rows(sql, values)
  }

  /// Every row of every statement's last one.
  func rows(_ sql: String, _ values: [Value] = []) throws -> [[Value]] {
    var result: [[Value]] = []
    var rest = Array(sql.utf8CString)
    while rest.count > 1 {
      var statement: OpaquePointer?
      var used = 0
      let code = rest.withUnsafeBufferPointer { text -> Int32 in
        var tail: UnsafePointer<CChar>?
        let code = sqlite3_prepare_v2(handle, text.baseAddress, -1, &statement, &tail)
        if let tail, let base = text.baseAddress { used = tail - base }
        return code
      }
      guard code == SQLITE_OK else { throw failure(sql) }
      rest.removeFirst(used)
      guard statement != nil else { break }
      defer { sqlite3_finalize(statement) }
      for (index, value) in values.enumerated() { bind(statement, Int32(index + 1), value) }
      result = []
      while true {
        let step = sqlite3_step(statement)
        if step == SQLITE_DONE { break }
        guard step == SQLITE_ROW else { throw failure(sql) }
        result.append((0..<sqlite3_column_count(statement)).map { column(statement, $0) })
      }
    }
    return result
  }

  func reserve(bytes: Int32) {
    var count = bytes
    sqlite3_file_control(handle, "main", SQLITE_FCNTL_RESERVE_BYTES, &count)
  }

  private func failure(_ sql: String) -> SQLFailure {
    SQLFailure(text: String(cString: sqlite3_errmsg(handle)) + " in " + sql)
  }

  private func bind(_ statement: OpaquePointer?, _ index: Int32, _ value: Value) {
    let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
    switch value {
    case .null: sqlite3_bind_null(statement, index)
    case .integer(let value): sqlite3_bind_int64(statement, index, value)
    case .real(let bits): sqlite3_bind_double(statement, index, Double(bitPattern: bits))
    case .text(let bytes):
      bytes.withUnsafeBytes { raw in
        _ = sqlite3_bind_text(
          statement, index, raw.baseAddress?.assumingMemoryBound(to: CChar.self) ?? emptyText,
          Int32(raw.count), transient)
      }
    case .blob(let bytes):
      if bytes.isEmpty {
        sqlite3_bind_zeroblob(statement, index, 0)
      } else {
        bytes.withUnsafeBytes {
          _ = sqlite3_bind_blob(statement, index, $0.baseAddress, Int32($0.count), transient)
        }
      }
    }
  }

  private func column(_ statement: OpaquePointer?, _ index: Int32) -> Value {
    switch sqlite3_column_type(statement, index) {
    case SQLITE_INTEGER: return .integer(sqlite3_column_int64(statement, index))
    case SQLITE_FLOAT: return .real(sqlite3_column_double(statement, index).bitPattern)
    case SQLITE_TEXT:
      let start = sqlite3_column_text(statement, index)
      let count = Int(sqlite3_column_bytes(statement, index))
      return .text(Array(UnsafeBufferPointer(start: start, count: count)))
    case SQLITE_BLOB:
      let start = sqlite3_column_blob(statement, index)
      let count = Int(sqlite3_column_bytes(statement, index))
      return .blob(Array(UnsafeRawBufferPointer(start: start, count: count)))
    default: return .null
    }
  }
}

nonisolated(unsafe) private let emptyText: UnsafePointer<CChar> = {
  let text = UnsafeMutablePointer<CChar>.allocate(capacity: 1)
  text.initialize(to: 0)
  return UnsafePointer(text)
}()
