internal import SystemPackage
public import VaultFormat

/// Changes of keys, which touch no object.
extension OpenedVault {
  /// Makes a new state of the header that of the vault, and seals the vault with it.
  ///
  /// Both files are replaced, what they held is overwritten, then the manifest is sealed again with the
  /// same entries. Cut off anywhere, one of the two states of the header opens the vault.
  /// - Returns: The vault as it is then.
  /// - Throws: `VaultError`; `damaged` where the vault is not as it was sealed.
  public func change(
    _ header: UnlockedHeader, records: SealRecords = .standard
  ) throws(VaultError) -> OpenedVault {
    let claim = try folder.claim()
    defer { withExtendedLifetime(claim) {} }
    let workspaces = try ObjectWorkspace.forWorkers(self.header.keys, count: 1)
    let sealing = VaultSealing(vault: folder, header: header, store: store, records: records)
    let manifest = try sealing.newestManifest(workspaces[0])
    if let manifest, case .putBack(let text) = VaultHeaderCheck(self.header.header, manifest.header)
    {
      throw VaultError(.damaged, path.appending("header.1"), text)
    }
    return try replaceHeader(header, sealing, manifest, workspaces)
  }

  /// Finishes a change of keys that was cut off before the vault was sealed again; where there is none,
  /// nothing is done.
  ///
  /// To be asked before anything else is changed.
  /// - Throws: `VaultError`; `damaged` where the vault is not as it was sealed.
  public func finishHeaderChange(
    records: SealRecords = .standard
  ) throws(VaultError) -> OpenedVault {
    let workspaces = try ObjectWorkspace.forWorkers(header.keys, count: 1)
    let sealing = VaultSealing(vault: folder, header: header, store: store, records: records)
    let manifest = try sealing.newestManifest(workspaces[0])
    let check = manifest.map { VaultHeaderCheck(header.header, $0.header) }
    if case .putBack(let text)? = check {
      throw VaultError(.damaged, path.appending("header.1"), text)
    }
    let isLeft = try folder.facts(of: VaultNames.newHeader) != nil
    if headerFiles.areBoth(header.header), !isLeft, check != .unfinished { return self }
    let claim = try folder.claim()
    defer { withExtendedLifetime(claim) {} }
    return try replaceHeader(header, sealing, check == .unfinished ? manifest : nil, workspaces)
  }

  private func replaceHeader(
    _ header: UnlockedHeader, _ sealing: VaultSealing, _ manifest: ManifestFile?,
    _ workspaces: [ObjectWorkspace]
  ) throws(VaultError) -> OpenedVault {
    try VaultHeaderFiles.write(header.header, in: folder)
    if let manifest {
      var list = ManifestList()
      do throws(VaultFormatError) {
        try list.add(manifest.table)
      } catch {
        throw VaultError(error, path)
      }
      // Under the newest keys of the header that is now in the files.
      let own = try ObjectWorkspace.forWorkers(header.keys, count: 1)
      try sealing.seal(list, after: manifest, own)
    }
    return OpenedVault(folder, try VaultHeaderFiles(readingIn: folder), header)
  }
}
