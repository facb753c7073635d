import ArgumentParser
import VaultStore

/// `sotto key recovery`: words on paper that open a vault.
struct KeyRecoveryCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "recovery",
    abstract: "Make recovery words and print them on standard output, once.",
    discussion: """
      Fifteen words that open the vault by themselves. They are kept nowhere; write them down, and \
      keep them where the disk is not.
      """)

  @Argument(help: ArgumentHelp("The vault, or the store it belongs to.", valueName: "vault"))
  var vault: String

  @OptionGroup var opening: OpeningSecretOptions

  @Flag(name: .long, help: "Do not ask for confirmation; adding a secret never does.")
  var yes = false

  func run() async throws {
    try Secrecy.begin()
    var change = try KeyChange(vault, opening)
    _ = try change.add(try RecoveryPaper.slot(for: change.vault.path.shown))
  }
}
