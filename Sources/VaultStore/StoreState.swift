internal import Glibc
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
    if isMounted(place.store) { return .open }
    return try vault.facts(of: VaultNames.log) == nil ? .locked : .interruptedWhileOpen
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

  /// Whether a vault is mounted at a path (`proc(5)`, `/proc/pid/mountinfo`).
  private static func isMounted(_ path: FilePath) -> Bool {
    guard let folder = try? FolderHandle.open("/proc/self"),
      let table = try? folder.file("mountinfo").readToEnd(limit: 1 << 24)
    else { return false }
    for line in table.split(separator: UInt8(ascii: "\n")) {
      // `36 35 98:0 / /where rw … - type source options`, spaces written as \040.
      let fields = line.split(separator: UInt8(ascii: " "))
      guard let dash = fields.firstIndex(where: { $0.elementsEqual("-".utf8) }),
        dash > 5, dash + 1 < fields.count, fields[dash + 1].elementsEqual("fuse.sotto".utf8)
      else { continue }
      if unescaped(fields[4]) == Array(path.string.utf8) { return true }
    }
    return false
  }

  private static func unescaped(_ field: ArraySlice<UInt8>) -> [UInt8] {
    var bytes: [UInt8] = []
    var rest = field
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "\\"),
        let value = UInt8(String(decoding: rest.prefix(3), as: UTF8.self), radix: 8)
      {
        bytes.append(value)
        rest = rest.dropFirst(3)
      } else {
        bytes.append(byte)
      }
    }
    return bytes
  }
}
