import ArgumentParser
import VaultFormat
import VaultStore

/// `sotto key add`: one more way to open a vault.
struct KeyAddCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "add",
    abstract: "Add a passphrase, a key file or a recipient.",
    discussion: "Without a new secret the terminal asks for a passphrase, twice.")

  @Argument(help: ArgumentHelp("The vault, or the store it belongs to.", valueName: "vault"))
  var vault: String

  @OptionGroup var opening: OpeningSecretOptions
  @OptionGroup var new: NewSecretOptions

  @Flag(name: .long, help: "Do not ask for confirmation; adding a secret never does.")
  var yes = false

  func run() async throws {
    try Secrecy.begin()
    var change = try KeyChange(vault, opening)
    let slot = try change.add(try new.read(for: change.vault.path.shown))
    let output = StandardOutput()
    if let slot { try output.write(line: "added \(slot.type.word) \(slot.id.hex.prefix(8))") }
    try output.flush()
  }
}
