internal import Secrets

/// The records of a journal, each bound to the one before: written and read one after the other.
public struct JournalChain: Sendable {
  private let keys: EpochKeys
  private var authenticator: Digest
  /// The number of records so far.
  public private(set) var records: UInt64 = 0

  /// Begins after the header.
  public init(_ header: JournalHeader, _ keys: EpochKeys) {
    self.keys = keys
    authenticator = header.authenticator(keys)
  }

  /// Adds a record.
  /// - Returns: Its 64 bytes, to be written behind the others.
  public mutating func append(_ truth: JournalRecord.Truth, _ object: ObjectID) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: JournalRecord.count)
    records += 1
    let number = records
    unsafe bytes.withUnsafeMutableBytes { bytes in
      unsafe bytes[0] = truth.rawValue
      unsafe bytes.store(number, at: 8)
      unsafe bytes.store(object, at: 16)
    }
    authenticator = next(bytes)
    let added = authenticator
    unsafe bytes.withUnsafeMutableBytes { unsafe $0.store(added, at: 32) }
    return bytes
  }

  /// Takes the bytes found behind the records so far.
  ///
  /// - Returns: The record; nil where there is no whole one or it does not authenticate: the end of
  ///   a write that was cut off, after which nothing counts.
  /// - Throws: `newer` where an authentic record is of an unknown type, `damaged` where it is not
  ///   as any writer writes.
  public mutating func accept(
    _ bytes: some Collection<UInt8>
  ) throws(VaultFormatError) -> JournalRecord? {
    guard bytes.count == JournalRecord.count else { return nil }
    let bytes = Array(bytes)
    let expected = next(bytes)
    let isWritten = unsafe bytes.withUnsafeBytes {
      unsafe expected.agrees(with: $0.part(at: 32, Digest.count))
    }
    guard isWritten else { return nil }
    guard let truth = JournalRecord.Truth(rawValue: bytes[0]) else {
      throw VaultFormatError(.newer, "journal", "record type \(bytes[0])")
    }
    let number = unsafe bytes.withUnsafeBytes { unsafe $0.stored(UInt64.self, at: 8) }
    guard bytes[1..<8].allSatisfy({ $0 == 0 }), number == records + 1 else {
      throw VaultFormatError(.damaged, "journal", "record \(records + 1) is none")
    }
    records = number
    authenticator = expected
    let object = unsafe bytes.withUnsafeBytes { unsafe $0.storedID(at: 16) }
    return JournalRecord(truth: truth, number: number, object: object)
  }

  /// H(K(journal), authenticator before ‖ bytes 0 to 31).
  private func next(_ record: [UInt8]) -> Digest {
    var hash = KeyedHash(key: keys.journal)
    hash.add(authenticator)
    hash.add(record[..<32])
    return hash.digest()
  }
}
