internal import SystemPackage
internal import VaultFormat

/// The journal of an act, open for writing on (docs/vault-format.md, "Journal").
///
/// The last record of an object counts: a lock that finds a file in use after its record was written
/// takes it back with one that says the opposite.
///
/// `@unchecked Sendable`: only the thread that carries out the act touches it.
final class JournalFile: @unchecked Sendable {
  /// What is done.
  let header: JournalHeader
  private let file: FileHandle
  private var chain: JournalChain
  private var end: UInt64

  private init(
    _ header: JournalHeader, _ file: FileHandle, _ chain: JournalChain, end: UInt64
  ) {
    self.header = header
    self.file = file
    self.chain = chain
    self.end = end
  }

  /// Begins an act with records that are true from the start; a journal that is there is replaced in
  /// one step.
  static func begin(
    _ act: JournalAct, _ vaultID: ObjectID, _ keys: EpochKeys, in folders: ActFolders,
    with records: [(JournalRecord.Truth, ObjectID)] = []
  ) throws(VaultError) -> JournalFile {
    let header = JournalHeader(
      act: act, epoch: keys.number, vaultID: vaultID, journalID: .random(), begun: Calendar.now(),
      counter: try ManifestFile.counters(in: folders.vault).first ?? 0)
    try folders.new.removeIfThere(VaultNames.journal)
    let file = try folders.new.create(VaultNames.journal)
    var chain = JournalChain(header, keys)
    var bytes = header.bytes(with: keys)
    for (truth, id) in records { bytes += chain.append(truth, id) }
    try file.write(at: 0, bytes)
    try file.sync()
    try folders.new.rename(VaultNames.journal, to: folders.vault, as: VaultNames.journal)
    try folders.vault.sync()
    return JournalFile(header, file, chain, end: UInt64(bytes.count))
  }

  /// What the journal of an act that was cut off begins with; nil where there is none.
  ///
  /// Nothing is changed.
  /// - Parameter known: The counter of the newest manifest that this machine has seen.
  /// - Throws: `VaultError`; `damaged` where the journal is not one of this vault, or was put back.
  static func header(
    in vault: FolderHandle, _ vaultID: ObjectID, _ volume: VolumeKeys, known: UInt64 = 0
  ) throws(VaultError) -> JournalHeader? {
    guard try vault.facts(of: VaultNames.journal) != nil else { return nil }
    let contents = try read(try vault.file(VaultNames.journal), volume)
    try check(contents.header, in: vault, vaultID, known)
    return contents.header
  }

  /// Opens the journal of an act that was cut off; nil where there is none.
  ///
  /// That of an act that was finished but for its journal is removed: its manifest counts instead.
  /// - Parameter known: The counter of the newest manifest that this machine has seen.
  /// - Throws: `VaultError`; `damaged` where the journal is not one of this vault, or was put back.
  static func open(
    in vault: FolderHandle, _ vaultID: ObjectID, _ volume: VolumeKeys, known: UInt64
  ) throws(VaultError) -> JournalFile? {
    guard let header = try header(in: vault, vaultID, volume, known: known) else { return nil }
    if try isFinished(header, in: vault) {
      try vault.remove(VaultNames.journal)
      try vault.sync()
      return nil
    }
    let file = try vault.file(VaultNames.journal, writing: true)
    let contents = try read(file, volume)
    let end = UInt64(contents.goodBytes)
    try file.truncate(to: end)
    return JournalFile(contents.header, file, contents.chain, end: end)
  }

  /// Writes what is the truth of some objects from now on; it is on the medium on return.
  func record(_ truth: JournalRecord.Truth, _ objects: [ObjectID]) throws(VaultError) {
    if objects.isEmpty { return }
    var bytes: [UInt8] = []
    var next = chain
    for object in objects { bytes += next.append(truth, object) }
    try file.write(at: end, bytes)
    try file.syncContents()
    chain = next
    end += UInt64(bytes.count)
  }

  /// Reads what is the truth of every object that has a record.
  func truths(_ volume: VolumeKeys) throws(VaultError) -> [ObjectID: JournalRecord.Truth] {
    var truths: [ObjectID: JournalRecord.Truth] = [:]
    for record in try Self.read(file, volume).records {
      truths[record.object] = record.truth
    }
    return truths
  }

  /// Whether an act was finished but for its journal; a rotation of keys never is, the journal goes
  /// before its last step.
  static func isFinished(
    _ header: JournalHeader, in vault: FolderHandle
  ) throws(VaultError) -> Bool {
    if header.act == .rotating { return false }
    return try newest(in: vault) > header.counter
  }

  private static func newest(in vault: FolderHandle) throws(VaultError) -> UInt64 {
    try ManifestFile.counters(in: vault).first ?? 0
  }

  /// Somebody who has a copy of a finished act's journal could make an act of old go on, and what was
  /// changed since pass for its work.
  private static func check(
    _ header: JournalHeader, in vault: FolderHandle, _ vaultID: ObjectID, _ known: UInt64
  ) throws(VaultError) {
    let path = vault.path.appending(VaultNames.journal)
    guard header.vaultID == vaultID else {
      throw VaultError(.damaged, path, "is another vault's")
    }
    let newest = try newest(in: vault)
    // How often an act seals the vault: not at all, at its end, or with the new epoch in the header and
    // with the new tree.
    let seals: UInt64 =
      switch header.act {
      case .restoring: 0
      case .locking: 1
      case .rotating: 2
      }
    if newest >= header.counter, newest - header.counter <= seals, known <= newest { return }
    // At the end of a restore the manifests go after the tree.
    let isTreeThere = try vault.names().contains { VaultNames.epoch(ofTree: $0) != nil }
    guard newest < header.counter, !isTreeThere else {
      throw VaultError(.damaged, path, "is that of an earlier act, which was put back")
    }
  }

  private static func read(
    _ file: FileHandle, _ volume: VolumeKeys
  ) throws(VaultError) -> JournalContents {
    let bytes = try file.readAll(limit: 1 << 34)
    do throws(VaultFormatError) {
      let claimed = try JournalHeader(parsing: Array(bytes.prefix(JournalHeader.count)))
      guard let keys = volume[claimed.epoch] else {
        throw VaultFormatError(.damaged, "journal", at: 12, "is of epoch \(claimed.epoch)")
      }
      return try JournalContents(parsing: bytes, with: keys)
    } catch {
      throw VaultError(error, file.path)
    }
  }
}

extension SealRecords {
  /// The counter of the newest manifest of a vault that this machine has seen; 0 for none.
  func newestCounter(of vaultID: ObjectID) throws(VaultError) -> UInt64 {
    try record(of: vaultID)?.counter ?? 0
  }
}
