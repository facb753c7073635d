public struct RecoveryReport: Sendable, Equatable {
  public var objects = 0
  public var names = 0
  public var bytes: UInt64 = 0
  public var findings: [VaultFinding] = []
  public var isEmpty: Bool { true }
}
enum LogRecovery {
  static func run(_ vault: OpenedVault, records: SealRecords, accepting: Bool = false, _ monitor: ActMonitor) throws(VaultError) -> RecoveryReport? { nil }
}
