import Secrets
import SystemPackage
import TestSupport
import VaultFormat

@testable import VaultStore

/// A vault of its own for a test, made object by object, with a state folder beside it.
final class SampleVault {
  /// What the store of the vault has.
  enum Entry: Sendable {
    case file([UInt8], attributes: [UInt8] = [])
    case link(String)
    case folder([(String, Entry)])
  }

  let scratch: TemporaryFolder
  let folder: FolderHandle
  let records: SealRecords
  private(set) var header: UnlockedHeader
  private let key: [UInt8]

  var path: FilePath { folder.path }
  var store: FilePath { FilePath(scratch.path).appending("store") }

  init(_ entries: [(String, Entry)]) throws {
    scratch = try TemporaryFolder()
    let top = try FolderHandle.open(FilePath(scratch.path))
    folder = try top.folder(makingIfMissing: "store.sotto")
    records = SealRecords(stateFolder: FilePath(scratch.path + "/state"))
    key = Sodium.randomBytes(32)
    header = try VaultHeader.create(
      slots: [.keyFile(digest: SecureBytes(key))],
      settings: VaultSettings(storePath: Array((scratch.path + "/store").utf8)))
    try VaultHeaderFiles.write(header.header, in: folder)
    let tree = try folder.folder(makingIfMissing: VaultNames.tree(1))
    let workspace = try ObjectWorkspace(header.keys)
    try make(.folder(entries), in: tree, VaultNames.folderHead, workspace)
    try seal()
  }

  /// Makes a copy, with its own record of what was sealed.
  init(copying other: SampleVault) throws {
    scratch = try TemporaryFolder()
    for name in ["store.sotto", "state"] {
      _ = try run("cp", ["-a", "\(other.scratch.path)/\(name)", scratch.path])
    }
    folder = try FolderHandle.open(FilePath(scratch.path).appending("store.sotto"))
    records = SealRecords(stateFolder: FilePath(scratch.path + "/state"))
    key = other.key
    header = other.header
  }

  /// The secret of the key file.
  func secret() throws -> SlotSecret { .keyFile(digest: try SecureBytes(key)) }

  func open() throws -> OpenedVault { try OpenedVault.open(at: path, try secret()) }

  func verify() throws -> VaultReport {
    try VaultVerification.run(try open(), records: records)
  }

  func seal() throws {
    let sealing = VaultSealing(vault: folder, header: header, store: store, records: records)
    _ = try sealing.sealTree(with: ObjectWorkspace.forWorkers(header.keys))
  }

  /// Makes an object in a folder of the tree; a folder in the folder itself.
  @discardableResult
  func make(
    _ entry: Entry, in folder: FolderHandle, _ name: FileName, _ workspace: ObjectWorkspace
  ) throws -> ObjectID {
    switch entry {
    case .file(let bytes, let attributes):
      var head = ObjectHead(.file, id: .random(), epoch: 1)
      head.size = UInt64(bytes.count)
      head.mode = 0o640
      head.modified = ObjectTime(seconds: 1_700_000_000, nanoseconds: 5)
      if attributes.count <= 1000 {
        head.attributes = attributes
      } else {
        var own = ObjectHead(.attributes, id: .random(), epoch: 1)
        own.size = UInt64(attributes.count)
        let place = try self.folder.folder(makingIfMissing: "attributes")
        let file = try place.create(try ActTools.attributesName(own.id, place))
        head.attributesID = own.id
        head.attributesDigest = try workspace.write(own, .bytes(attributes), to: file).digest
      }
      _ = try workspace.write(head, .bytes(bytes), to: try folder.create(name))
      return head.id
    case .link(let target):
      var head = ObjectHead(.link, id: .random(), epoch: 1)
      head.size = UInt64(target.utf8.count)
      _ = try workspace.write(head, .bytes(Array(target.utf8)), to: try folder.create(name))
      return head.id
    case .folder(let entries):
      let head = ObjectHead(.folder, id: .random(), epoch: 1)
      _ = try workspace.write(head, .bytes([]), to: try folder.create(VaultNames.folderHead))
      for (name, entry) in entries {
        let disk = try TreeName(
          NameCipher(header.keys.last).encode(name: Array(name.utf8), in: head.id))
        if let rest = disk.rest { try folder.create(rest.name, holding: rest.bytes) }
        if case .folder = entry {
          try make(entry, in: folder.folder(makingIfMissing: disk.object), "folder", workspace)
        } else {
          try make(entry, in: folder, disk.object, workspace)
        }
      }
      return head.id
    }
  }

  /// Where the tree has what is at a path of the store.
  func place(_ path: String, epoch: UInt32 = 1) throws -> (FolderHandle, FileName) {
    var folder = try folder.folder(VaultNames.tree(epoch))
    var name = VaultNames.folderHead
    let volume = try open().header.keys
    guard let keys = volume[epoch] else { throw VaultError(.refused, self.path, "no such epoch") }
    let workspace = try ObjectWorkspace(volume)
    let parts = path.split(separator: "/").map { Array($0.utf8) }
    for (index, part) in parts.enumerated() {
      let id = try workspace.open(folder.file(VaultNames.folderHead)).head.id
      name = try TreeName(
        NameCipher(keys).encode(name: part, in: id)
      ).object
      if index < parts.count - 1 { folder = try folder.folder(name) }
    }
    return (folder, name)
  }
}

extension VaultReport {
  /// The findings in a few words each, for comparing.
  var lines: [String] {
    findings.map { finding in
      let path = finding.path.map { String(decoding: $0, as: UTF8.self) } ?? finding.file
      return "\(finding.kind.rawValue) \(path)"
    }.sorted()
  }
}
