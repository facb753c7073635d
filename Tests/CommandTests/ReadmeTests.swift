import ByteReading
import TestSupport
import Testing

// Whoever runs Ollama elsewhere would keep the person of these tests from locking it.
extension OneAtATime {
  /// The README is a promise: its picture is real output, its commands run.
  @Suite struct ReadmeTests {
    /// The lines of all fenced blocks.
    private func blocks() throws -> [[String]] {
      let text = String(decoding: try contents(Repository.path + "/README.md"), as: UTF8.self)
      var blocks: [[String]] = []
      for (index, part) in text.split(separator: "```", omittingEmptySubsequences: false)
        .enumerated()
      where index % 2 == 1 {
        blocks.append(
          part.split(separator: "\n", omittingEmptySubsequences: false).map(String.init))
      }
      return blocks
    }

    @Test("the picture is what the command prints, line for line and in order")
    func picture() throws {
      let block = try #require(try blocks().first)
      #expect(block.dropFirst().first == "$ scripts/sotto scan --home Samples/home")
      let printed = try run(
        "script",
        [
          "-qec",
          "stty cols 80; '\(Repository.program)' scan --home '\(Repository.path)/Samples/home'",
          "/dev/null",
        ])
      var lines = printed.text.split(whereSeparator: \.isNewline).map(String.init)[...]
      let shown = block.dropFirst(2).filter { !$0.isEmpty && $0 != "…" }
      #expect(shown.count > 10)
      for line in shown {
        guard let index = lines.firstIndex(of: line) else {
          Issue.record("not printed, or not in this order: \(line)")
          continue
        }
        lines = lines[(index + 1)...]
      }
    }

    @Test("every command runs")
    func commands() throws {
      var commands = try blocks().dropFirst().joined().filter { $0.hasPrefix("scripts/sotto") }
      #expect(commands.count >= 6)
      let list = try parse(
        try sotto("list", "--home", Repository.path + "/Samples/home", "--format", "json").output)
      let id = try #require(list["conversations"]?.elements.first?["id"]?.string)
      let image = try TemporaryFolder()
      commands = commands.map { command in
        let words = command.split(separator: "#").first.map(String.init) ?? command
        return words.split(separator: " ").map { word in
          switch word {
          case "scripts/sotto": "'\(Repository.program)'"
          case "ID": id
          case "/mnt/image": image.path
          default: String(word)
          }
        }.joined(separator: " ")
      }
      // What locks is tried by a person at a terminal, in a home of their own.
      let acts = ["lock", "key", "status", "verify", "restore"]
      let person = try Person()
      for command in commands {
        let words = command.split(separator: " ").map(String.init)
        if acts.contains(words[1]) {
          try person.type(words.dropFirst().map { $0 })
          continue
        }
        let result = try run("bash", ["-c", command], in: Repository.path)
        #expect(result.status == 0, "\(command): \(result.errorText)")
        #expect(!result.output.isEmpty)
      }
    }

    /// Somebody with a copy of the samples' Ollama, who answers what is asked.
    private struct Person {
      private let folder: TemporaryFolder
      private let passphrase = "a passphrase for the readme"

      init() throws {
        folder = try TemporaryFolder()
        #expect(
          try run("cp", ["-a", Repository.path + "/Samples/home/.ollama", folder.path]).status == 0)
      }

      func type(_ words: [String]) throws {
        var answers: [(after: String, typed: String)] = []
        switch words[0] {
        case "lock":
          answers = [("[y/N] ", "y"), ("New passphrase", passphrase), ("once more: ", passphrase)]
        case "restore": answers = [("[y/N] ", "y"), ("Passphrase", passphrase)]
        case "verify", "key": answers = [("Passphrase", passphrase)]
        default: break
        }
        let session = try runOnTerminal(
          Repository.program, words, answers: answers,
          environment: ["HOME": folder.path, "XDG_STATE_HOME": folder.path + "/.local/state"])
        #expect(session.status == 0, "\(words): \(session.text)")
        #expect(!session.text.isEmpty)
      }
    }

    @Test("the exit codes are those of the program")
    func exitCodes() throws {
      let text = String(decoding: try contents(Repository.path + "/README.md"), as: UTF8.self)
      for (number, meaning) in [
        ("0", "done"), ("2", "failure"), ("10", "wrong passphrase"), ("11", "not a vault"),
        ("12", "newer format"), ("13", "damaged or tampered"), ("14", "store is in use"),
        ("64", "usage"), ("130", "interrupted"),
      ] {
        #expect(text.contains("| \(number) | \(meaning) |"))
      }
    }
  }
}
