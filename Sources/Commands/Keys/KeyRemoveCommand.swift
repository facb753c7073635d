import ArgumentParser
import Secrets
import SystemPackage
import VaultFormat
import VaultStore

/// `sotto key remove`: one way less to open a vault.
struct KeyRemoveCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "remove",
    abstract: "Remove a key slot; never the last one.",
    discussion: """
      When it ends, neither copy of the header holds the slot. Backups of the vault still do, and \
      whoever opened the vault by it may have kept the volume key: sotto key rotate encrypts \
      everything anew.
      """)

  @Argument(help: ArgumentHelp("The vault, or the store it belongs to.", valueName: "vault"))
  var vault: String

  @Argument(
    help: ArgumentHelp("The slot's id, or any unique beginning of it.", valueName: "slot"))
  var slot: String

  @OptionGroup var opening: OpeningSecretOptions

  @Flag(name: .long, help: "Do not ask for confirmation.")
  var yes = false

  func run() async throws {
    try Secrecy.begin()
    let place = try VaultChoice().place(vault)
    // What cannot be done is said before anybody types a passphrase.
    let found = try find(in: try VaultOpening.header(of: place.vault), place.vault)
    try Confirmation.ask(
      "Remove the \(found.type.word) \(found.id.hex.prefix(8)) from \(place.vault.shown)?",
      yes: yes)
    var change = try KeyChange(vault, opening)
    try change.apply { (vault) throws(VaultError) in try vault.remove(found.id) }
    let output = StandardOutput()
    try output.write(line: "removed \(found.type.word) \(found.id.hex.prefix(8))")
    try output.flush()
  }

  private func find(in header: VaultHeader, _ path: FilePath) throws(Failure) -> KeySlot {
    let found = header.slots.filter { !slot.isEmpty && $0.id.hex.hasPrefix(slot.lowercased()) }
    guard let one = found.first else {
      throw Failure(
        "no key slot of \(path.string) has an id that begins with \(slot)",
        hint: "sotto key list shows the ids", status: .usage)
    }
    guard found.count == 1 else {
      throw Failure(
        "\(found.count) key slots have an id that begins with \(slot)",
        hint: "give more of it: \(found.map(\.id.hex).joined(separator: ", "))", status: .usage)
    }
    guard header.slots.count > 1 else {
      throw Failure(
        "\(slot) is the only key slot: without it nobody could open the vault",
        hint: "add another first, or use sotto key change", status: .usage)
    }
    return one
  }
}
