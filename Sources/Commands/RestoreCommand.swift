import ArgumentParser
import Reporting

/// `sotto restore`: decrypts stores for good.
struct RestoreCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "restore",
    abstract: "Decrypt stores for good, where they were.",
    discussion: """
      The vault is checked first; then its files come back one by one, and it is removed. What is \
      found in the store's folder and is not the vault's is kept beside. A restore that is cut off \
      loses nothing: the same command goes on.
      """)

  @Argument(
    help: ArgumentHelp(
      "A path of a store or its vault, an application's name, or an id.", valueName: "store"))
  var stores: [String] = []

  @Flag(name: .long, help: "Restore every vault that this machine remembers.")
  var all = false

  @OptionGroup var places: StorePlacesOptions
  @OptionGroup var opening: OpeningSecretOptions

  @Flag(name: .long, help: "Restore what is as it was sealed, though other files are not.")
  var accept = false

  @Flag(name: .long, help: "Wait for programs that use the store to end.")
  var wait = false

  @Flag(name: .long, help: "Do not ask for confirmation.")
  var yes = false

  @Option(name: .long, help: "table for people, json for programs.")
  var format: TableOrJSON = .table

  func validate() throws {
    if stores.isEmpty, !all { throw ValidationError("say what to restore, or --all") }
    if !stores.isEmpty, all { throw ValidationError("--all and a store exclude each other") }
  }

  func run() async throws {
    try Secrecy.begin()
    let chosen = try VaultChoice().places(stores, all: all, in: places)
    let restoring = try StoreRestoring(chosen, opening, accepting: accept, wait: wait)
    try restoring.confirm(yes: yes)
    let (restored, failure) = try restoring.run()
    let output = StandardOutput()
    switch format {
    case .json:
      var writer = JSONWriter(indented: true)
      RestoreDocument.write(restored, Reading.head, to: &writer)
      try output.write(writer.take() + [UInt8(ascii: "\n")])
    case .table:
      let lines = LockSummary.lines(
        restored, width: Terminal.columns, home: ThisProcess.home)
      for line in lines { try output.write(line: line) }
    }
    try output.flush()
    if let failure { throw CommandEnd(status: failure) }
  }
}
