import ArgumentParser
import Reporting

/// `sotto verify`: checks every byte of a vault.
struct VerifyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Check every byte of a locked vault.",
    discussion: """
      Reads all of it and compares it with the sealed list: every change, cut, swap and old state \
      put back is named with its file. Nothing is changed. The status is 13 where anything is found.
      """)

  @Argument(help: ArgumentHelp("The vault, or the store it belongs to.", valueName: "vault"))
  var vault: String

  @OptionGroup var opening: OpeningSecretOptions

  @Option(name: .long, help: "table for people, json for programs.")
  var format: TableOrJSON = .table

  func run() async throws {
    try Secrecy.begin()
    let place = try VaultChoice().place(vault)
    let document = try VaultOpening(opening).open(place.vault).verified()
    let output = StandardOutput()
    switch format {
    case .json:
      var writer = JSONWriter(indented: true)
      document.write(Reading.head, to: &writer)
      try output.write(writer.take() + [UInt8(ascii: "\n")])
    case .table:
      let home = ThisProcess.home
      for line in document.lines(width: Terminal.columns, home: home) {
        try output.write(line: line)
      }
    }
    try output.flush()
    if !document.findings.isEmpty { throw CommandEnd(status: .damaged) }
  }
}
