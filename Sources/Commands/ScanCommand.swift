import Applications
import ArgumentParser
import Inventory
import Reporting

/// `sotto scan`: the inventory.
struct ScanCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "scan",
    abstract: "Show every store: conversations, messages, attachments, copies, leftovers.",
    discussion: """
      Without a place it looks in your home and in the system's places. Nothing that is looked at is \
      changed.
      """)

  @Argument(help: ArgumentHelp("The same as --in PATH.", valueName: "path"))
  var arguments: [String] = []

  @OptionGroup var looking: LookingOptions

  @Option(name: .long, help: "table for people, json for programs.")
  var format: TableOrJSON = .table

  @Flag(name: .long, help: "Exit with 1 when anything could not be read whole.")
  var strict = false

  func run() async throws {
    let places = try looking.places(arguments)
    let reading = try Reading()
    let (inventory, _) = await reading.read(places, ReadingDemand(.counts)) { _ -> Never? in nil }
    let output = StandardOutput()
    switch format {
    case .json:
      var writer = JSONWriter(indented: true)
      InventoryDocument.write(inventory, Reading.head, to: &writer)
      try output.write(writer.take() + [UInt8(ascii: "\n")])
    case .table:
      let lines = InventoryTable.lines(
        inventory, width: Terminal.columns, home: looking.shownHome(places),
        names: Reading.names)
      for line in lines { try output.write(line: line) }
    }
    try output.flush()
    try end(inventory, strict: strict)
  }
}

/// The formats of commands that print tables.
enum TableOrJSON: String, ExpressibleByArgument, CaseIterable {
  case table, json
}
