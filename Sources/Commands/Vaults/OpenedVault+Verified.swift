import ByteReading
import Reporting
import SystemPackage
import VaultStore

extension OpenedVault {
  /// Checks every byte, with a line that says how far it is.
  /// - Throws: `Failure` for what kept it from looking.
  func verified() throws(Failure) -> VerificationDocument {
    let report = try ActRun.run { (monitor) throws(VaultError) in
      try VaultVerification.run(self, monitor)
    }
    return VerificationDocument(report, of: path)
  }
}

extension VerificationDocument {
  /// The document about what a check has found.
  init(_ report: VaultReport, of vault: FilePath) {
    self.init(
      vault: vault, checked: FileSum(report.files),
      findings: report.findings.map {
        ListedFinding($0.kind.rawValue, StoredText(bytes: $0.path ?? Array($0.file.utf8)), $0.text)
      })
    interrupted = report.wasOpen ? "serving" : report.interrupted.map { $0.word }
    isKnown = report.isKnownHere
  }
}
