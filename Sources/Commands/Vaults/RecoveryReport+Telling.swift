import SystemPackage
import VaultStore

extension RecoveryReport {
  /// Says on standard error what a vault that was not closed has brought back.
  func tell(of vault: FilePath) {
    let what =
      isEmpty
      ? "nothing was lost"
      : "what was changed last is back: \(names) \(names == 1 ? "name" : "names"), contents or attributes of "
        + "\(objects)"
    StandardError.write("sotto: \(vault.shown) was open and not closed; \(what)\n")
  }
}

extension OpenedVault {
  /// Takes up the log of a vault that was open and not closed, and says so.
  /// - Throws: `Failure` where it cannot be taken up.
  func takeUpLogTelling() throws(Failure) {
    let report = try ActRun.run { (monitor) throws(VaultError) in
      try self.takeUpLog(monitor)
    }
    report?.tell(of: path)
  }
}
