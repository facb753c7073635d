/// What a restore did, and what it kept.
public struct RestoreReport: Sendable {
  /// Files that are back, symbolic links with them, and the size of their contents.
  public var restored = FileCount()
  /// What was found in the store's folder and is not of the vault: where it was moved, and why.
  public var kept: [NotTaken] = []
  /// What of owners and attributes could not be set.
  public var attributesNotSet: [NotTaken] = []
  /// What stays in the vault as well, because its owner or attributes cannot be given back here.
  public var withheld: [NotTaken] = []
  /// Objects that are not as they were sealed, and stay in the vault.
  public var damaged: [NotTaken] = []

  /// What was brought back of a vault that was open and not closed, before it was restored.
  public var recovery: RecoveryReport?
  /// In which ways the vault was not as it was sealed, where that was accepted.
  public var findings: [VaultFinding] = []

  /// Whether everything is back and the vault is gone.
  public var isComplete: Bool { damaged.isEmpty && withheld.isEmpty }
}
