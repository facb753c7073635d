import Applications
import ArgumentParser
import Inventory
import Reporting

/// `sotto export`: conversations whole, to standard output.
struct ExportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write conversations whole: JSON Lines, Markdown or HTML.",
    discussion: "JSON Lines has one conversation a line, each the object that show prints.")

  @Argument(help: ArgumentHelp("The same as --in PATH.", valueName: "path"))
  var arguments: [String] = []

  @OptionGroup var looking: LookingOptions
  @OptionGroup var filter: ConversationFilter

  @Option(name: .long, help: "jsonl, markdown or html.")
  var format: ExportFormat = .jsonl

  @Flag(name: .long, help: "Exit with 1 when anything could not be read whole.")
  var strict = false

  func run() async throws {
    let places = try looking.places(arguments)
    let isWanted = try filter.test()
    let reading = try Reading(applications: filter.app)
    let output = StandardOutput()
    var failure: Failure?
    func write(_ bytes: [UInt8]) {
      if failure != nil { return }
      do { try output.write(bytes) } catch { failure = error }
    }
    let names = Reading.names
    if format == .html { write(HTMLExport.beginning) }
    let inventory = reading.reader.stream(
      reading.reader.find(places), ReadingDemand(.threads)
    ) { store, listed in
      guard !output.isClosed, isWanted(listed.conversation, store.user) else { return }
      switch format {
      case .jsonl:
        var writer = JSONWriter(indented: false)
        ConversationDocuments.writeLine(listed, of: store, to: &writer)
        write(writer.take() + [UInt8(ascii: "\n")])
      case .markdown:
        write(MarkdownExport.conversation(listed, names: names))
      case .html:
        write(HTMLExport.conversation(listed, names: names))
      }
    } onPassage: { _, _ in
    }
    if format == .html { write(HTMLExport.end) }
    if let failure { throw failure }
    try output.flush()
    try end(inventory, strict: strict)
  }
}

/// The formats of an export.
enum ExportFormat: String, ExpressibleByArgument, CaseIterable {
  case jsonl, markdown, html
}
