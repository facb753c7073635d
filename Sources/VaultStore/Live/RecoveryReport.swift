/// What a vault's log has brought back after a crash.
public struct RecoveryReport: Sendable, Equatable {
  /// The number of objects whose contents or attributes were changed, or that are new.
  public var objects = 0
  /// The number of names that were given or taken away.
  public var names = 0
  /// The number of bytes of pages that were written.
  public var bytes: UInt64 = 0
  /// When the log was written to last, as the file system says.
  public var written: FileFacts.Time
  /// What is not as it was sealed and the log does not account for; where there is anything, the vault has
  /// not been sealed anew.
  public var findings: [VaultFinding] = []

  /// Whether there was nothing to bring back: all that was promised was sealed already.
  public var isEmpty: Bool { objects == 0 && names == 0 }
}
