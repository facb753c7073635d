internal import Secrets

/// The records of a log, each bound to the one before: written and read one after the other.
///
/// A record lies in memory as it does in the file. Memory is taken for the state of a hash alone.
public struct LogChain: Sendable {
  /// The length of what every record begins with, in bytes.
  public static let headLength = 64
  /// Where records begin: at multiples of this many bytes of the file.
  public static let alignment = 512
  /// The greatest length of a record, in bytes.
  public static let longest = LogRecord.pagesPlace + LogRecord.mostPages * ObjectLayout.pageSize

  private static let clearLength = 32
  private let keys: EpochKeys
  private var authenticator: Digest
  /// The number of records so far.
  public private(set) var records: UInt64 = 0

  /// Begins after the header.
  public init(_ header: LogHeader, _ keys: EpochKeys) {
    self.keys = keys
    authenticator = header.authenticator(keys)
  }

  /// The bytes from the beginning of a record of a length to where the next one begins.
  public static func space(of length: Int) -> Int {
    (length + alignment - 1) / alignment * alignment
  }

  /// Completes a record whose payload already stands behind its first 64 bytes.
  /// - Parameter record: The record without filling, at most `longest` bytes.
  public mutating func seal(
    _ kind: LogRecordKind, _ object: ObjectID, _ record: UnsafeMutableRawBufferPointer
  ) {
    precondition(
      record.count >= Self.headLength && record.count <= Self.longest, "a record has its limits")
    records += 1
    unsafe record.store(UInt32(record.count), at: 0)
    unsafe record.store(0 as UInt32, at: 4)
    unsafe record[4] = kind.rawValue
    unsafe record.store(records, at: 8)
    unsafe record.store(object, at: 16)
    authenticator = unsafe next(UnsafeRawBufferPointer(record))
    unsafe record.store(authenticator, at: Self.clearLength)
  }

  /// The length that a record's first 64 bytes announce, before any of it is believed; nil where no
  /// record has it.
  public static func length(announcedBy head: UnsafeRawBufferPointer) -> Int? {
    guard head.count >= headLength else { return nil }
    let length = unsafe Int(head.stored(UInt32.self, at: 0))
    return length >= headLength && length <= longest ? length : nil
  }

  /// Takes the record found behind those so far.
  ///
  /// - Parameter record: The bytes, as many as it announces.
  /// - Returns: What it says; nil where it is not whole or does not authenticate: the end of a write
  ///   that was cut off, or what an earlier log has left, after which nothing counts.
  /// - Throws: `newer` where an authentic record is of an unknown type, `damaged` where it is not
  ///   as any writer writes.
  public mutating func accept(
    _ record: UnsafeRawBufferPointer
  ) throws(VaultFormatError) -> LogRecord? {
    guard unsafe Self.length(announcedBy: record) == record.count else { return nil }
    let expected = unsafe next(record)
    guard unsafe expected.agrees(with: record.part(at: Self.clearLength, Digest.count)) else {
      return nil
    }
    let read = try unsafe LogRecord(parsing: record, number: records + 1)
    records += 1
    authenticator = expected
    return read
  }

  /// H(K(log), authenticator before ‖ bytes 0 to 31 ‖ bytes 64 to the end).
  private func next(_ record: UnsafeRawBufferPointer) -> Digest {
    var hash = KeyedHash(key: keys.log)
    hash.add(authenticator)
    unsafe hash.add(record.part(at: 0, Self.clearLength))
    unsafe hash.add(record.part(at: Self.headLength, record.count - Self.headLength))
    return hash.digest()
  }
}
