public import VaultFormat

/// What a verification found.
public struct VaultReport: Sendable {
  /// Files and links that were looked at, and the size of their contents.
  public var files = FileCount()
  /// What is not as it was sealed; empty where all is well.
  public var findings: [VaultFinding] = []
  /// The act that was cut off, where the vault has a journal.
  public var interrupted: JournalAct?
  /// Whether the vault was open and not closed: what was changed since it was sealed is in its log.
  public var wasOpen = false
  /// The counter of the manifest that the vault was compared with; nil where there is none.
  public var counter: UInt64?
  /// When that was sealed, in seconds since 1970.
  public var sealed: UInt64?
  /// Whether this machine had a record of the vault to compare with.
  public var isKnownHere = false

  /// Whether every byte is as it was sealed.
  public var isOK: Bool { findings.isEmpty }
}
