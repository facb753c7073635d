import ArgumentParser

/// `sotto key`: by what a vault opens.
struct KeyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "key",
    abstract: "Show and change by what a vault opens.",
    discussion: """
      A vault has key slots: passphrases, recovery words, key files, recipients. Each opens it by \
      itself. Changing them touches no file of the store; rotate encrypts everything anew.
      """,
    subcommands: [
      KeyListCommand.self, KeyAddCommand.self, KeyRemoveCommand.self, KeyChangeCommand.self,
      KeyRecoveryCommand.self, KeyRotateCommand.self, KeyIdentityCommand.self,
    ])
}
