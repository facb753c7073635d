internal import SystemPackage

/// Whether a vault is as it was sealed, contents in blocks apart: those are checked as they are read.
struct SealCheck {
  private let vault: OpenedVault
  private let records: SealRecords
  private let monitor: ActMonitor
  /// Whether objects may be missing because they were restored already.
  var isUnderWay = false

  init(_ vault: OpenedVault, _ records: SealRecords, _ monitor: ActMonitor) {
    self.vault = vault
    self.records = records
    self.monitor = monitor
  }

  /// Gives the files that are there and what is not as it was sealed; what an act that was cut off
  /// leaves is no such thing.
  func run() throws(VaultError) -> (files: FileCount, findings: [VaultFinding]) {
    let report = try VaultVerification.run(
      vault, records: records, readingContents: false, monitor)
    let findings = report.findings.filter { finding in
      if finding.kind == .added, Self.isOfAct(finding.file) { return false }
      guard isUnderWay else { return true }
      // Their digests stand in heads that are compared, and are when they are restored.
      let isOfAttributes = finding.file.hasPrefix("\(VaultNames.attributes.text)/")
      return finding.kind != .missing && finding.kind != .metadata && !isOfAttributes
    }
    return (report.files, findings)
  }

  private static func isOfAct(_ file: String) -> Bool {
    file == VaultNames.journal.text || file.hasPrefix("\(VaultNames.new.text)/")
      || file.hasPrefix("\(VaultNames.erasing.text)/")
  }

  /// The error of an act that a vault is not fit for.
  static func refusal(
    _ vault: FilePath, _ first: VaultFinding, of count: Int
  ) -> VaultError {
    let place = first.path.map { String(decoding: $0, as: UTF8.self) } ?? first.file
    let others = count == 1 ? "" : ", and \(count - 1) more"
    return VaultError(
      .damaged, vault, "is not as it was sealed: \(place) \(first.text)\(others)",
      hint: "`sotto verify` names everything; `--accept` restores what there is")
  }
}
