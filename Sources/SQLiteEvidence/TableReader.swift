public import ByteReading

/// What is stored in a column of a row.
public enum StoredType: Sendable {
  case null, integer, real, text, blob
}

/// Walks a table in key order and gives each row's values.
///
/// Columns are numbered as in `TableSchema.columns`. A row that is older than a column has the
/// column's default; a computed column that is not stored is null. One reader is for one thread;
/// several readers may share a snapshot.
public struct TableReader: ~Copyable {
  /// The most bytes of a value that are put in memory unless more are asked for.
  public static let textLimit = 64 << 20

  private let cursor: TableCursor

  /// Makes a reader that stands before the first row.
  ///
  /// - Parameters:
  ///   - columns: the columns that will be asked for, all if nil; others may read as null.
  ///   - shard: the part of the table to walk, all if nil.
  public init(
    _ snapshot: DatabaseSnapshot, _ table: TableSchema, columns: [Int]? = nil,
    shard: TableShard? = nil
  ) {
    cursor = TableCursor(snapshot, table, columns: columns, shard: shard)
  }

  /// What was damaged so far; the walk passed over it.
  public var damage: [DatabaseFinding] { cursor.damage }

  /// Goes to the next row.
  /// - Returns: false behind the last.
  public mutating func next() -> Bool {
    cursor.next()
  }

  /// Goes to the row numbered `rowID`, from the root, whatever was read before.
  /// - Returns: whether there is such a row; if not, `next` goes to the first one behind it. False
  ///   for
  ///   tables without row numbers.
  public mutating func seek(_ rowID: Int64) -> Bool {
    cursor.seek(rowID)
  }

  /// The row's number; 0 in tables without row numbers.
  public var rowID: Int64 { cursor.rowID }

  /// The page the row begins on; `DatabaseSnapshot.location(ofPage:)` says where that is.
  public var page: UInt32 { cursor.page.number }

  /// What is stored in `column`.
  public func type(_ column: Int) -> StoredType {
    switch cursor.value(column) {
    case .null: .null
    case .integer: .integer
    case .real: .real
    case .text, .constantText: .text
    case .blob, .constantBlob: .blob
    }
  }

  /// The integer in `column`, nil if something else is stored there.
  public func integer(_ column: Int) -> Int64? {
    if case .integer(let value) = cursor.value(column) { value } else { nil }
  }

  /// The number in `column`, real or integer, nil if something else is stored there.
  public func real(_ column: Int) -> Double? {
    switch cursor.value(column) {
    case .real(let value): value
    case .integer(let value): Double(value)
    default: nil
    }
  }

  /// The text in `column` as UTF-8, nil if something else is stored there.
  ///
  /// Of a text of more than `limit` stored bytes the beginning is given and `damage` says so; of
  /// one whose pages are damaged what comes before.
  public func text(_ column: Int, limit: Int = textLimit) -> StoredText? {
    switch cursor.value(column) {
    case .text(let start, let count):
      StoredText(
        bytes: cursor.decoded(cursor.limited(start, count, limit)))
    case .constantText(let text): text
    default: nil
    }
  }

  /// The blob in `column`, nil if something else is stored there; `limit` is as for `text`.
  public func blob(_ column: Int, limit: Int = textLimit) -> [UInt8]? {
    switch cursor.value(column) {
    case .blob(let start, let count): cursor.limited(start, count, limit)
    case .constantBlob(let bytes): bytes
    default: nil
    }
  }

  /// The number of bytes the value in `column` is stored in: of a text in the database's encoding,
  /// of numbers and null 0.
  public func byteCount(_ column: Int) -> Int {
    switch cursor.value(column) {
    case .text(_, let count), .blob(_, let count): count
    case .constantText(let text): text.bytes.count
    case .constantBlob(let bytes): bytes.count
    default: 0
    }
  }

  /// The text or blob in `column` as a stream; an empty one for numbers and null.
  ///
  /// The source stays valid when the reader goes on or ends. Holding none of a row's sources when
  /// the next row's are asked for lets the reader use their buffers again. Text stored as UTF-16 is
  /// delivered as UTF-8 and has no known length.
  public func source(_ column: Int) -> any ByteSource {
    switch cursor.value(column) {
    case .text(let start, let count):
      let source = cursor.source()
      source.begin(cursor.page, cursor.payload, offset: start, length: count)
      let encoding = cursor.snapshot.textEncoding
      return encoding == .utf8
        ? source : TranscodedSource(source, bigEndian: encoding == .utf16BigEndian)
    case .blob(let start, let count):
      let source = cursor.source()
      source.begin(cursor.page, cursor.payload, offset: start, length: count)
      return source
    case .constantText(let text): return MemorySource(text.bytes)
    case .constantBlob(let bytes): return MemorySource(bytes)
    default: return MemorySource([])
    }
  }

  /// Gives `body` the text in `column` as UTF-8; without a copy where it is stored so and lies
  /// within the row's page.
  /// - Returns: what `body` returns, nil if something else than a text is stored there.
  public func withText<Result, Failure: Error>(
    _ column: Int, limit: Int = textLimit, _ body: (Span<UInt8>) throws(Failure) -> Result
  ) throws(Failure) -> Result? {
    switch cursor.value(column) {
    case .text(let start, let count):
      if cursor.snapshot.textEncoding == .utf8, start + count <= cursor.payload.local {
        let page = cursor.page.bytes
        let first = cursor.payload.start + start
        return try body(page.span.extracting(first..<(first + count)))
      }
      let text = cursor.decoded(cursor.limited(start, count, limit))
      return try body(text.span)
    case .constantText(let text):
      return try body(text.bytes.span)
    default:
      return nil
    }
  }

  /// Adds a finding about the current row to `damage`.
  func note(_ code: DatabaseFinding.Code, _ text: String) {
    cursor.note(code, nil, 0, text)
  }
}
