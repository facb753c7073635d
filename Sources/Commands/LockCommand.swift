import Applications
import ArgumentParser
import Inventory
import Reporting
import SystemPackage
import VaultFormat
import VaultStore

/// `sotto lock`: encrypts stores where they lie.
struct LockCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lock",
    abstract: "Encrypt stores where they lie, or close those that are open.",
    discussion: """
      A store that sotto unlock has opened is closed: nothing is left in the clear, and no secret is \
      needed. While programs have files of it open it stays open, and they are named; the status is 14.

      Any other store becomes a vault beside it, DIR.sotto, and its plaintext is overwritten where the \
      medium allows. What the medium does not promise is said at the end. A lock that is cut off, by \
      Ctrl-C or by a power cut, loses nothing: the same command goes on.

      A store is a path (any folder), an application's name or an id that scan shows. Without a \
      secret the terminal asks for a passphrase, twice.
      """)

  @Argument(help: ArgumentHelp("What to lock.", valueName: "store"))
  var stores: [String] = []

  @Flag(name: .long, help: "Lock every store that is open, and nothing else.")
  var opened = false

  @Flag(name: .long, help: "Lock every store that scan finds.")
  var all = false

  @OptionGroup var places: StorePlacesOptions

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Put the vault here instead of beside the store, on the same file system.",
      valueName: "path"))
  var vault: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Leave in the clear what this matches, a path below the store; * stands for any characters "
        + "but a slash. Repeatable.",
      valueName: "pattern"))
  var bulk: [String] = []

  @Flag(name: .long, help: "Encrypt models too, which else stay in the clear.")
  var everything = false

  @OptionGroup var opening: OpeningSecretOptions
  @OptionGroup var new: NewVaultSecrets

  @Flag(name: .long, help: "Wait for programs that use the store to end.")
  var wait = false

  @Flag(name: .long, help: "Close an open store though programs have files of it open.")
  var force = false

  @Flag(name: .long, help: "Do not ask for confirmation.")
  var yes = false

  @Option(name: .long, help: "table for people, json for programs.")
  var format: TableOrJSON = .table

  func validate() throws {
    if opened, all || !stores.isEmpty {
      throw ValidationError("--opened goes with neither --all nor a store")
    }
    if stores.isEmpty, !all, !opened { throw ValidationError("say what to lock, or --all") }
    if !stores.isEmpty, all { throw ValidationError("--all and a store exclude each other") }
    if vault != nil, all || stores.count > 1 {
      throw ValidationError("--vault goes with one store")
    }
    if !bulk.isEmpty, all || stores.count > 1 {
      throw ValidationError("--bulk goes with one store")
    }
    if BulkRule(bulk) == nil {
      throw ValidationError("--bulk takes a path below the store, without a leading slash")
    }
    if new.recovery, format == .json {
      throw ValidationError("--recovery prints words for people; use sotto key recovery later")
    }
  }

  private func targets(_ choice: StoreChoice) -> [LockTarget] {
    choice.targets.map { target in
      var target = target
      target.bulk = (everything ? [] : target.bulk) + bulk
      return target
    }
  }

  private func sayWhatIsLeftOut(_ choice: StoreChoice) {
    var paths: [FilePath] = []
    for store in choice.filesAlone where !paths.contains(store.head.path) {
      paths.append(store.head.path)
    }
    guard !paths.isEmpty else { return }
    let some = paths.prefix(3).map(\.shown).joined(separator: ", ")
    let more = paths.count > 3 ? " and \(paths.count - 3) more" : ""
    StandardError.write(
      "sotto: left out, since they lie among other things: \(some)\(more)\n"
        + "sotto: hint: put each into a folder of its own to lock it\n")
  }

  private func lockPlain(_ words: [String]) throws -> ([LockedStore], ExitStatus?) {
    let choice = try StoreChoice(words, all: all, try places.places())
    sayWhatIsLeftOut(choice)
    let locking = try StoreLocking(
      targets(choice), vault: vault, opening: opening, new: new, wait: wait)
    try locking.confirm(yes: yes)
    return try locking.run()
  }

  func run() async throws {
    try Secrecy.begin()
    var closing = try StoreClosing(stores, all: all || opened, in: places)
    closing.isWaiting = wait
    closing.isForced = force
    let isAlone = !all && closing.otherWords.isEmpty
    var (locked, failure) = try closing.run(alone: isAlone)
    if !isAlone {
      let (more, status) = try lockPlain(closing.otherWords)
      locked += more
      failure = failure ?? status
    }
    let output = StandardOutput()
    switch format {
    case .json:
      var writer = JSONWriter(indented: true)
      LockDocument.write(locked, Reading.head, to: &writer)
      try output.write(writer.take() + [UInt8(ascii: "\n")])
    case .table:
      let home = ThisProcess.home
      for line in LockSummary.lines(locked, width: Terminal.columns, home: home) {
        try output.write(line: line)
      }
    }
    try output.flush()
    if let failure { throw CommandEnd(status: failure) }
  }
}
