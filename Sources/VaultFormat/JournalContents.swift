/// A journal as it was found: its header, and the records up to where a write was cut off.
public struct JournalContents: Sendable {
  /// The header.
  public let header: JournalHeader
  /// The records, in order.
  public let records: [JournalRecord]
  /// The number of bytes that count; what is behind them was cut off and is to be written over.
  public let goodBytes: Int
  /// The chain after the last record, for writing on.
  public let chain: JournalChain

  /// Reads a journal.
  /// - Throws: `damaged` where the header is not as it was written, `newer` where something is of
  ///   a type that is not known.
  public init(parsing bytes: [UInt8], with keys: EpochKeys) throws(VaultFormatError) {
    header = try JournalHeader.open(Array(bytes.prefix(JournalHeader.count)), with: keys)
    var chain = JournalChain(header, keys)
    var records: [JournalRecord] = []
    var end = JournalHeader.count
    while bytes.count - end >= JournalRecord.count,
      let record = try chain.accept(bytes[end..<end + JournalRecord.count])
    {
      records.append(record)
      end += JournalRecord.count
    }
    self.records = records
    self.chain = chain
    goodBytes = end
  }
}
