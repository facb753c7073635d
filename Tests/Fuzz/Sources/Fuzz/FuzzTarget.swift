import Applications
import Glibc

/// The decoders that are fuzzed, by the name `scripts/fuzz` knows them by.
enum FuzzTarget: String, CaseIterable {
  case json
  case sqlite
  case gpt4all
  case lmstudio
  case jan
  case openwebui
  case ollama
  case environment
  case vaultHeader = "vault-header"
  case vaultObjects = "vault-objects"
  case vaultLists = "vault-lists"
  case vaultTexts = "vault-texts"

  /// What libFuzzer calls with each input.
  ///
  /// A C function carries no context, hence one for each.
  var callback: @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32 {
    switch self {
    case .json: { JSONFuzzing.run(FuzzInput($0, $1)) }
    case .sqlite: { SQLiteFuzzing.run(FuzzInput($0, $1)) }
    case .gpt4all: { FuzzHome.run(FuzzInput($0, $1), GPT4All(), ApplicationHomes.gpt4all) }
    case .lmstudio: { FuzzHome.run(FuzzInput($0, $1), LMStudio(), ApplicationHomes.lmStudio) }
    case .jan: { FuzzHome.run(FuzzInput($0, $1), Jan(), ApplicationHomes.jan) }
    case .openwebui: { FuzzHome.run(FuzzInput($0, $1), OpenWebUI(), ApplicationHomes.openWebUI) }
    case .ollama: { FuzzHome.run(FuzzInput($0, $1), Ollama(), ApplicationHomes.ollama) }
    case .environment: { EnvironmentFuzzing.run(FuzzInput($0, $1)) }
    case .vaultHeader: { VaultHeaderFuzzing.run(FuzzInput($0, $1)) }
    case .vaultObjects: { VaultObjectFuzzing.run(FuzzInput($0, $1)) }
    case .vaultLists: { VaultListFuzzing.run(FuzzInput($0, $1)) }
    case .vaultTexts: { VaultTextFuzzing.run(FuzzInput($0, $1)) }
    }
  }
}

/// Ends the process where a property does not hold, which libFuzzer reports with the input.
///
/// By hand, because an optimised build keeps no message of a failed precondition.
func require(_ condition: Bool, _ message: @autoclosure () -> String) {
  if condition { return }
  let line = Array("Fatal error: \(message())\n".utf8)
  _ = write(STDERR_FILENO, line, line.count)
  abort()
}
