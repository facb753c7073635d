import ArgumentParser
import ByteReading
import Conversations
import Inventory

/// Which conversations are wanted: the same options on `list` and `export`.
struct ConversationFilter: ParsableArguments {
  @Option(
    name: .long, help: ArgumentHelp("Only of this application; repeatable.", valueName: "app"))
  var app: [String] = []

  @Option(
    name: .long,
    help: ArgumentHelp("Only of this person or this account; repeatable.", valueName: "name"))
  var user: [String] = []

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Only what changed at or after this date or time (RFC 3339, universal time).",
      valueName: "time"))
  var since: String?

  @Option(
    name: .long,
    help: ArgumentHelp("Only what was begun before or at this date or time.", valueName: "time"))
  var until: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Only where this model answered, or one whose name contains it.", valueName: "model"))
  var model: [String] = []

  @Flag(name: .long, help: "Only what was deleted and is still found.")
  var deleted = false

  @Flag(name: .long, help: "Also copies: old data folders, snapshots, migrated originals.")
  var copies = false

  /// The test that the options ask for.
  /// - Throws: `Failure` with status 64 where a time cannot be understood.
  func test() throws(Failure) -> @Sendable (Conversation, _ storeUser: String?) -> Bool {
    let first = try ConversationFilter.time(since, "--since")
    // A bare date means all of that day.
    let wholeDay: Int64 = until?.utf8.count == 10 ? 86_399_999 : 0
    let last = try ConversationFilter.time(until, "--until").map {
      Instant(milliseconds: $0.milliseconds + wholeDay)
    }
    let (users, models) = (user, model.map { $0.lowercased() })
    let (onlyDeleted, withCopies) = (deleted, copies)
    return { conversation, storeUser in
      if conversation.deleted != onlyDeleted { return false }
      if conversation.copy, !withCopies { return false }
      let times = [
        conversation.updated, conversation.tally.latest, conversation.created,
        conversation.tally.earliest,
      ].compactMap(\.self)
      if let first, !(times.max().map { $0 >= first } ?? false) { return false }
      if let last, !(times.min().map { $0 <= last } ?? false) { return false }
      if !users.isEmpty {
        let names = [conversation.user?.string, storeUser].compactMap(\.self)
        if !users.contains(where: names.contains) { return false }
      }
      if !models.isEmpty {
        let names = conversation.tally.models.entries.map { $0.name.lowercased() }
        let isWanted = models.contains { wanted in names.contains { $0.contains(wanted) } }
        if !isWanted { return false }
      }
      return true
    }
  }

  private static func time(_ text: String?, _ option: String) throws(Failure) -> Instant? {
    guard let text else { return nil }
    guard let time = Instant(parsing: text.utf8) else {
      throw Failure(
        "\(option) does not understand \(text)",
        hint: "write 2026-11-23 or 2026-11-23T10:00:00Z", status: .usage)
    }
    return time
  }
}
