/// What a record of a log says.
public enum LogRecordKind: UInt8, Sendable {
  /// Pages of an object's file.
  case pages = 1
  /// An object has a name in a folder.
  case nameAdded = 2
  /// A name of an object is no more.
  case nameRemoved = 3
  /// All records so far count.
  case promise = 4
}

/// One record of a log, as it was read and authenticated.
public struct LogRecord: Equatable, Sendable {
  /// Where the pages of a record begin in it, after the number of the first.
  public static let pagesPlace = LogChain.headLength + 8
  /// Where the disk bytes of a name begin in a record, after the folder's id.
  public static let namePlace = LogChain.headLength + ObjectID.count
  /// The most pages that one record holds.
  public static let mostPages = 1024

  /// What follows the record's first 64 bytes.
  public enum Contents: Equatable, Sendable {
    /// Pages of the object's file, from a page of it on; their bytes stand in the record.
    case pages(first: UInt64, count: Int)
    /// The object's new name in a folder, by its disk bytes.
    case nameAdded(folder: ObjectID, name: [UInt8])
    /// A name in a folder that the object no longer has.
    case nameRemoved(folder: ObjectID, name: [UInt8])
    /// Nothing.
    case promise
  }

  /// The record's number, from 1.
  public let number: UInt64
  /// The object.
  public let object: ObjectID
  /// What it says.
  public let contents: Contents

  /// Reads a record that was authenticated.
  /// - Throws: `newer` where it is of an unknown type, `damaged` where it is not as any writer writes.
  init(parsing record: UnsafeRawBufferPointer, number: UInt64) throws(VaultFormatError) {
    guard let kind = unsafe LogRecordKind(rawValue: record[4]) else {
      throw VaultFormatError(.newer, "log", "record type \(unsafe record[4])")
    }
    let isNumbered = unsafe record.stored(UInt64.self, at: 8) == number
    guard isNumbered, unsafe record.part(at: 5, 3).isZero else { throw Self.damaged(number) }
    self.number = number
    object = unsafe record.storedID(at: 16)
    switch kind {
    case .pages:
      guard let (first, count) = unsafe Self.pages(of: record) else { throw Self.damaged(number) }
      contents = .pages(first: first, count: count)
    case .nameAdded, .nameRemoved:
      let count = record.count - Self.namePlace
      guard NameCipher.isDiskLength(count) else { throw Self.damaged(number) }
      let folder = unsafe record.storedID(at: LogChain.headLength)
      let name = unsafe record.storedBytes(at: Self.namePlace, count)
      contents =
        kind == .nameAdded
        ? .nameAdded(folder: folder, name: name) : .nameRemoved(folder: folder, name: name)
    case .promise:
      guard record.count == LogChain.headLength else { throw Self.damaged(number) }
      contents = .promise
    }
  }

  /// The first page and the number of pages; nil where there are none, too many, a part of one, or
  /// they end where no file does.
  private static func pages(of record: UnsafeRawBufferPointer) -> (first: UInt64, count: Int)? {
    guard record.count > pagesPlace else { return nil }
    let (count, rest) = (record.count - pagesPlace)
      .quotientAndRemainder(dividingBy: ObjectLayout.pageSize)
    let first = unsafe record.stored(UInt64.self, at: LogChain.headLength)
    let most = UInt64(Int64.max) / UInt64(ObjectLayout.pageSize)
    guard rest == 0, count <= mostPages, first <= most - UInt64(count) else { return nil }
    return (first, count)
  }

  private static func damaged(_ number: UInt64) -> VaultFormatError {
    VaultFormatError(.damaged, "log", "record \(number) is none")
  }
}
