import ByteReading
import Conversations
import EvidenceFiles
import SystemPackage

extension OpenWebUI {
  /// Claims the archive of the old data folder.
  func claimArchive(_ path: FilePath, _ survey: inout Survey) {
    survey.claim(
      StoreClaim(id, [StoreHead(.copies, path, format: "zip")]) { _, _ in
        [
          { report in
            do throws(EvidenceError) {
              let file = try report.tree.open(path)
              report.stores[0].countFile(file.status)
              describeArchive(file, &report)
            } catch {
              report.add(error)
            }
          }
        ]
      })
  }

  private func describeArchive(_ file: EvidenceFile, _ report: inout ReadingReport) {
    do throws(ReadingError) {
      let directory = try ArchiveDirectory(file)
      let database = directory.entries.first {
        $0.name.string == "webui.db" || $0.name.string.hasSuffix("/webui.db")
      }
      var text = "an archive of the data folder with \(directory.entries.count) entries, not opened"
      if let database {
        text += "; a webui.db of \(database.size) bytes is in it"
      } else {
        text += "; no webui.db is in it"
      }
      report.add(Issue(.archiveNotOpened, .info, path: path(of: file), text))
      if let failure = directory.failure { report.add(failure, in: file.path) }
    } catch {
      report.add(error, in: file.path)
    }
  }

  private func path(of file: EvidenceFile) -> StoredText { file.path.storedText }

  /// The names and sizes an archive lists at its end (APPNOTE.TXT sections 4.3.12 to 4.3.16); nothing
  /// is unpacked.
  struct ArchiveDirectory {
    /// One entry.
    struct Entry {
      var name: StoredText
      /// Bytes when unpacked.
      var size: UInt64
    }

    private(set) var entries: [Entry] = []
    /// Where the list breaks off.
    private(set) var failure: ReadingError?

    private static let mostEntries = 1_000_000

    /// Reads the list.
    /// - Throws: `malformed` where there is no list to find.
    init(_ file: EvidenceFile) throws(ReadingError) {
      let (start, count) = try ArchiveDirectory.find(file)
      var cursor = ByteCursor(file)
      do throws(ReadingError) {
        try cursor.skip(start)
        while UInt64(entries.count) < count, entries.count < ArchiveDirectory.mostEntries {
          entries.append(try ArchiveDirectory.entry(&cursor))
        }
      } catch {
        failure = error
      }
    }

    private static func entry(_ cursor: inout ByteCursor) throws(ReadingError) -> Entry {
      let start = cursor.offset
      guard try cursor.littleEndian(UInt32.self) == 0x0201_4B50 else {
        throw ReadingError(.malformed, at: start, "no entry of an archive's list")
      }
      try cursor.skip(16)
      _ = try cursor.littleEndian(UInt32.self)
      var size = UInt64(try cursor.littleEndian(UInt32.self))
      let nameLength = try cursor.littleEndian(UInt16.self)
      let extraLength = try cursor.littleEndian(UInt16.self)
      let commentLength = try cursor.littleEndian(UInt16.self)
      try cursor.skip(12)
      let name = StoredText(bytes: try cursor.bytes(UInt64(nameLength)))
      let extra = try cursor.bytes(UInt64(extraLength))
      try cursor.skip(UInt64(commentLength))
      if size == 0xFFFF_FFFF, let large = largeSize(extra) { size = large }
      return Entry(name: name, size: size)
    }

    /// The size in the extra field 1, of entries too large for 32 bits.
    private static func largeSize(_ extra: [UInt8]) -> UInt64? {
      var at = 0
      while at + 4 <= extra.count {
        let kind = UInt16(extra[at]) | UInt16(extra[at + 1]) << 8
        let length = Int(extra[at + 2]) | Int(extra[at + 3]) << 8
        guard at + 4 + length <= extra.count else { return nil }
        if kind == 1, length >= 8 { return number(extra, at + 4) }
        at += 4 + length
      }
      return nil
    }

    private static func number(_ bytes: [UInt8], _ at: Int) -> UInt64 {
      var value: UInt64 = 0
      for index in (0..<8).reversed() { value = value << 8 | UInt64(bytes[at + index]) }
      return value
    }

    /// Where the list begins, and how many entries it has.
    private static func find(_ file: EvidenceFile) throws(ReadingError) -> (UInt64, UInt64) {
      let size = file.status.size
      let tailLength = min(size, 65_557)
      let tailStart = size - tailLength
      var tail = ByteCursor(file)
      try tail.skip(tailStart)
      let bytes = try tail.bytes(tailLength)
      let signature: [UInt8] = [0x50, 0x4B, 5, 6]
      var at = bytes.count - 22
      while at >= 0, !bytes[at...].starts(with: signature) { at -= 1 }
      guard at >= 0 else {
        throw ReadingError(.malformed, at: 0, "an archive without its list")
      }
      var count = UInt64(bytes[at + 10]) | UInt64(bytes[at + 11]) << 8
      var start: UInt64 = 0
      for index in (16..<20).reversed() { start = start << 8 | UInt64(bytes[at + index]) }
      if count == 0xFFFF || start == 0xFFFF_FFFF {
        let locator: [UInt8] = [0x50, 0x4B, 6, 7]
        guard at >= 20, bytes[(at - 20)...].starts(with: locator) else {
          return (start, count)
        }
        let record = number(bytes, at - 12)
        var cursor = ByteCursor(file)
        try cursor.skip(record)
        guard try cursor.littleEndian(UInt32.self) == 0x0606_4B50 else {
          throw ReadingError(.malformed, at: record, "no end of a large archive's list")
        }
        try cursor.skip(28)
        count = try cursor.littleEndian(UInt64.self)
        try cursor.skip(8)
        start = try cursor.littleEndian(UInt64.self)
      }
      return (start, count)
    }
  }
}
