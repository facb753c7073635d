internal import ByteReading
internal import EvidenceFiles
internal import SystemPackage

/// What a hot rollback journal contributes: pages as they were before a transaction that never
/// ended.
///
/// File format section 3, "The Rollback Journal", and SQLite's own playback (`pager_playback`,
/// `readJournalHdr`): where the two differ the code decides, as it is what recovers databases.
struct RollbackJournal {
  static let magic: [UInt8] = [0xD9, 0xD5, 0x05, 0xF9, 0x20, 0xA1, 0x63, 0xD7]

  private(set) var overlay: PageOverlay?
  /// The page size of the overlay.
  private(set) var pageSize = 0
  /// The database's size in pages before the transaction, nil where the journal is not hot.
  private(set) var pageCount: UInt32?
  private(set) var findings: [DatabaseFinding] = []

  /// Reads `file`; `mainPageSize` is what the main file's header says, used where the journal, of a
  /// writer before SQLite 3.5.8, does not.
  init(_ file: EvidenceFile, mainPageSize: Int?) throws(ReadingError) {
    let size = file.status.size
    let header = try file.bytes(at: 0, count: 28)
    // A first byte of zero is how the PERSIST journal mode ends a transaction.
    guard let first = header.first, first != 0 else { return }
    guard header.count == 28, header.starts(with: Self.magic), size >= 512 else {
      ignore(file, at: 0, "the journal has no valid header")
      return
    }
    if let name = try Self.superJournal(file), !Self.exists(name, beside: file.path) {
      ignore(file, at: size, "its super-journal is gone: the transaction was completed")
      return
    }
    let sector = UInt64(header.stored32(20))
    let stated = Int(header.stored32(24))
    pageSize = stated == 0 ? mainPageSize ?? 0 : stated
    guard DatabaseHeader.isPageSize(pageSize), sector >= 32, sector <= 65536,
      sector & (sector &- 1) == 0
    else {
      ignore(file, at: 20, "the journal's sector or page size is impossible")
      return
    }
    try play(file, sector: sector, size: size)
  }

  private mutating func ignore(_ file: EvidenceFile, at offset: UInt64, _ reason: String) {
    findings.append(DatabaseFinding(.journalIgnored, file.path, at: offset, reason))
  }

  private mutating func play(
    _ file: EvidenceFile, sector: UInt64, size: UInt64
  ) throws(ReadingError) {
    let recordBytes = pageSize + 8
    var record = [UInt8](repeating: 0, count: recordBytes)
    var entries = PageOverlayEntries()
    var lastPage: UInt32 = 0
    var position: UInt64 = 0
    var torn: UInt64?
    segments: while position == 0 || position &+ sector <= size {
      let header = try file.bytes(at: position, count: 28)
      guard header.count == 28, header.starts(with: Self.magic) else { break }
      let nonce = header.stored32(12)
      if position == 0 {
        lastPage = header.stored32(16)
        pageCount = lastPage
      }
      var records = UInt64(header.stored32(8))
      position = position &+ sector
      if records == 0xFFFF_FFFF {
        // Written without syncs: there is one header, and the file's size says how many follow.
        records = (size &- min(size, sector)) / UInt64(recordBytes)
      }
      for _ in 0..<records {
        guard try record.fill(from: file, at: position) == recordBytes else {
          torn = position
          break segments
        }
        let page = record.stored32(0)
        guard page != 0, page != DatabaseSnapshot.lockPage(pageSize: pageSize),
          position / 4 < UInt64(UInt32.max)
        else {
          torn = position
          break segments
        }
        if page <= lastPage {
          guard checksum(of: record, nonce: nonce) == record.stored32(recordBytes - 4) else {
            torn = position
            break segments
          }
          entries.add(page, slot: UInt32(truncatingIfNeeded: position / 4))
          entries.compactIfLarge()
        }
        position = position &+ UInt64(recordBytes)
      }
      position = (position &+ sector &- 1) / sector &* sector
    }
    if let torn {
      findings.append(
        DatabaseFinding(
          .journalTorn, file.path, at: torn, "a record of the journal is torn; rollback ends there")
      )
    }
    let latest = entries.latest(upTo: lastPage)
    // A journal whose records were not yet synced counts none: nothing was written over either.
    if latest.isEmpty { return }
    findings.append(
      DatabaseFinding(
        .journalApplied, file.path, at: 0,
        "\(latest.count) pages are read as they were before an unfinished transaction"))
    // Page bytes follow a record's four bytes of page number.
    overlay = PageOverlay(file: file, base: 4, stride: 4, entries: latest)
  }

  /// The nonce plus every 200th byte from the page's end, the first 200 bytes left out.
  private func checksum(of record: [UInt8], nonce: UInt32) -> UInt32 {
    var sum = nonce
    var at = pageSize - 200
    while at > 0 {
      sum = sum &+ UInt32(record[4 + at])
      at -= 200
    }
    return sum
  }

  /// The name of the super-journal that the journal ends with, if it does (`readSuperJournal`).
  private static func superJournal(_ file: EvidenceFile) throws(ReadingError) -> [UInt8]? {
    let size = file.status.size
    guard size >= 16 else { return nil }
    let tail = try file.bytes(at: size &- 16, count: 16)
    guard tail.count == 16, Array(tail[8...]) == magic else { return nil }
    let length = UInt64(tail.stored32(0))
    guard length > 0, length <= 512, length <= size &- 16 else { return nil }
    let name = try file.bytes(at: size &- 16 &- length, count: Int(length))
    let sum = name.reduce(UInt32(0)) { $0 &+ UInt32(bitPattern: Int32(Int8(bitPattern: $1))) }
    return sum == tail.stored32(4) ? name : nil
  }

  /// Whether the super-journal exists, where it was or, for a database that was moved, beside it.
  private static func exists(_ name: [UInt8], beside path: FilePath) -> Bool {
    let stored = FilePath(String(decoding: name, as: UTF8.self))
    if (try? FileStatus.of(stored)) != nil { return true }
    guard let last = stored.lastComponent else { return false }
    return (try? FileStatus.of(path.removingLastComponent().appending(last))) != nil
  }
}
