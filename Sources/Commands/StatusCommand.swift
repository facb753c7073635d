import ArgumentParser
import Reporting

/// `sotto status`: which stores are plain, locked, or in between.
struct StatusCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Show which stores are plain, which are locked, and which acts were cut off.",
    discussion: """
      Without a store it shows those that scan finds and every vault that this machine remembers.
      """)

  @Argument(
    help: ArgumentHelp("A path, an application's name or an id; all without.", valueName: "store"))
  var stores: [String] = []

  @OptionGroup var places: StorePlacesOptions

  @Option(name: .long, help: "table for people, json for programs.")
  var format: TableOrJSON = .table

  func run() async throws {
    let found = try StoreStates(try places.places()).all(stores)
    let output = StandardOutput()
    switch format {
    case .json:
      var writer = JSONWriter(indented: true)
      StatusDocument.write(found, Reading.head, to: &writer)
      try output.write(writer.take() + [UInt8(ascii: "\n")])
    case .table:
      let home = ThisProcess.home
      let lines = StatusDocument.lines(
        found, width: Terminal.columns, home: home, names: Reading.names)
      for line in lines { try output.write(line: line) }
    }
    try output.flush()
  }
}
