import ByteReading
import Glibc
import Synchronization
public import SystemPackage

/// Where may be looked, and the one door through which everything is opened.
///
/// It keeps what must be said afterwards: below which folders reading may have changed access times.
public final class EvidenceTree: Sendable {
  /// How far settings and links may lead.
  public enum Scope: Equatable, Sendable {
    /// This machine, beginning at somebody's home: a setting that names another place is followed.
    case machine
    /// One file or folder: nothing outside of it is opened.
    case below(FilePath)
    /// A mounted image or backup: its root stands for `/` and for drive `C:`.
    case image(FilePath)
  }

  /// How far settings and links may lead.
  public let scope: Scope
  private let unprotected = Mutex<Set<FilePath>>([])

  /// Makes a door to what is in scope.
  public init(_ scope: Scope) {
    self.scope = scope
  }

  /// Opens a file as evidence.
  /// - Throws: `EvidenceError`.
  public func open(_ path: FilePath) throws(EvidenceError) -> EvidenceFile {
    let file = try EvidenceFile(path)
    if file.mayChangeAccessTime { note(path.removingLastComponent()) }
    return file
  }

  /// Lists a folder as evidence.
  /// - Throws: `EvidenceError`.
  public func list(_ path: FilePath) throws(EvidenceError) -> FolderListing {
    let listing = try FolderListing(path)
    if listing.mayChangeAccessTime { note(path) }
    return listing
  }

  /// The status of what is at `path`, a link itself.
  /// - Throws: `EvidenceError`.
  public func status(_ path: FilePath) throws(EvidenceError) -> FileStatus {
    try FileStatus.of(path)
  }

  /// Whether there is a folder at `path` (a link is none).
  public func isFolder(_ path: FilePath) -> Bool {
    (try? FileStatus.of(path))?.kind == .folder
  }

  /// Whether there is a regular file at `path` (a link is none).
  public func isFile(_ path: FilePath) -> Bool {
    (try? FileStatus.of(path))?.kind == .file
  }

  /// The whole of a small file.
  /// - Throws: `EvidenceError`; `fileTooLarge` past `limit` bytes.
  public func contents(
    _ path: FilePath, limit: Int = 16 << 20
  ) throws(EvidenceError) -> [UInt8] {
    let file = try open(path)
    guard file.status.size <= UInt64(limit) else { throw EvidenceError(.fileTooLarge, path) }
    return try file.prefix(limit)
  }

  /// Records that access times at `folder` may have changed, once a folder.
  public func note(_ folder: FilePath) {
    unprotected.withLock { _ = $0.insert(folder) }
  }

  /// Whether reading may have set access times at or below `path`.
  public func mayHaveChangedAccessTimes(below path: FilePath) -> Bool {
    unprotected.withLock { $0.contains { $0.starts(with: path) || path.starts(with: $0) } }
  }
}

extension EvidenceFile {
  /// The first bytes of the file, at most `count` of them.
  /// - Throws: `EvidenceError` where reading fails.
  public func prefix(_ count: Int) throws(EvidenceError) -> [UInt8] {
    let wanted = min(UInt64(max(0, count)), status.size)
    var bytes = [UInt8](repeating: 0, count: Int(wanted))
    var filled = 0
    while filled < bytes.count {
      let from = filled
      do {
        let got = try unsafe bytes.withUnsafeMutableBytes { buffer throws(ReadingError) in
          try unsafe read(
            at: UInt64(from), into: UnsafeMutableRawBufferPointer(rebasing: buffer[from...]))
        }
        if got == 0 { break }
        filled += got
      } catch {
        throw EvidenceError(.ioError, path)
      }
    }
    bytes.removeLast(bytes.count - filled)
    return bytes
  }
}
