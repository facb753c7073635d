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
      everything anew.
      """)

  @Argument(help: ArgumentHelp("The vault, or the store it belongs to.", valueName: "vault"))
  var vault: String

  @OptionGroup var opening: OpeningSecretOptions
  @OptionGroup var new: NewSecretOptions

  @Flag(name: .long, help: "Do not ask for confirmation; changing a secret never does.")
  var yes = false

  func run() async throws {
    try Secrecy.begin()
    var change = try KeyChange(vault, opening)
    let old = change.vault.header.slotID
    let slot = try new.read(for: change.vault.path.shown)
    try change.apply { (vault) throws(VaultError) in try vault.replace(old, with: slot) }
    let output = StandardOutput()
    try output.write(
      line: "replaced \(old.hex.prefix(8)) by \(change.vault.header.slotID.hex.prefix(8))")
    try output.flush()
  }
}
