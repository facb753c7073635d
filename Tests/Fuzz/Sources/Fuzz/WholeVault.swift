import Glibc
import SystemPackage
import VaultFormat
import VaultStore

/// Verifies a vault of which a manifest, the journal and the machine's record are any bytes.
enum WholeVault {
  private static let records = SealRecords(stateFolder: ScratchFolder.path.appending("state"))
  private static let vault: OpenedVault = {
    for name in ["header.1", "header.2"] { ScratchFolder.write(FixedVault.header, "vault/\(name)") }
    var folder = ObjectSealing(kind: 2, id: rootID, generation: 1, contents: [])
    mkdir(ScratchFolder.path.appending("vault/tree.2").string, 0o700)
    ScratchFolder.write(folder.pages[0] ?? [], "vault/tree.2/folder")
    let path = ScratchFolder.path.appending("vault")
    guard let vault = try? OpenedVault.open(at: path, .keyFile(digest: secure(FixedVault.keyFile)))
    else { preconditionFailure("the fixed vault does not open") }
    return vault
  }()
  static let rootID = [UInt8](repeating: 0x72, count: 16)

  /// An input is the manifest's contents, the journal, the record, and the lengths of the latter two.
  static func run(_ input: FuzzInput, isMended: Bool) {
    var input = input
    let recordLength = input.takeNumber()
    let journalLength = input.takeNumber()
    let record = input.takeBytes(recordLength)
    var journal = input.takeBytes(journalLength)
    var manifest = input.bytes
    if isMended {
      JournalSealing.mend(&journal)
      if manifest.count >= 144 { mend(&manifest) }
    }
    let vault = vault
    put(journal, "vault/journal")
    put(record, "state/vaults/\(FixedVault.id.map(hex).joined()).json")
    let object = ObjectSealing(kind: 5, id: rootID, generation: 1, contents: manifest)
    ScratchFolder.write(file(object), "vault/manifest.1")
    let report = try? VaultVerification.run(vault, records: records)
    // A header with two epochs is a finding by itself: this vault is never sound.
    require(report?.isOK != true, "a vault amid a rotation is called sound")
    _ = try? records.all()
  }

  /// Makes right what ties the manifest to the vault, its first entry to the root folder.
  private static func mend(_ manifest: inout [UInt8]) {
    manifest.put(FixedVault.id, at: 16)
    manifest.put(1, 8, at: 32)
    manifest.put(7, 8, at: 72)
    manifest.put(vaultHash([], FixedVault.header), at: 80)
    if manifest.count >= 144 + 90 { manifest.put(rootID, at: 144 + 24) }
  }

  private static func put(_ bytes: [UInt8], _ name: String) {
    if bytes.isEmpty { ScratchFolder.remove(name) } else { ScratchFolder.write(bytes, name) }
  }

  private static func hex(_ byte: UInt8) -> String {
    let digits = Array("0123456789abcdef")
    return String([digits[Int(byte >> 4)], digits[Int(byte & 15)]])
  }

  private static func file(_ object: ObjectSealing) -> [UInt8] {
    let last = object.pages.keys.max() ?? 0
    return (0...last).flatMap { object.pages[$0] ?? [UInt8](repeating: 0, count: 4096) }
  }
}
