internal import SystemPackage
internal import VaultFormat

/// Whether a vault, which the caller has claimed, is as it was sealed.
struct SealCheck {
  private let vault: OpenedVault
  private let records: SealRecords
  private let monitor: ActMonitor
  /// Whether objects may be missing because they were restored already.
  var isUnderWay = false
  /// What the vault should hold, where that is not what its newest manifest lists.
  var expected: ManifestTable?
  /// Whether contents in blocks are read too; else they are checked when they are used.
  var isReadingContents = false

  init(_ vault: OpenedVault, _ records: SealRecords, _ monitor: ActMonitor) {
    self.vault = vault
    self.records = records
    self.monitor = monitor
  }

  /// Says what is there and what is not as it was sealed; what an act that was cut off leaves is no such
  /// thing.
  func run() throws(VaultError) -> VaultReport {
    var report = try VaultVerification.run(
      vault, records: records, readingContents: isReadingContents, claiming: false,
      expecting: expected, monitor)
    report.findings = report.findings.filter { finding in
      if finding.kind == .added, Self.isOfAct(finding.file) { return false }
      guard isUnderWay else { return true }
      // The rests of long names outlive their objects.
      if finding.kind == .added, finding.file.hasSuffix(DiskName.restSuffix) { return false }
      // Their digests stand in heads that are compared, and are when they are restored.
      let isOfAttributes = finding.file.hasPrefix("\(VaultNames.attributes.text)/")
      return finding.kind != .missing && finding.kind != .metadata && !isOfAttributes
    }
    return report
  }

  private static func isOfAct(_ file: String) -> Bool {
    file == VaultNames.journal.text || file == VaultNames.log.text
      || file.hasPrefix("\(VaultNames.new.text)/")
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
