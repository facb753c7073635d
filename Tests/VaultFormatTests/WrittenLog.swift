import VaultFormat

/// A log in memory, written record by record with `LogChain`.
struct WrittenLog {
  private(set) var bytes: [UInt8]
  /// Where each record begins and ends, without filling.
  private(set) var records: [Range<Int>] = []
  private var chain: LogChain

  init(_ header: LogHeader, _ keys: EpochKeys) {
    bytes = header.bytes(with: keys)
    chain = LogChain(header, keys)
  }

  mutating func add(pages: [UInt8], at first: UInt64, of object: ObjectID) {
    add(.pages, object, (0..<8).map { UInt8(truncatingIfNeeded: first >> ($0 * 8)) } + pages)
  }

  mutating func add(
    _ kind: LogRecordKind, _ name: DiskName, in folder: ObjectID, of object: ObjectID
  ) {
    add(kind, object, folder.bytes + name.bytes)
  }

  mutating func promise(_ object: ObjectID) {
    add(.promise, object, [])
  }

  mutating func add(_ kind: LogRecordKind, _ object: ObjectID, _ payload: [UInt8]) {
    // What stands in a buffer from before is no part of a record.
    var record = [UInt8](repeating: 0xAA, count: LogChain.headLength) + payload
    record.withUnsafeMutableBytes { chain.seal(kind, object, $0) }
    records.append(bytes.count..<bytes.count + record.count)
    let space = LogChain.space(of: record.count)
    bytes += record + [UInt8](repeating: 0, count: space - record.count)
  }
}

/// Reads the records of a log in memory.
func records(of bytes: [UInt8], _ keys: EpochKeys) throws(VaultFormatError) -> [LogRecord] {
  let header = try LogHeader.open(Array(bytes.prefix(LogHeader.count)), with: keys)
  var chain = LogChain(header, keys)
  var records: [LogRecord] = []
  var start = LogHeader.count
  while start < bytes.count {
    let rest = Array(bytes[start...])
    guard let length = rest.withUnsafeBytes({ LogChain.length(announcedBy: $0) }),
      length <= rest.count,
      let record = try accepted(Array(rest[..<length]), &chain)
    else { break }
    records.append(record)
    start += LogChain.space(of: length)
  }
  return records
}

func accepted(
  _ record: [UInt8], _ chain: inout LogChain
) throws(VaultFormatError) -> LogRecord? {
  let result: Result<LogRecord?, VaultFormatError> = record.withUnsafeBytes { bytes in
    do throws(VaultFormatError) {
      return .success(try chain.accept(bytes))
    } catch {
      return .failure(error)
    }
  }
  return try result.get()
}
