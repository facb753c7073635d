import ArgumentParser
import VaultFormat
import VaultStore

/// `sotto key change`: a new secret in the place of the one that opens.
struct KeyChangeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "change",
    abstract: "Replace the secret that opens the vault by a new one.",
    discussion: """
      When it ends, neither copy of the header holds the old slot. Backups of the vault still open by \
      the old secret, and whoever had it may have kept the volume key: sotto key rotate encrypts \
      everything anew. A change that was cut off is finished by the same command.
      """)

  @Argument(help: ArgumentHelp("The vault, or the store it belongs to.", valueName: "vault"))
  var vault: String

  @OptionGroup var opening: OpeningSecretOptions
  @OptionGroup var new: NewSecretOptions

  @Flag(name: .long, help: "Do not ask for confirmation; changing a secret never does.")
  var yes = false

  func run() async throws {
    try Secrecy.begin()
    let output = StandardOutput()
    if var change = try opened() {
      let old = change.vault.header.slotID
      let slot = try new.read(for: change.vault.path.shown)
      try change.apply { (vault) throws(VaultError) in try vault.replace(old, with: slot) }
      try output.write(
        line: "replaced \(old.hex.prefix(8)) by \(change.vault.header.slotID.hex.prefix(8))")
    } else {
      try output.write(
        line: "replaced already: the new secret opens the vault, the old one does not")
    }
    try output.flush()
  }

  /// The vault as the old secret opens it; nil where the new one does: the change was cut off when the
  /// old slot was gone, and is finished now.
  private func opened() throws(Failure) -> KeyChange? {
    do throws(Failure) {
      return try KeyChange(vault, opening)
    } catch {
      guard error.status == .wrongPassphrase, let secret = try new.opening() else { throw error }
      do throws(Failure) {
        _ = try KeyChange(vault, secret)
        return nil
      } catch let other {
        throw other.status == .wrongPassphrase ? error : other
      }
    }
  }
}
