import ArgumentParser
import Conversations
import Inventory
import Reporting

/// `sotto show`: one conversation, all branches.
struct ShowCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show one conversation with all its branches.")

  @Argument(
    help: ArgumentHelp("A conversation's id, or any unique beginning of it.", valueName: "id"))
  var id: String

  @OptionGroup var looking: LookingOptions

  @Option(name: .long, help: "text for people, json for programs.")
  var format: TextOrJSON = .text

  func run() async throws {
    let places = try looking.places()
    let reading = try Reading()
    let (inventory, listed) = await reading.conversations(places)
    let found = try ShowCommand.one(id, in: listed)
    let store = inventory.stores[found.store]
    let head = found.conversation
    let demand = ReadingDemandForOne(store: store, id: found.id, head: head)
    let whole = await demand.read(reading, places)
    guard let whole else {
      throw Failure(
        "conversation \(id) changed while it was read", hint: "run the command again")
    }
    let output = StandardOutput()
    switch format {
    case .json:
      var writer = JSONWriter(indented: true)
      ConversationDocuments.write(whole, of: store, Reading.head, to: &writer)
      try output.write(writer.take() + [UInt8(ascii: "\n")])
    case .text:
      for line in ThreadText.lines(whole, of: store, names: Reading.names) {
        try output.write(line: line)
      }
    }
    try output.flush()
  }

  /// The one conversation whose id begins so.
  static func one(
    _ prefix: String, in listed: [ListedConversation]
  ) throws(Failure) -> ListedConversation {
    let wanted = prefix.lowercased()
    let exact = listed.filter { $0.id == wanted }
    let found = exact.isEmpty && !wanted.isEmpty ? listed.filter { $0.id.hasPrefix(wanted) } : exact
    guard let first = found.first else {
      throw Failure(
        "no conversation has an id that begins with \(prefix)",
        hint: "sotto list shows the ids; look in the same place")
    }
    guard found.count == 1 || exact.count >= 1 else {
      let some = found.prefix(4).map(\.id).joined(separator: ", ")
      throw Failure(
        "\(found.count) conversations have an id that begins with \(prefix)",
        hint: "give more of it: \(some)")
    }
    return first
  }
}

/// The formats of commands that print text.
enum TextOrJSON: String, ExpressibleByArgument, CaseIterable {
  case text, json
}
