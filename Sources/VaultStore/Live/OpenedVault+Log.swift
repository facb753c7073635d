/// Vaults that were open and not closed.
extension OpenedVault {
  /// Takes up the log of a vault that was open and not closed, as whoever changes the vault does first.
  /// - Returns: What was brought back; nil where there is no log.
  /// - Throws: `VaultError`; `inUse` where the vault is open, `damaged` where it is not as it was sealed and
  ///   the log does not account for that.
  public func takeUpLog(
    records: SealRecords = .standard, _ monitor: ActMonitor = ActMonitor()
  ) throws(VaultError) -> RecoveryReport? {
    guard try folder.facts(of: VaultNames.log) != nil else { return nil }
    let claim = try folder.claim()
    defer { withExtendedLifetime(claim) {} }
    return try LogRecovery.run(self, records: records, monitor)
  }
}
