import VaultFormat
import VaultStore

/// A vault whose keys are to be changed, opened by one of them.
struct KeyChange {
  /// The vault as it is now.
  private(set) var vault: OpenedVault

  /// Opens a vault; a change of keys that was cut off before is finished first.
  /// - Throws: `Failure` where it does not open.
  init(_ word: String, _ opening: OpeningSecretOptions) throws(Failure) {
    try self.init(word, VaultOpening(opening))
  }

  /// Opens a vault by one secret.
  /// - Throws: `Failure` where it does not open.
  init(_ word: String, _ secret: OpeningSecret) throws(Failure) {
    try self.init(word, VaultOpening(secret))
  }

  private init(_ word: String, _ opening: VaultOpening) throws(Failure) {
    let opened = try opening.open(try VaultChoice().place(word).vault)
    try opened.takeUpLogTelling()
    do throws(VaultError) {
      vault = try opened.finishHeaderChange()
    } catch {
      throw Failure(error)
    }
  }

  /// Changes the keys and seals the vault with them.
  /// - Throws: `Failure` where the change cannot be made or written.
  mutating func apply(
    _ change: (OpenedVault) throws(VaultError) -> OpenedVault
  ) throws(Failure) {
    try Interruption.check()
    do throws(VaultError) {
      vault = try change(vault)
    } catch {
      throw Failure(error)
    }
  }

  /// Adds a slot.
  /// - Returns: The slot as the header has it.
  /// - Throws: `Failure` where it cannot be made or written.
  mutating func add(_ slot: NewSlot) throws(Failure) -> KeySlot? {
    try apply { (vault) throws(VaultError) in try vault.add(slot) }
    return vault.header.header.slots.last
  }
}

extension VaultOpening {
  fileprivate init(_ secret: OpeningSecret) {
    given = [secret]
  }
}
