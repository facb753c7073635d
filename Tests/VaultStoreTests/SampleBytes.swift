import Secrets
import SystemPackage
import TestSupport
import VaultFormat
import VaultStore

/// Bytes that look random and are the same in every run (splitmix64), repeated after 65,537.
func sampleBytes(_ count: Int, seed: UInt64) -> [UInt8] {
  var state = seed
  var tile: [UInt8] = []
  while tile.count < min(count, 65_537) {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
    word ^= word >> 31
    for shift in stride(from: 0, to: 64, by: 8) {
      tile.append(UInt8(truncatingIfNeeded: word >> UInt64(shift)))
    }
  }
  tile.removeLast(max(0, tile.count - 65_537))
  var bytes: [UInt8] = []
  bytes.reserveCapacity(count)
  while bytes.count < count { bytes += tile.prefix(count - bytes.count) }
  return bytes
}

/// The kind of failure that `body` ends with; nil where it does not fail.
func failure<Result>(of body: () throws -> Result) throws -> VaultError.Code? {
  do {
    _ = try body()
    return nil
  } catch let error as VaultError {
    return error.code
  }
}

/// A scratch folder with the keys of a vault and workspaces for two workers.
struct ObjectBench {
  let scratch: TemporaryFolder
  let folder: FolderHandle
  let header: UnlockedHeader
  let workspaces: [ObjectWorkspace]

  var workspace: ObjectWorkspace { workspaces[0] }
  var others: [ObjectWorkspace] { Array(workspaces.dropFirst()) }

  init() throws {
    scratch = try TemporaryFolder()
    folder = try FolderHandle.open(FilePath(scratch.path))
    header = try VaultHeader.create(slots: [.recoveryWords(.random(count: 20))])
    workspaces = try ObjectWorkspace.forWorkers(header.keys, count: 2)
  }

  /// Makes a file of plaintext.
  func plain(_ name: FileName, _ bytes: [UInt8]) throws -> FileHandle {
    let file = try folder.create(name)
    try file.write(at: 0, bytes)
    return file
  }

  /// Writes a file's object.
  func object(
    _ name: FileName, from plain: FileHandle, attributes: [UInt8] = []
  ) throws -> (FileHandle, WrittenObject) {
    var head = ObjectHead(.file, id: .random(), epoch: 1)
    head.size = try plain.facts().size
    head.attributes = attributes
    let file = try folder.create(name)
    return (file, try workspace.write(head, .file(plain), to: file, with: others))
  }
}
