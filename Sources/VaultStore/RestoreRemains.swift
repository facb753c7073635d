public import SystemPackage

/// What a restore leaves that is cut off when the headers are gone and the vault's folder is not yet.
public enum RestoreRemains {
  /// Whether that is all there is at the place of a vault that this machine has sealed.
  public static func areAt(_ path: FilePath) -> Bool {
    (try? record(of: path, .standard)) != nil
  }

  /// Removes them, and this machine's record of the vault.
  /// - Returns: Whether there were any.
  /// - Throws: `VaultError`.
  public static func remove(at path: FilePath) throws(VaultError) -> Bool {
    try remove(at: path, .standard)
  }

  static func remove(at path: FilePath, _ records: SealRecords) throws(VaultError) -> Bool {
    guard let record = try record(of: path, records), let name = path.fileName else {
      return false
    }
    let vault = try FolderHandle.open(path)
    let claim = try vault.claim()
    defer { withExtendedLifetime(claim) {} }
    try VaultRemains.clear(vault)
    let parent = try FolderHandle.open(path.removingLastComponent())
    try parent.removeFolder(name)
    try parent.sync()
    try records.remove(record.vaultID)
    return true
  }

  /// The record of a vault of which not even a header is left; an empty folder of that name that this
  /// machine knows nothing of may be anything.
  private static func record(
    of path: FilePath, _ records: SealRecords
  ) throws(VaultError) -> SealRecord? {
    guard try VaultRemains.of(path) == .shell else { return nil }
    let vault = try FolderHandle.open(path)
    for name in VaultNames.headers + [VaultNames.newHeader] {
      if try vault.facts(of: name) != nil { return nil }
    }
    return try records.all().first { $0.vault == path }
  }
}
