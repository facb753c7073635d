import ArgumentParser
import Conversations
import Reporting
import Secrets
import VaultFormat

/// `sotto key list`: the key slots of a vault; needs no secret.
struct KeyListCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Show the key slots of a vault; needs no secret.")

  @Argument(help: ArgumentHelp("The vault, or the store it belongs to.", valueName: "vault"))
  var vault: String

  @Option(name: .long, help: "table for people, json for programs.")
  var format: TableOrJSON = .table

  func run() async throws {
    let place = try VaultChoice().place(vault)
    var slots: [ListedSlot] = []
    for slot in try VaultOpening.header(of: place.vault).slots { slots.append(listed(slot)) }
    let output = StandardOutput()
    switch format {
    case .json:
      var writer = JSONWriter(indented: true)
      KeyListDocument.write(slots, of: place.vault, Reading.head, to: &writer)
      try output.write(writer.take() + [UInt8(ascii: "\n")])
    case .table:
      for line in KeyListDocument.lines(slots, width: Terminal.columns) {
        try output.write(line: line)
      }
    }
    try output.flush()
  }

  private func listed(_ slot: KeySlot) -> ListedSlot {
    var listed = ListedSlot(id: slot.id.hex, type: slot.type.word)
    listed.derivation = slot.derivation.map { ($0.passes, $0.memoryKiB) }
    listed.made = slot.made.flatMap { Int64(exactly: $0) }.flatMap { Instant(seconds: $0) }
    if slot.type == .recipient {
      listed.recipient = try? Recipient.encode(publicKey: slot.publicKey)
    }
    return listed
  }
}
