import Secrets
import SystemPackage
import TestSupport
import VaultFormat

@testable import VaultStore

/// A vault that is open and not closed: a log is written for it record by record, as the page on the format
/// says, and nothing else of it is changed unless a test does so.
final class LogUnderTest {
  let vault: SampleVault
  let keys: EpochKeys
  let workspace: ObjectWorkspace
  let scratch: FolderHandle
  /// The log so far.
  private(set) var bytes: [UInt8]
  /// Where each record begins.
  private(set) var starts: [Int] = []
  /// Where each promise ends.
  private(set) var promises: [Int] = []
  private var chain: LogChain

  convenience init(_ entries: [(String, SampleVault.Entry)]) throws {
    try self.init(SampleVault(entries))
  }

  init(_ vault: SampleVault, counter: UInt64? = nil, manifest: Digest? = nil) throws {
    self.vault = vault
    keys = vault.header.keys.last
    workspace = try ObjectWorkspace(vault.header.keys)
    scratch = try FolderHandle.open(FilePath(vault.scratch.path))
      .folder(makingIfMissing: "scratch")
    let sealing = VaultSealing(
      vault: vault.folder, header: vault.header, store: vault.store, records: vault.records)
    let newest = try sealing.newestManifest(workspace)
    let header = LogHeader(
      epoch: 1, vaultID: vault.header.header.vaultID, logID: .random(),
      counter: counter ?? newest?.header.counter ?? 0,
      manifest: manifest ?? newest?.digest ?? .zero)
    bytes = header.bytes(with: keys)
    chain = LogChain(header, keys)
  }

  // MARK: - Records

  private func add(_ kind: LogRecordKind, _ object: ObjectID, _ payload: [UInt8]) {
    var record = [UInt8](repeating: 0, count: 64) + payload
    starts.append(bytes.count)
    record.withUnsafeMutableBytes { chain.seal(kind, object, $0) }
    bytes += record + [UInt8](repeating: 0, count: (512 - record.count % 512) % 512)
  }

  func log(_ pages: [UInt8], at first: UInt64 = 0, of id: ObjectID) {
    add(.pages, id, (0..<8).map { UInt8(truncatingIfNeeded: first >> ($0 * 8)) } + pages)
  }

  func addName(_ name: String, in folder: ObjectID, of id: ObjectID) throws {
    let disk = try NameCipher(keys).encode(name: Array(name.utf8), in: folder)
    add(.nameAdded, id, folder.bytes + disk.bytes)
  }

  func removeName(_ name: String, in folder: ObjectID, of id: ObjectID) throws {
    let disk = try NameCipher(keys).encode(name: Array(name.utf8), in: folder)
    add(.nameRemoved, id, folder.bytes + disk.bytes)
  }

  func promise() {
    add(.promise, .none, [])
    promises.append(bytes.count)
  }

  /// Puts the log into the vault, cut at a length, zeros behind it.
  func write(upTo count: Int? = nil) throws {
    let written = Array(bytes.prefix(count ?? bytes.count))
    try write(written + [UInt8](repeating: 0, count: 65_536))
  }

  func write(_ log: [UInt8]) throws {
    try vault.folder.removeIfThere(VaultNames.log)
    try vault.folder.create(VaultNames.log, holding: log)
  }

  // MARK: - Objects

  /// The object at a path of the store as it was sealed; the store's own folder for none.
  func object(_ path: String) throws -> ObjectFile {
    let (folder, name) = try vault.place(path)
    let isFolder = try folder.facts(of: name)?.kind == .folder
    return try workspace.open(
      isFolder ? folder.folder(name).file(VaultNames.folderHead) : folder.file(name))
  }

  func id(_ path: String) throws -> ObjectID { try object(path).head.id }

  /// A new version of a head.
  func next(_ head: ObjectHead) -> ObjectHead {
    var head = head
    head.generation += 1
    return head
  }

  /// All pages of the file of an object with these contents.
  func file(_ head: ObjectHead, _ contents: [UInt8]) throws -> [UInt8] {
    var head = head
    head.size = UInt64(contents.count)
    let name = FileName(ObjectID.random().hex) ?? "object"
    let file = try scratch.create(name)
    _ = try workspace.write(head, .bytes(contents), to: file)
    return try file.readAll(limit: 1 << 26)
  }

  func new(_ kind: ObjectKind) -> ObjectHead { ObjectHead(kind, id: .random(), epoch: 1) }

  /// Makes something new: its pages and its name.
  @discardableResult
  func make(
    _ kind: ObjectKind, _ name: String, in folder: ObjectID, _ contents: [UInt8] = []
  ) throws -> ObjectID {
    let head = new(kind)
    log(try file(head, contents), of: head.id)
    try addName(name, in: folder, of: head.id)
    return head.id
  }

  // MARK: - Taking it up

  @discardableResult
  func recover(
    accepting: Bool = false, stoppingAt stop: Countdown = .never
  ) throws -> RecoveryReport? {
    let opened = try vault.open()
    let claim = try opened.folder.claim()
    defer { withExtendedLifetime(claim) {} }
    return try LogRecovery.run(
      opened, records: vault.records, accepting: accepting, stop.monitor)
  }

  /// The contents of all files and links, by path.
  func contents() throws -> [String: [UInt8]] {
    try VaultContents(vault.open(), workspace).files()
  }
}
