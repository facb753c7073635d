import ArgumentParser
import Reporting

/// `sotto unlock`: serves locked stores at their own places.
struct UnlockCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "unlock",
    abstract: "Open locked stores at their own places, without decrypting the disk.",
    discussion: """
      Each vault is checked and then mounted where its store was, so that the application works as \
      before; what it writes is encrypted before it reaches the disk. A process in the background \
      serves it until sotto lock, or until it has been idle for so long.

      A vault that is not as it was sealed is not opened: what differs is named, and the status is 13. \
      With --accept it is opened all the same, to be read and not changed.
      """)

  @Argument(
    help: ArgumentHelp(
      "A path of a store or its vault, an application's name, or an id.", valueName: "store"))
  var stores: [String] = []

  @Flag(name: .long, help: "Open every vault that this machine remembers.")
  var all = false

  @OptionGroup var places: StorePlacesOptions
  @OptionGroup var opening: OpeningSecretOptions

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Lock it again when nothing was open in it for so long, as 15m, 2h or 90s.",
      valueName: "time"))
  var idle: IdleTime?

  @Flag(name: .long, help: "Let nothing be changed in it.")
  var readOnly = false

  @Flag(name: .long, help: "Open for reading what is as it was sealed, though other files are not.")
  var accept = false

  @Option(name: .long, help: "table for people, json for programs.")
  var format: TableOrJSON = .table

  func validate() throws {
    if stores.isEmpty, !all { throw ValidationError("say what to unlock, or --all") }
    if !stores.isEmpty, all { throw ValidationError("--all and a store exclude each other") }
  }

  func run() async throws {
    try Secrecy.begin()
    let output = StandardOutput()
    let chosen = try VaultChoice().places(stores, all: all, in: places)
    let unlocking = try StoreUnlocking(
      chosen, opening,
      StoreUnlocking.Options(idle: idle, isReadOnly: readOnly, isAccepting: accept))
    let (unlocked, refused, failure) = try unlocking.run()
    switch format {
    case .json:
      var writer = JSONWriter(indented: true)
      if chosen.count == 1, let document = refused.first {
        document.write(Reading.head, to: &writer)
      } else {
        UnlockDocument.write(unlocked, Reading.head, to: &writer)
      }
      try output.write(writer.take() + [UInt8(ascii: "\n")])
    case .table:
      let (width, home) = (Terminal.columns, ThisProcess.home)
      for document in refused {
        for line in document.lines(width: width, home: home) { try output.write(line: line) }
      }
      for line in UnlockDocument.lines(unlocked, width: width, home: home) {
        try output.write(line: line)
      }
    }
    try output.flush()
    if !refused.isEmpty {
      StandardError.write("sotto: hint: --accept opens for reading what is as it was sealed\n")
    }
    if let failure { throw CommandEnd(status: failure) }
  }
}
