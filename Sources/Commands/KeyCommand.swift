import ArgumentParser

/// `sotto key`: by what a vault opens.
struct KeyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "key",
    abstract: "Show by what a vault opens, and make keys for recipients.",
    discussion: """
      A vault has key slots: passphrases, recovery words, key files, recipients. Each opens it by \
      itself.
      """,
    subcommands: [
      KeyListCommand.self, KeyIdentityCommand.self,
    ])
}
