internal import Secrets
internal import SystemPackage
internal import VaultFormat

/// What stands in the vault's own folder: the headers, the manifests, and what should not be there.
struct VaultSurvey {
  /// What was found so far.
  private(set) var report = VaultReport()
  /// The newest manifest that can be read.
  private(set) var manifest: ManifestFile?

  private let vault: OpenedVault
  private let workspace: ObjectWorkspace

  init(_ vault: OpenedVault, _ workspace: ObjectWorkspace) throws(VaultError) {
    self.vault = vault
    self.workspace = workspace
    report.findings = vault.headerFiles.findings(vault.header.header)
    try readManifests()
    try lookForOthers()
  }

  private mutating func add(
    _ kind: VaultFinding.Kind, _ file: FileName, _ text: String
  ) {
    report.findings.append(VaultFinding(kind, file: file.text, text))
  }

  /// Notes why the log cannot be taken up.
  mutating func noteLog(_ error: VaultError) {
    let log = VaultNames.log.text
    for number in report.findings.indices where report.findings[number].file == log {
      report.findings[number].text += ", and cannot be taken up: \(error.text)"
    }
  }

  // MARK: - Manifests

  private mutating func readManifests() throws(VaultError) {
    let counters = try ManifestFile.counters(in: vault.folder)
    guard let newest = counters.first else { return }
    manifest = try read(newest)
    if let manifest {
      switch VaultHeaderCheck(vault.header.header, manifest.header) {
      case .sealed: break
      case .unfinished:
        add(
          .header, VaultNames.headers[0],
          "a change of keys was cut off; the next command that changes the vault finishes it")
      case .putBack(let text):
        for name in VaultNames.headers { add(.header, name, text) }
      }
    }
    // The one before is kept for telling how things were, and must be the one that it follows.
    if newest > 1 {
      let name = VaultNames.manifest(newest - 1)
      if counters.contains(newest - 1) {
        let before = try read(newest - 1)
        if let manifest, let before, manifest.header.previous != before.digest {
          add(.rolledBack, name, "is not the manifest that the newest one follows")
        }
        if manifest == nil { manifest = before }
      } else {
        add(.missing, name, "is missing")
      }
    }
    for old in counters where old != newest && old != newest - 1 {
      add(.added, VaultNames.manifest(old), "is an old manifest that should be gone")
    }
    report.counter = manifest?.header.counter
    report.sealed = manifest?.header.sealed
  }

  private mutating func read(_ counter: UInt64) throws(VaultError) -> ManifestFile? {
    do throws(ObjectFault) {
      return try ManifestFile(counter, of: vault.header.header.vaultID, in: vault.folder, workspace)
    } catch {
      report.findings.append(
        try error.finding(path: nil, file: VaultNames.manifest(counter).text))
      return nil
    }
  }

  // MARK: - The rest of the folder

  private mutating func lookForOthers() throws(VaultError) {
    let known = Set(VaultNames.headers)
    let epochs = vault.header.header.epochs.map(\.number)
    for name in try vault.folder.names().sorted() {
      let isFolder = try vault.folder.facts(of: name)?.kind == .folder
      if known.contains(name) || VaultNames.counter(ofManifest: name) != nil { continue }
      if let epoch = VaultNames.epoch(ofTree: name) {
        if !epochs.contains(epoch) {
          add(.added, name, "is the tree of an epoch that the header does not name")
        } else if !isFolder {
          add(.changed, name, "is no folder")
        }
        continue
      }
      switch name {
      case VaultNames.attributes where isFolder: break
      case VaultNames.journal: try lookAtJournal()
      case VaultNames.newHeader: add(.added, name, "was left by a change of keys that was cut off")
      case VaultNames.log:
        report.wasOpen = true
        add(.added, name, "was left by a vault that was open and not closed")
      case VaultNames.new where isFolder, VaultNames.erasing where isFolder:
        for entry in try vault.folder.folder(name).names().sorted() {
          report.findings.append(
            VaultFinding(
              .added, file: "\(name.text)/\(entry.text)", "was left by an act that was cut off"))
        }
      default: add(.added, name, "does not belong to the vault")
      }
    }
    if epochs.count > 1 {
      add(
        .header, VaultNames.headers[0],
        "the keys are being rotated; `key rotate` goes on where it was cut off")
    }
    let tree = VaultNames.tree(vault.header.keys.last.number)
    let isTreeThere = try vault.folder.facts(of: tree) != nil
    if epochs.count == 1, !isTreeThere {
      add(.missing, tree, "is missing")
    }
    if manifest == nil, report.interrupted == nil {
      add(.missing, VaultNames.manifest(1), "there is no manifest that can be read")
    }
  }

  private mutating func lookAtJournal() throws(VaultError) {
    let vaultID = vault.header.header.vaultID
    var text = "belongs to no act on this vault"
    do throws(VaultError) {
      if let journal = try JournalFile.header(in: vault.folder, vaultID, vault.header.keys) {
        report.interrupted = journal.act
        text = "an act was cut off: \(journal.act)"
      }
    } catch {
      text = error.text
    }
    add(.added, VaultNames.journal, text)
  }

  // MARK: - What this machine remembers

  /// Compares with this machine's record of the vault.
  mutating func compare(with records: SealRecords) throws(VaultError) {
    let header = vault.header.header
    let file = manifest.map { VaultNames.manifest($0.header.counter) } ?? VaultNames.headers[0]
    do throws(VaultError) {
      for other in try records.all() where other.vaultID != header.vaultID {
        if other.vault == vault.path {
          add(
            .header, VaultNames.headers[0],
            "another vault was sealed here: \(other.vaultID.hex), not \(header.vaultID.hex)")
        }
      }
      guard let record = try records.record(of: header.vaultID) else { return }
      report.isKnownHere = true
      if header.generation < record.headerGeneration {
        for name in VaultNames.headers {
          add(
            .header, name,
            "is of generation \(header.generation), and this machine has seen \(record.headerGeneration)"
          )
        }
      }
      let newest = manifest?.header.counter ?? 0
      for counter in [record.counter &- 1, record.counter]
      where counter > newest && counter <= record.counter {
        let name = VaultNames.manifest(counter)
        if try vault.folder.facts(of: name) != nil { continue }
        add(.missing, name, "is missing, and this machine has seen it")
      }
      guard let manifest else { return }
      if manifest.header.counter < record.counter {
        add(
          .rolledBack, file,
          "the whole vault is an earlier state: counter \(manifest.header.counter), "
            + "and this machine has sealed \(record.counter)")
      } else if manifest.header.counter == record.counter, manifest.digest != record.manifest {
        add(
          .rolledBack, file,
          "is another state than the one that this machine sealed under the same counter: a fork")
      }
    } catch {
      add(.header, file, "this machine's record of the vault: \(error.text)")
    }
  }
}
