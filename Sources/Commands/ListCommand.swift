import ArgumentParser
import Inventory
import Reporting

/// `sotto list`: one line a conversation.
struct ListCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List conversations, one line each.")

  @Argument(help: ArgumentHelp("The same as --in PATH.", valueName: "path"))
  var arguments: [String] = []

  @OptionGroup var looking: LookingOptions
  @OptionGroup var filter: ConversationFilter

  @Option(name: .long, help: "table for people, json for programs.")
  var format: TableOrJSON = .table

  @Flag(name: .long, help: "Exit with 1 when anything could not be read whole.")
  var strict = false

  func run() async throws {
    let places = try looking.places(arguments)
    let isWanted = try filter.test()
    let reading = try Reading(applications: filter.app)
    let (inventory, listed) = await reading.conversations(places)
    let wanted = listed.filter { isWanted($0.conversation, inventory.stores[$0.store].user) }
    let output = StandardOutput()
    switch format {
    case .json:
      var writer = JSONWriter(indented: true)
      ConversationDocuments.writeList(wanted, of: inventory.stores, Reading.head, to: &writer)
      try output.write(writer.take() + [UInt8(ascii: "\n")])
    case .table:
      let lines = ConversationTable.lines(wanted, width: Terminal.columns, names: Reading.names)
      for line in lines { try output.write(line: line) }
    }
    try output.flush()
    try end(inventory, strict: strict)
  }
}
