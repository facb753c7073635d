internal import ByteReading
internal import EvidenceFiles
internal import Glibc
internal import SystemPackage

/// The state of a database's files that must be the same before and after for a reading to hold.
struct SnapshotState: Sendable {
  /// What tells one state of a file from another, from outside.
  struct Mark: Equatable, Sendable {
    var device: UInt64
    var inode: UInt64
    var size: UInt64
    var modified: Int64

    init(_ status: FileStatus) {
      device = status.device
      inode = status.inode
      size = status.size
      modified = status.modified
    }

    /// The mark of what is at `path` now, nil where nothing is.
    static func of(_ path: FilePath) -> Mark? {
      (try? FileStatus.of(path)).map(Mark.init)
    }
  }

  /// The marks of a database's main file, journal and log.
  struct Marks: Equatable {
    private var marks: [Mark?]

    init(_ path: FilePath) {
      marks = ["", "-journal", "-wal"].map { .of(path.appendingToName($0)) }
    }

    /// Whether a writer changed the files of `path` since, or may have: what fails to open then may
    /// be half of a commit rather than damage.
    func mayBeBetweenWrites(_ path: FilePath) -> Bool {
      let now = Marks(path)
      return now != self
        || now.marks.contains { $0.map { SnapshotState.isFresh($0.modified) } ?? false }
    }
  }

  /// Whether a file changed at `modified`, in nanoseconds since 1970, may change again and keep that
  /// time: the kernel stamps files with the time of its last tick, at most 10 ms old.
  private static func isFresh(_ modified: Int64) -> Bool {
    var now = timespec()
    unsafe clock_gettime(CLOCK_REALTIME_COARSE, &now)
    let nanoseconds = Int64(now.tv_sec) &* 1_000_000_000 &+ Int64(now.tv_nsec)
    return modified > nanoseconds &- 20_000_000 && modified < nanoseconds &+ 20_000_000
  }

  private let main: EvidenceFile
  private let mainMark: Mark
  private let mainHeader: [UInt8]
  private let journal: EvidenceFile?
  private let journalPath: FilePath
  private let journalHeader: [UInt8]
  private let log: EvidenceFile?
  private let logPath: FilePath
  private let logHeader: [UInt8]
  private var committedEnd: UInt64 = 0
  private var lastFrameStart: UInt64 = 0
  private var lastFrame: [UInt8] = []
  private var nextFrame: [UInt8] = []
  /// Whether the main file was last changed so shortly before that its time may not tell the next
  /// change.
  private let mayChangeUnseen: Bool

  init(
    main: EvidenceFile, log: EvidenceFile?, logPath: FilePath, journal: EvidenceFile?,
    journalPath: FilePath
  ) throws(ReadingError) {
    self.main = main
    mainMark = Mark(main.status)
    mayChangeUnseen = Self.isFresh(main.status.modified)
    mainHeader = try main.bytes(at: 0, count: DatabaseHeader.byteCount)
    self.log = log
    self.logPath = logPath
    logHeader = try log?.bytes(at: 0, count: WriteAheadLog.headerBytes) ?? []
    self.journal = journal
    self.journalPath = journalPath
    journalHeader = try journal?.bytes(at: 0, count: 28) ?? []
  }

  /// Notes where the log's last commit ends.
  ///
  /// Its header's checksum runs over all frames before.
  mutating func noteCommit(_ log: WriteAheadLog) throws(ReadingError) {
    committedEnd = log.committedEnd
    guard let file = self.log else { return }
    let size = WriteAheadLog.frameHeaderBytes
    if log.overlay != nil {
      let stride = UInt64(size + log.pageSize)
      lastFrameStart = committedEnd &- min(committedEnd, stride)
      lastFrame = try file.bytes(at: lastFrameStart, count: size)
    }
    nextFrame = try file.bytes(at: committedEnd, count: size)
  }

  /// Whether everything read since the state was taken belongs to one commit.
  func holds() -> Bool {
    guard let mainNow = try? main.currentStatus(), Mark(mainNow) == mainMark,
      Mark.of(main.path)?.inode == mainMark.inode,
      mainHeader == (try? main.bytes(at: 0, count: DatabaseHeader.byteCount))
    else { return false }
    return journalHolds && logHolds
  }

  private var journalHolds: Bool {
    guard let journal else { return Mark.of(journalPath) == nil }
    return Mark.of(journalPath) == Mark(journal.status)
      && journalHeader == (try? journal.bytes(at: 0, count: 28))
  }

  /// Commits appended to the log change nothing before them, as long as no checkpoint has written
  /// to the main file; only where its time could not tell is an unchanged end of the log asked for
  /// too.
  private var logHolds: Bool {
    guard let log else { return Mark.of(logPath) == nil || !mayChangeUnseen }
    let size = WriteAheadLog.frameHeaderBytes
    guard logHeader == (try? log.bytes(at: 0, count: WriteAheadLog.headerBytes)) else {
      return false
    }
    if !lastFrame.isEmpty {
      guard lastFrame == (try? log.bytes(at: lastFrameStart, count: size)) else { return false }
    }
    guard mayChangeUnseen else { return true }
    return Mark.of(logPath)?.inode == log.status.inode
      && nextFrame == (try? log.bytes(at: committedEnd, count: size))
  }
}
