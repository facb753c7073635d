public import ByteReading
public import EvidenceFiles
public import SystemPackage

/// One committed state of a database: main file, write-ahead log and rollback journal together.
///
/// It alone reads database bytes. Nothing is locked, written or created: the log's index is kept in
/// memory and a `-shm` file is not looked at. Every read is by position, so several threads may
/// share one snapshot.
///
/// What SQLite would do on opening is done in memory: a hot journal's pages come before the main
/// file's, the log's before both. Like SQLite, a log counts whatever the main file's header says of
/// the journal mode.
public final class DatabaseSnapshot: Sendable {
  /// The path of the main file.
  public let path: FilePath
  /// The size of a page in bytes.
  public let pageSize: Int
  /// Bytes at the end of every page that the database does not use.
  public let reservedBytes: Int
  /// The number of pages as of this commit; a truncated file has fewer.
  public let pageCount: UInt32
  /// How texts are stored.
  public let textEncoding: TextEncoding
  /// The number by which an application marks its files (`PRAGMA application_id`).
  public let applicationID: UInt32
  /// The number an application keeps its schema's version in (`PRAGMA user_version`).
  public let userVersion: Int32
  /// The number that changes with the schema.
  public let schemaCookie: UInt32
  /// The main file, then the log and the journal where they exist.
  public let files: [EvidenceFile]
  /// What was found about the files; findings about trees and rows are with their readers.
  public let findings: [DatabaseFinding]

  private let main: EvidenceFile
  /// The number of pages the main file stands for.
  private let mainPages: UInt32
  /// The highest page a link may lead to: what there is counts even where a damaged header says
  /// less.
  let lastPage: UInt32
  /// The log's pages, then the journal's.
  private let overlays: [PageOverlay]
  private let state: SnapshotState

  /// Opens the database at `path` with `path-wal` and `path-journal` beside it.
  /// - Throws: `DatabaseError` where there is no database to read.
  public init(_ path: FilePath) throws(DatabaseError) {
    let logPath = path.appendingToName("-wal")
    let journalPath = path.appendingToName("-journal")
    var findings: [DatabaseFinding] = []
    do throws(EvidenceError) {
      main = try EvidenceFile(path)
    } catch {
      let reason =
        error.errno == .isDirectory ? "a folder, not a database" : error.errno.description
      throw DatabaseError(.unreadable, path, errno: error.errno, reason)
    }
    let journalFile = Self.companion(journalPath, &findings)
    let logFile = Self.companion(logPath, &findings)
    do throws(ReadingError) {
      var state = try SnapshotState(
        main: main, log: logFile, logPath: logPath, journal: journalFile, journalPath: journalPath)
      let first = try main.bytes(at: 0, count: DatabaseHeader.byteCount)
      let size = main.status.size
      var log = try logFile.map { file throws(ReadingError) in try WriteAheadLog(file) }
      if let log { try state.noteCommit(log) }
      if size == 0, log?.overlay == nil {
        throw ReadingError(.torn, at: 0, "")
      }
      var journal =
        try size == 0
        ? nil
        : journalFile.map { file throws(ReadingError) in
          try RollbackJournal(file, mainPageSize: DatabaseHeader(first)?.pageSize)
        }
      findings += (journal?.findings ?? []) + (log?.findings ?? [])

      var header = try Self.header(first, log?.overlay, journal?.overlay)
      if let found = header, let stale = log, stale.overlay != nil,
        stale.pageSize != found.pageSize,
        let file = logFile
      {
        log = nil
        header = try Self.header(first, nil, journal?.overlay)
        findings.append(
          DatabaseFinding(
            .walIgnored, file.path, at: 8,
            "the log's page size is \(stale.pageSize), the database's \(found.pageSize)"))
      }
      if let found = header, let stale = journal, stale.overlay != nil,
        stale.pageSize != found.pageSize, let file = journalFile
      {
        journal = nil
        header = try Self.header(first, log?.overlay, nil)
        findings.append(
          DatabaseFinding(
            .journalIgnored, file.path, at: 24,
            "the journal's page size is \(stale.pageSize), the database's \(found.pageSize)"))
      }
      guard let header else { throw ReadingError(.malformed, at: 0, "") }

      let stored = UInt64(header.pageSize)
      let filePages = UInt32(clamping: (size &+ stored &- 1) / stored)
      mainPages = min(filePages, journal?.pageCount ?? .max)
      let present = log?.overlay != nil ? log?.pageCount ?? 0 : journal?.pageCount ?? filePages
      pageCount = log?.overlay != nil ? present : header.pageCount ?? present
      lastPage = max(pageCount, present)
      if log?.overlay != nil, size == 0, let file = logFile {
        findings.append(
          DatabaseFinding(
            .walAlone, file.path, at: 0, "the main file is empty; all there is is in its log"))
      }
      overlays = [log?.overlay, journal?.overlay].compactMap(\.self)
      if log?.overlay == nil, pageCount > present || size % stored != 0 {
        findings.append(
          DatabaseFinding(
            .truncated, path, at: size,
            "the file ends in page \(size / stored &+ 1) of \(pageCount)"))
      }
      pageSize = header.pageSize
      reservedBytes = header.reservedBytes
      textEncoding = header.textEncoding
      applicationID = header.applicationID
      userVersion = header.userVersion
      schemaCookie = header.schemaCookie
      self.state = state
    } catch {
      throw Self.failure(error, main)
    }
    self.path = path
    self.findings = findings
    files = [main, logFile, journalFile].compactMap(\.self)
  }

  /// Whether the files still are what they were when the snapshot was taken, so that everything
  /// read from it belongs to one commit.
  ///
  /// Compared are the main file's header with its change counter, its size and time, the journal's
  /// presence, header, size and time, and the log's salts and committed frames. Frames a writer has
  /// appended since do not matter.
  public func isUnchanged() -> Bool {
    state.holds()
  }

  /// Reads page `number` as of this commit into the first `pageSize` bytes of `buffer`.
  /// - Throws: `ReadingError` whose offset is that of the page in the file it is in.
  public func readPage(
    _ number: UInt32, into buffer: UnsafeMutableRawBufferPointer
  ) throws(ReadingError) {
    guard buffer.count >= pageSize else {
      throw ReadingError(.overlong, at: 0, "the buffer holds less than a page")
    }
    let run = try run(from: number, limit: 1)
    let page = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[..<pageSize])
    guard try unsafe run.file.fill(page, at: run.offset) == pageSize else {
      throw ReadingError(.torn, at: run.offset, "page \(number) is cut off")
    }
  }

  /// The file that holds page `page`, and the page's offset there in bytes.
  public func location(ofPage page: UInt32) -> (path: FilePath, offset: UInt64) {
    let place = place(of: page)
    return (place.file.path, place.offset)
  }

  /// Pages that follow one another in one file.
  struct PageRun {
    var file: EvidenceFile
    var offset: UInt64
    var count: Int
  }

  /// The pages from `page` on, at most `limit`, that follow one another in the file `page` is in.
  func run(from page: UInt32, limit: Int) throws(ReadingError) -> PageRun {
    let place = place(of: page)
    guard isContent(page) else {
      throw ReadingError(.malformed, at: place.offset, "there is no page \(page)")
    }
    guard place.file === main else {
      return PageRun(file: place.file, offset: place.offset, count: 1)
    }
    guard page <= mainPages else {
      throw ReadingError(.torn, at: place.offset, "page \(page) is behind the end of the file")
    }
    var end = UInt64(mainPages) + 1
    for overlay in overlays {
      if let next = overlay.firstPage(from: page) { end = min(end, UInt64(next)) }
    }
    let count = min(end &- UInt64(page), UInt64(max(1, limit)))
    return PageRun(file: place.file, offset: place.offset, count: Int(count))
  }

  /// Whether `page` can be part of a tree or a chain.
  func isContent(_ page: UInt32) -> Bool {
    page >= 1 && page <= lastPage && page != Self.lockPage(pageSize: pageSize)
  }

  /// Bytes of a page that the database uses.
  var usableSize: Int { pageSize - reservedBytes }

  /// The page around the byte at 1 GiB, which locks are taken on and nothing is stored in (file
  /// format section 1.4, "The Lock-Byte Page").
  static func lockPage(pageSize: Int) -> UInt32 {
    UInt32(0x4000_0000 / max(1, pageSize)) + 1
  }

  private func place(of page: UInt32) -> (file: EvidenceFile, offset: UInt64) {
    for overlay in overlays {
      if let offset = overlay.offset(of: page) { return (overlay.file, offset) }
    }
    return (main, (UInt64(page) &- min(UInt64(page), 1)) &* UInt64(pageSize))
  }

  private static func companion(
    _ path: FilePath, _ findings: inout [DatabaseFinding]
  ) -> EvidenceFile? {
    do throws(EvidenceError) {
      return try EvidenceFile(path)
    } catch {
      if !error.isAbsence {
        findings.append(
          DatabaseFinding(.companionUnreadable, path, at: 0, error.errno.description))
      }
      return nil
    }
  }

  /// The header of page 1 as the overlays and the main file's first bytes give it.
  private static func header(
    _ first: [UInt8], _ overlays: PageOverlay?...
  ) throws(ReadingError) -> DatabaseHeader? {
    for case let overlay? in overlays {
      if let offset = overlay.offset(of: 1) {
        return DatabaseHeader(
          try overlay.file.bytes(at: offset, count: DatabaseHeader.byteCount))
      }
    }
    return DatabaseHeader(first)
  }

  /// Says of a file that gave no header what it seems to be.
  private static func failure(_ error: ReadingError, _ file: EvidenceFile) -> DatabaseError {
    let size = file.status.size
    if error.code == .torn, size == 0 {
      return DatabaseError(.empty, file.path, offset: 0, "the file is empty")
    }
    guard error.code == .malformed, let first = try? file.bytes(at: 0, count: 100) else {
      return DatabaseError(.unreadable, file.path, offset: error.offset, error.text)
    }
    if first.starts(with: DatabaseHeader.magic) {
      return size < 100
        ? DatabaseError(.malformed, file.path, offset: size, "the file ends within its header")
        : DatabaseError(.malformed, file.path, offset: 16, "impossible page size or reserved bytes")
    }
    // SQLCipher and its like encrypt the first page whole; their files are whole pages all the
    // same.
    let isText = first.prefix(16).allSatisfy { $0 == 9 || $0 == 10 || $0 == 13 || (32..<127) ~= $0 }
    let isZero = first.prefix(16).allSatisfy { $0 == 0 }
    if size >= 512, size % 512 == 0, !isText, !isZero {
      return DatabaseError(
        .encryptedOrUnknown, file.path, offset: 0,
        "pages, but not the beginning of a database: probably encrypted")
    }
    return DatabaseError(.notADatabase, file.path, offset: 0, "not a SQLite database")
  }
}

extension FilePath {
  /// The path with `suffix` behind its last component, whatever bytes the name has.
  func appendingToName(_ suffix: String) -> FilePath {
    var characters: [CInterop.PlatformChar] = []
    unsafe withPlatformString { text in
      var at = 0
      while unsafe text[at] != 0 {
        unsafe characters.append(text[at])
        at += 1
      }
    }
    characters += suffix.utf8.map { CInterop.PlatformChar(bitPattern: $0) } + [0]
    return FilePath(platformString: characters)
  }
}
