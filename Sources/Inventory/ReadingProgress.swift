public import Synchronization

/// How far a scan has come, for a line on the terminal; written by all workers.
public final class ReadingProgress: Sendable {
  /// Folders listed.
  public let folders = Atomic<Int>(0)
  /// Files looked into while searching.
  public let files = Atomic<Int>(0)
  /// Parts of stores that were read.
  public let partsDone = Atomic<Int>(0)
  /// Parts of stores that are known.
  public let parts = Atomic<Int>(0)

  /// Makes a progress at the beginning.
  public init() {}
}
