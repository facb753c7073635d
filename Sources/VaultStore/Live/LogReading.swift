internal import SystemPackage
internal import VaultFormat

/// A vault's log, read from its beginning to the last promise (docs/vault-format.md, "Log").
///
/// One record is in memory at a time, and nothing of it is believed before it authenticates; each pass
/// checks them all again.
final class LogReading {
  /// The header.
  let header: LogHeader
  /// What the system says of the file.
  let facts: FileFacts
  /// The keys of the epoch that it is written under.
  let keys: EpochKeys
  private let file: FileHandle
  private let buffer = PageBuffer(pages: LogRecord.mostPages + 1)
  /// Where the last promise ends in the file, in bytes.
  private var end = UInt64(LogHeader.count)
  /// The number of records that count: up to the last promise.
  private(set) var records: UInt64 = 0

  /// Opens the log of a vault; nil where it has none.
  ///
  /// Nothing is changed.
  /// - Throws: `VaultError`; `damaged` where it is another vault's or not as it was written.
  static func open(
    in vault: FolderHandle, _ vaultID: ObjectID, _ volume: VolumeKeys
  ) throws(VaultError) -> LogReading? {
    guard let facts = try vault.facts(of: VaultNames.log) else { return nil }
    let path = vault.path.appending(VaultNames.log)
    guard facts.kind == .file else { throw VaultError(.damaged, path, "is no regular file") }
    let file = try vault.file(VaultNames.log)
    var page = [UInt8](repeating: 0, count: LogHeader.count)
    let count = try unsafe page.withUnsafeMutableBufferPointer { (buffer) throws(VaultError) in
      try unsafe file.read(at: 0, into: UnsafeMutableRawBufferPointer(buffer))
    }
    let header: LogHeader
    let keys: EpochKeys
    do throws(VaultFormatError) {
      let claimed = try LogHeader(parsing: Array(page[..<count]))
      guard claimed.vaultID == vaultID else {
        throw VaultFormatError(.damaged, "log", at: 16, "is another vault's")
      }
      guard let known = volume[claimed.epoch] else {
        throw VaultFormatError(.damaged, "log", at: 12, "is of epoch \(claimed.epoch)")
      }
      keys = known
      header = try LogHeader.open(page, with: keys)
    } catch {
      throw VaultError(error, path)
    }
    return try LogReading(header, facts, keys, file)
  }

  private init(
    _ header: LogHeader, _ facts: FileFacts, _ keys: EpochKeys, _ file: FileHandle
  ) throws(VaultError) {
    self.header = header
    self.facts = facts
    self.keys = keys
    self.file = file
    var last = (end: end, records: UInt64(0))
    _ = try unsafe pass(upTo: .max) { record, start, bytes in
      if record.contents == .promise {
        last = (start + UInt64(LogChain.space(of: bytes.count)), record.number)
      }
    }
    (end, records) = last
  }

  /// Goes through the records up to the last promise.
  /// - Parameter body: Takes a record, where it begins in the file, and its bytes.
  /// - Throws: `VaultError`; `damaged` where the log has been changed since it was opened.
  func forEach(
    _ body: (LogRecord, UInt64, UnsafeRawBufferPointer) throws(VaultError) -> Void
  ) throws(VaultError) {
    guard try unsafe pass(upTo: end, body) == records else {
      throw VaultError(.damaged, file.path, "was changed while it was read")
    }
  }

  /// Reads a page of the log that an earlier pass has found at this place.
  func page(at place: UInt64, into page: UnsafeMutableRawBufferPointer) throws(VaultError) {
    guard try unsafe file.read(at: place, into: page) == page.count else {
      throw VaultError(.damaged, file.path, "was changed while it was read")
    }
  }

  /// - Returns: The number of records that authenticate, one after the other.
  private func pass(
    upTo end: UInt64,
    _ body: (LogRecord, UInt64, UnsafeRawBufferPointer) throws(VaultError) -> Void
  ) throws(VaultError) -> UInt64 {
    var chain = LogChain(header, keys)
    var start = UInt64(LogHeader.count)
    while start < end, let length = try read(at: start) {
      let bytes = unsafe UnsafeRawBufferPointer(buffer.part(0, length))
      let record: LogRecord?
      do throws(VaultFormatError) {
        record = try unsafe chain.accept(bytes)
      } catch {
        throw VaultError(error, file.path)
      }
      guard let record else { break }
      try unsafe body(record, start, bytes)
      start += UInt64(LogChain.space(of: length))
    }
    return chain.records
  }

  /// Reads what may be a record; nil where the file ends before it does, or none has such a length.
  private func read(at start: UInt64) throws(VaultError) -> Int? {
    // Most records are short.
    let first = try unsafe file.read(at: start, into: buffer.part(0, LogChain.alignment))
    let head = unsafe UnsafeRawBufferPointer(buffer.part(0, first))
    guard let length = unsafe LogChain.length(announcedBy: head) else { return nil }
    guard length > first else { return length }
    let rest = unsafe buffer.part(first, length - first)
    let count = try unsafe file.read(at: start + UInt64(first), into: rest)
    return count == rest.count ? length : nil
  }
}
