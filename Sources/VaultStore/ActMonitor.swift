internal import Synchronization
internal import SystemPackage

/// How far an act on a store is.
public struct StoreProgress: Sendable, Equatable {
  /// What is being done.
  public enum Phase: Sendable, Equatable {
    /// Looking at what is there.
    case looking
    /// Writing it into the vault, and erasing it.
    case locking
    /// Writing it back.
    case restoring
    /// Sealing the vault, or taking it away.
    case finishing
    /// Checking every byte.
    case verifying
    /// Writing everything anew under new keys.
    case rotating
  }

  /// What is being done.
  public var phase: Phase
  /// Bytes of contents done, those of files half done in part.
  public var bytes: UInt64
  /// Bytes of contents to do.
  public var totalBytes: UInt64
  /// Files done.
  public var files: UInt64
  /// Files to do.
  public var totalFiles: UInt64
}

/// Tells how far an act is, and asks whether to go on.
///
/// Both are called from several threads.
public final class ActMonitor: Sendable {
  private let report: @Sendable (StoreProgress) -> Void
  private let isInterrupted: @Sendable () -> Bool
  private let state = Mutex(
    StoreProgress(phase: .looking, bytes: 0, totalBytes: 0, files: 0, totalFiles: 0))
  private let passes = Atomic<UInt64>(0)

  /// Every byte of contents passes through an act this often: written, compared, removed.
  static let passesPerByte: UInt64 = 3

  /// Makes a monitor.
  public init(
    report: @escaping @Sendable (StoreProgress) -> Void = { _ in },
    isInterrupted: @escaping @Sendable () -> Bool = { false }
  ) {
    self.report = report
    self.isInterrupted = isInterrupted
  }

  /// Ends the act where the user wants it to end; asked wherever it may be cut off.
  /// - Throws: `VaultError` with `interrupted`.
  func check(_ path: @autoclosure () -> FilePath) throws(VaultError) {
    if isInterrupted() {
      throw VaultError(
        .interrupted, path(), "interrupted", hint: "the same command goes on where it stopped")
    }
  }

  /// Begins a phase.
  func begin(_ phase: StoreProgress.Phase, bytes: UInt64? = nil, files: UInt64? = nil) {
    tell { progress in
      progress.phase = phase
      if let bytes { progress.totalBytes = bytes }
      if let files { progress.totalFiles = files }
    }
  }

  /// Counts bytes that have passed once.
  func passed(_ bytes: UInt64) {
    let total = passes.add(bytes, ordering: .relaxed).newValue
    tell { $0.bytes = max($0.bytes, min(total / Self.passesPerByte, $0.totalBytes)) }
  }

  /// Counts bytes that are done.
  func done(bytes: UInt64) {
    tell { $0.bytes += bytes }
  }

  /// Counts files that are done.
  func done(files: Int) {
    tell { $0.files += UInt64(files) }
  }

  private func tell(_ change: (inout StoreProgress) -> Void) {
    report(
      state.withLock { progress in
        change(&progress)
        return progress
      })
  }
}
