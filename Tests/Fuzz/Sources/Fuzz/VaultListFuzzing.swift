import Secrets
import VaultFormat

/// Reads any bytes as what a vault lists: a manifest, a journal, attributes, a record of the machine's.
enum VaultListFuzzing {
  /// An input is the list and a byte that says which, with 0x80 where what a key makes is made right.
  static func run(_ input: FuzzInput) -> Int32 {
    var input = input
    let choice = input.takeByte()
    let isMended = choice & 0x80 != 0
    switch choice & 0x7F {
    case 0: manifest(input.bytes, step: 1)
    case 1: manifest(input.bytes, step: 100)
    case 2: journal(input.bytes, isMended: isMended)
    case 3: attributes(input.bytes)
    default: WholeVault.run(input, isMended: isMended)
    }
    return 0
  }

  /// In pieces and at once a manifest is the same, and what is read is written as it was.
  private static func manifest(_ bytes: [UInt8], step: Int) {
    let whole = entries(bytes, step: max(bytes.count, 1))
    let pieces = entries(bytes, step: step)
    require(whole == nil && pieces == nil || whole?.entries == pieces?.entries, "pieces differ")
    guard let whole else { return }
    require(whole.header == pieces?.header, "a header in pieces differs")
    require(whole.header.bytes == Array(bytes.prefix(144)), "a header is written otherwise")
    var encoder = ManifestEncoder(whole.header)
    for entry in whole.entries {
      require((try? encoder.add(entry)) != nil, "an entry that was read cannot be written")
    }
    require(encoder.entriesLeft == 0 && encoder.take() == bytes, "a manifest is written otherwise")
  }

  private static func entries(
    _ bytes: [UInt8], step: Int
  ) -> (header: ManifestHeader, entries: [ManifestEntry])? {
    var decoder = ManifestDecoder()
    var entries: [ManifestEntry] = []
    do {
      for start in stride(from: 0, to: bytes.count, by: step) {
        bytes[start..<min(start + step, bytes.count)].withUnsafeBytes { decoder.push($0) }
        while let entry = try decoder.next() { entries.append(entry) }
      }
      let header = try decoder.finish()
      require(decoder.entries == UInt64(entries.count), "a decoder has miscounted")
      return (header, entries)
    } catch {
      return nil
    }
  }

  /// A journal is written as it was read, to where it is good; beyond that it goes on.
  private static func journal(_ bytes: [UInt8], isMended: Bool) {
    var bytes = bytes
    if isMended { JournalSealing.mend(&bytes) }
    let keys = FixedVault.keys(bytes.count > 12 && bytes[12] == 1 ? 1 : 2)
    guard let journal = try? JournalContents(parsing: bytes, with: keys) else { return }
    var written = journal.header.bytes(with: keys)
    var chain = JournalChain(journal.header, keys)
    for record in journal.records { written += chain.append(record.truth, record.object) }
    require(written.count == journal.goodBytes, "a journal of another length")
    require(written == Array(bytes.prefix(written.count)), "a journal is written otherwise")
    require(
      !isMended || bytes.count - written.count < 64, "a journal ends before its last whole record")
    var goingOn = journal.chain
    written += goingOn.append(.plaintext, .random())
    let again = try? JournalContents(parsing: written, with: keys)
    require(again?.records.count == journal.records.count + 1, "a journal does not go on")
  }

  private static func attributes(_ bytes: [UInt8]) {
    guard let attributes = try? ExtendedAttributes.decode(bytes) else { return }
    let written = try? ExtendedAttributes.encode(attributes)
    require(written == bytes, "attributes are written otherwise")
  }
}
