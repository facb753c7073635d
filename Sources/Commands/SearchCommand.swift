import Applications
import ArgumentParser
import Inventory
import Reporting

/// `sotto search`: every message, attachment text and document chunk that contains a text.
struct SearchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "search",
    abstract: "Find a text in messages, attachments, documents, histories and logs.",
    discussion: """
      The text is taken literally, upper and lower case alike. Copies are searched too, and marked. \
      Finding nothing is no failure.
      """)

  @Argument(help: "What to find.")
  var text: String

  @OptionGroup var looking: LookingOptions

  @Option(
    name: .long, help: ArgumentHelp("Only of this application; repeatable.", valueName: "app"))
  var app: [String] = []

  @Flag(name: .long, help: "Tell upper from lower case.")
  var exact = false

  @Flag(name: .long, help: "Take the text as a regular expression.")
  var regex = false

  @Option(name: .long, help: "text for people, json for programs.")
  var format: TextOrJSON = .text

  @Flag(name: .long, help: "Exit with 1 when anything could not be read whole.")
  var strict = false

  func validate() throws {
    if text.isEmpty { throw ValidationError("there is nothing to search for") }
    if exact, regex { throw ValidationError("--exact and --regex exclude each other") }
  }

  func run() async throws {
    let places = try looking.places()
    let matcher: TextMatcher
    do {
      matcher = try TextMatcher(text, regex ? .regex : exact ? .exact : .folded)
    } catch {
      throw Failure(
        "not a regular expression: \(text)", hint: "leave --regex out to search it literally",
        status: .usage)
    }
    let search = ConversationSearch(matcher)
    let reading = try Reading(applications: app)
    let result = await reading.read(places, ReadingDemand(.threads, passages: true)) { item in
      search.hits(item)
    }
    let hits = result.kept.flatMap { kept in
      kept.item.map { (store: result.inventory.stores[kept.store], hit: $0) }
    }
    let output = StandardOutput()
    switch format {
    case .json:
      var writer = JSONWriter(indented: true)
      HitsDocument.write(hits, Reading.head, to: &writer)
      try output.write(writer.take() + [UInt8(ascii: "\n")])
    case .text:
      let lines = HitsDocument.lines(
        hits, width: Terminal.columns, home: looking.shownHome(places), names: Reading.names)
      for line in lines { try output.write(line: line) }
    }
    try output.flush()
    try end(result.inventory, strict: strict)
  }
}
