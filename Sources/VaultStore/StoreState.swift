internal import SystemPackage
public import VaultFormat

/// What a store is in, as far as the disk tells without a secret.
public enum StoreState: Equatable, Sendable {
  /// It lies in the clear; there is no vault, or one in which nothing is.
  case plain
  /// It is in its vault.
  case locked
  /// Its vault is mounted at its place.
  case open
  /// An act on it was cut off, or is under way.
  case interrupted(JournalAct)
  /// Its vault is mounted at its place, and the process that served it has ended.
  case abandoned
  /// It is in its vault, which was open and not closed: what was changed last is in its log.
  case interruptedWhileOpen

  /// Looks at a store and the place of its vault.
  ///
  /// What the journal says is not authenticated here; it decides nothing but what is shown.
  /// - Throws: `VaultError`; `notAVault` where something else is at the vault's place.
  public static func of(_ place: LockPlace) throws(VaultError) -> StoreState {
    guard try VaultRemains.of(place.vault) == .vault else { return .plain }
    let vault = try FolderHandle.open(place.vault)
    if try vault.facts(of: VaultNames.journal) != nil {
      let file = try vault.file(VaultNames.journal)
      do throws(VaultFormatError) {
        let bytes = (try? file.readToEnd(limit: JournalHeader.count)) ?? []
        let header = try JournalHeader(parsing: Array(bytes.prefix(JournalHeader.count)))
        return .interrupted(header.act)
      } catch {
        throw VaultError(error, file.path)
      }
    }
    if MountedStore.at(place.store) != nil { return isClaimed(vault) ? .open : .abandoned }
    return try vault.facts(of: VaultNames.log) == nil ? .locked : .interruptedWhileOpen
  }

  /// Whether a process holds the vault for itself, as one that serves it does for all its life.
  private static func isClaimed(_ vault: FolderHandle) -> Bool {
    do {
      _ = try vault.claim(shared: true)
      return false
    } catch {
      return error.code == .inUse
    }
  }

  /// Closes the store's folder again where a crash has left it open.
  /// - Returns: Whether it was open.
  public static func repair(_ place: LockPlace) throws(VaultError) -> Bool {
    guard [.locked, .interruptedWhileOpen].contains(try of(place)) else { return false }
    let folder = try FolderHandle.open(place.store)
    if try StoreFolder.isClosed(folder) { return false }
    try StoreFolder.close(folder)
    return true
  }
}
