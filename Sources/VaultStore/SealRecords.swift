internal import Glibc
public import SystemPackage
public import VaultFormat

/// The records of all vaults that were sealed on this machine, a file each in the state folder.
public struct SealRecords: Sendable {
  /// The folder they are in.
  let folder: FilePath

  /// Records in a state folder of one's own.
  public init(stateFolder: FilePath) {
    folder = stateFolder.appending("vaults")
  }

  /// The records of this user: `$XDG_STATE_HOME/sotto`, by default `~/.local/state/sotto`.
  public static var standard: SealRecords {
    SealRecords(stateFolder: stateFolder)
  }

  /// The state folder of this user.
  public static var stateFolder: FilePath {
    if let state = unsafe getenv("XDG_STATE_HOME"), unsafe state.pointee == CChar(UInt8(ascii: "/"))
    {
      return unsafe FilePath(platformString: state).appending("sotto")
    }
    let home = unsafe getenv("HOME").map { unsafe FilePath(platformString: $0) }
    return (home ?? "/").appending(".local/state/sotto")
  }

  /// The record of a vault; nil where this machine has none.
  /// - Throws: `VaultError`; `damaged` where there is one that cannot be read.
  public func record(of vaultID: ObjectID) throws(VaultError) -> SealRecord? {
    guard let folder = try open(), let name = FileName("\(vaultID.hex).json") else { return nil }
    guard try folder.facts(of: name) != nil else { return nil }
    return try read(name, in: folder)
  }

  /// All records that can be read.
  public func all() throws(VaultError) -> [SealRecord] {
    guard let folder = try open() else { return [] }
    let names = try folder.names().sorted().filter { $0.hasSuffix(".json") }
    return names.compactMap { try? read($0, in: folder) }
  }

  /// Writes a record in place of the one before.
  /// - Throws: `VaultError`.
  public func write(_ record: SealRecord) throws(VaultError) {
    let folder = try FolderHandle.open(making: folder)
    let (newName, name) = (
      FileName("\(record.vaultID.hex).new"), FileName("\(record.vaultID.hex).json")
    )
    guard let newName, let name else { return }
    try folder.removeIfThere(newName)
    try folder.create(newName, holding: record.json)
    try folder.rename(newName, to: folder, as: name)
    try folder.sync()
  }

  /// Removes the record of a vault that is no more.
  /// - Throws: `VaultError`.
  public func remove(_ vaultID: ObjectID) throws(VaultError) {
    guard let folder = try open(), let name = FileName("\(vaultID.hex).json") else { return }
    try folder.removeIfThere(name)
    try folder.sync()
  }

  private func read(_ name: FileName, in folder: FolderHandle) throws(VaultError) -> SealRecord {
    let bytes = try folder.file(name).readAll(limit: 1 << 16)
    guard let record = SealRecord(json: bytes) else {
      throw VaultError(.damaged, folder.path.appending(name), "is no record of a vault")
    }
    return record
  }

  private func open() throws(VaultError) -> FolderHandle? {
    do {
      return try FolderHandle.open(folder, followingLink: true)
    } catch  where error.code == .system(.noSuchFileOrDirectory) {
      return nil
    }
  }
}
