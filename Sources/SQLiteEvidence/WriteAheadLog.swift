internal import ByteReading
internal import EvidenceFiles

/// What a write-ahead log contributes: the last version of each page up to the last commit.
///
/// File format section 4, "The Write-Ahead Log", and SQLite's own recovery (`walIndexRecover`):
/// frames count as long as their salts are the header's and the running checksum holds.
struct WriteAheadLog {
  static let headerBytes = 32
  static let frameHeaderBytes = 24

  private(set) var overlay: PageOverlay?
  private(set) var pageSize = 0
  /// The database's size in pages after the last commit.
  private(set) var pageCount: UInt32 = 0
  /// The offset behind the last committed frame.
  private(set) var committedEnd = UInt64(Self.headerBytes)
  private(set) var findings: [DatabaseFinding] = []

  /// Reads `file`, all frames of the header's generation once.
  init(_ file: EvidenceFile) throws(ReadingError) {
    let size = file.status.size
    guard size > 0 else { return }
    let header = try file.bytes(at: 0, count: Self.headerBytes)
    if let reason = Self.objection(to: header) {
      findings.append(DatabaseFinding(.walIgnored, file.path, at: 0, reason))
      return
    }
    pageSize = Int(header.stored32(8))
    let bigEndian = header[3] & 1 == 1
    let salts = Array(header[16..<24])
    var sum = FrameChecksum()
    unsafe header.withUnsafeBytes {
      unsafe sum.add(UnsafeRawBufferPointer(rebasing: $0[..<24]), bigEndian: bigEndian)
    }
    guard sum.first == header.stored32(24), sum.second == header.stored32(28) else {
      findings.append(
        DatabaseFinding(.walIgnored, file.path, at: 24, "the log header fails its checksum"))
      return
    }

    let stride = Self.frameHeaderBytes + pageSize
    let batch = max(1, (256 << 10) / stride)
    var buffer = [UInt8](repeating: 0, count: batch * stride)
    var entries = PageOverlayEntries()
    var committedEntries = 0
    var frame: UInt64 = 0
    var committed: UInt64 = 0
    var end: DatabaseFinding?
    var isTorn = false
    scan: while true {
      let position = UInt64(Self.headerBytes) &+ frame &* UInt64(stride)
      let filled = try buffer.fill(from: file, at: position)
      for index in 0..<(filled / stride) {
        let at = index * stride
        let offset = position &+ UInt64(at)
        guard buffer[(at + 8)..<(at + 16)].elementsEqual(salts) else {
          end = DatabaseFinding(
            .walEarlierGeneration, file.path, at: offset,
            "frame \(frame + 1) and those after it are of an earlier generation")
          break scan
        }
        unsafe buffer.withUnsafeBytes { bytes in
          unsafe sum.add(
            UnsafeRawBufferPointer(rebasing: bytes[at..<(at + 8)]), bigEndian: bigEndian)
          unsafe sum.add(
            UnsafeRawBufferPointer(rebasing: bytes[(at + 24)..<(at + stride)]), bigEndian: bigEndian
          )
        }
        let page = buffer.stored32(at)
        guard sum.first == buffer.stored32(at + 16), sum.second == buffer.stored32(at + 20),
          page > 0,
          frame < UInt64(UInt32.max)
        else {
          isTorn = true
          break scan
        }
        entries.add(page, slot: UInt32(truncatingIfNeeded: frame))
        frame += 1
        let pages = buffer.stored32(at + 4)
        if pages > 0 {
          pageCount = pages
          committed = frame
          entries.compactIfLarge()
          committedEntries = entries.count
        }
      }
      if filled < buffer.count {
        isTorn = filled % stride != 0
        break
      }
    }
    committedEnd = UInt64(Self.headerBytes) &+ committed &* UInt64(stride)
    if frame > committed {
      findings.append(
        DatabaseFinding(
          .walUncommitted, file.path, at: committedEnd,
          "\(frame - committed) frames after the last commit are not part of the database"))
    }
    if isTorn {
      // A crash tears the last transaction, which was never committed. Commits behind the torn
      // frame say that it was whole once and what came after it is lost.
      let lost = try Self.commits(in: file, after: frame, stride: UInt64(stride), salts: salts)
      end = DatabaseFinding(
        lost > 0 ? .walTorn : .walUncommitted, file.path,
        at: UInt64(Self.headerBytes) &+ frame &* UInt64(stride),
        "frame \(frame + 1) is torn" + (lost > 0 ? "; \(lost) commits behind it are lost" : ""))
    }
    if let end { findings.append(end) }
    guard committed > 0 else { return }
    entries.truncate(to: committedEntries)
    overlay = PageOverlay(
      file: file, base: UInt64(Self.headerBytes + Self.frameHeaderBytes), stride: UInt64(stride),
      entries: entries.latest(upTo: pageCount))
  }

  /// The number of commits of this generation behind frame `frame`, which is not looked at itself.
  private static func commits(
    in file: EvidenceFile, after frame: UInt64, stride: UInt64, salts: [UInt8]
  ) throws(ReadingError) -> Int {
    var position = UInt64(headerBytes) &+ (frame &+ 1) &* stride
    var commits = 0
    while position &+ stride <= file.status.size {
      let header = try file.bytes(at: position, count: frameHeaderBytes)
      guard header.count == frameHeaderBytes, header[8..<16].elementsEqual(salts) else { break }
      if header.stored32(4) > 0 { commits += 1 }
      position = position &+ stride
    }
    return commits
  }

  /// Why SQLite would not read a log with this header; the checksum is looked at elsewhere.
  private static func objection(to header: [UInt8]) -> String? {
    if header.count < headerBytes { return "the log is shorter than its header" }
    if header.stored32(0) & 0xFFFF_FFFE != 0x377F_0682 {
      return "the log has not a log's beginning"
    }
    if header.stored32(4) != 3_007_000 { return "log of unknown version \(header.stored32(4))" }
    let size = header.stored32(8)
    if size > 65536 || !DatabaseHeader.isPageSize(Int(size)) { return "log of page size \(size)" }
    return nil
  }
}

/// The running checksum of a write-ahead log (file format section 4.2, "Checksum Algorithm").
struct FrameChecksum {
  private(set) var first: UInt32 = 0
  private(set) var second: UInt32 = 0

  /// Adds `bytes`, a multiple of eight, as 32-bit words of the order the log's header names.
  mutating func add(_ bytes: UnsafeRawBufferPointer, bigEndian: Bool) {
    var one = first
    var two = second
    var at = 0
    while at + 8 <= bytes.count {
      let left = unsafe bytes.loadUnaligned(fromByteOffset: at, as: UInt32.self)
      let right = unsafe bytes.loadUnaligned(fromByteOffset: at + 4, as: UInt32.self)
      one = one &+ (bigEndian ? UInt32(bigEndian: left) : UInt32(littleEndian: left)) &+ two
      two = two &+ (bigEndian ? UInt32(bigEndian: right) : UInt32(littleEndian: right)) &+ one
      at += 8
    }
    first = one
    second = two
  }
}
