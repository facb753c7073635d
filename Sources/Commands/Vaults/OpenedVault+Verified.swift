import ByteReading
import Reporting
import VaultStore

extension OpenedVault {
  /// Checks every byte, with a line that says how far it is.
  /// - Throws: `Failure` for what kept it from looking.
  func verified() throws(Failure) -> VerificationDocument {
    let report = try ActRun.run { (monitor) throws(VaultError) in
      try VaultVerification.run(self, monitor)
    }
    var document = VerificationDocument(
      vault: path, checked: FileSum(report.files),
      findings: report.findings.map {
        ListedFinding($0.kind.rawValue, StoredText(bytes: $0.path ?? Array($0.file.utf8)), $0.text)
      })
    document.interrupted = report.wasOpen ? "open" : report.interrupted.map { $0.word }
    document.isKnown = report.isKnownHere
    return document
  }
}
