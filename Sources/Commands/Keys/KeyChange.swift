import VaultFormat
import VaultStore

/// A vault whose keys are to be changed, opened by one of them.
struct KeyChange {
  /// The vault as it is now.
  private(set) var vault: OpenedVault

  /// Opens a vault; a change of keys that was cut off before is finished first.
  /// - Throws: `Failure` where it does not open.
  init(_ word: String, _ opening: OpeningSecretOptions) throws(Failure) {
    let place = try VaultChoice().place(word)
    let opened = try VaultOpening(opening).open(place.vault)
    do throws(VaultError) {
      vault = try opened.finishHeaderChange()
    } catch {
      throw Failure(error)
    }
  }

  /// Changes the header and seals the vault with it.
  /// - Throws: `Failure` where the change cannot be made or written.
  mutating func apply(
    _ change: (UnlockedHeader) throws(VaultFormatError) -> UnlockedHeader
  ) throws(Failure) {
    try Interruption.check()
    let changed: UnlockedHeader
    do throws(VaultFormatError) {
      changed = try change(vault.header)
    } catch {
      throw Failure(error, vault.path)
    }
    do throws(VaultError) {
      vault = try vault.change(changed)
    } catch {
      throw Failure(error)
    }
  }

  /// Adds a slot.
  /// - Returns: The slot as the header has it.
  /// - Throws: `Failure` where it cannot be made or written.
  mutating func add(_ slot: NewSlot) throws(Failure) -> KeySlot? {
    try apply { (header) throws(VaultFormatError) in try header.adding(slot: slot) }
    return vault.header.header.slots.last
  }
}
