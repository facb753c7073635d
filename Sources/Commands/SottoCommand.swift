public import ArgumentParser
import Glibc

/// The command line of sotto.
public struct SottoCommand: AsyncParsableCommand {
  /// The version, of the tool and in every document.
  public static let version = "0.1.0"

  public static let configuration = CommandConfiguration(
    commandName: "sotto",
    abstract: "Finds every conversation that local AI applications keep on a disk.",
    discussion: """
      Knows Jan, GPT4All, LM Studio, Open WebUI and Ollama, with the files of all their versions on \
      Linux, macOS and Windows. Looking changes nothing: no byte, no time, no folder. Nothing is sent \
      anywhere.
      """,
    version: version,
    subcommands: [
      ScanCommand.self, ListCommand.self, ShowCommand.self, SearchCommand.self, ExportCommand.self,
      LockCommand.self, UnlockCommand.self, RestoreCommand.self, VerifyCommand.self,
      StatusCommand.self, KeyCommand.self, ServeVaultCommand.self,
    ])

  public init() {}

  /// Runs the command of this process and ends the process with its status.
  public static func run() async -> Never {
    setlocale(LC_CTYPE, "C.UTF-8")
    do {
      var command = try parseAsRoot()
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
      exit(status: .done)
    } catch let failure as Failure {
      StandardError.report(failure)
      exit(status: failure.status)
    } catch let ended as CommandEnd {
      exit(status: ended.status)
    } catch {
      exit(withError: error)
    }
  }

  private static func exit(status: ExitStatus) -> Never {
    Glibc.exit(status.rawValue)
  }
}

/// The end of a command that did its work and has something to say by its status.
struct CommandEnd: Error {
  var status: ExitStatus
}
