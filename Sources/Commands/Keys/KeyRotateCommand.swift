import ArgumentParser
import VaultStore

/// `sotto key rotate`: everything encrypted anew.
struct KeyRotateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rotate",
    abstract: "Encrypt everything anew under a new volume key.",
    discussion: """
      For when somebody may have had a secret of the vault. All secrets stay as they are, so take that \
      one away first, with sotto key change or sotto key remove: what they kept of the keys then opens \
      nothing but older copies. A rotation that is cut off loses nothing: the same command goes on.
      """)

  @Argument(help: ArgumentHelp("The vault, or the store it belongs to.", valueName: "vault"))
  var vault: String

  @OptionGroup var opening: OpeningSecretOptions

  @Flag(name: .long, help: "Do not ask for confirmation.")
  var yes = false

  func run() async throws {
    try Secrecy.begin()
    let place = try VaultChoice().place(vault)
    try Confirmation.ask("Encrypt \(place.vault.shown) anew under a new key?", yes: yes)
    let change = try KeyChange(vault, opening)
    _ = try ActRun.run { (monitor) throws(VaultError) in
      try VaultRotation.run(change.vault, monitor)
    }
    let output = StandardOutput()
    try output.write(line: "\(place.vault.shown) is under a new key")
    try output.flush()
  }
}
