import TestSupport
import Testing

/// Tests that would see each other's programs: they run one after the other.
@Suite(.serialized) enum OneAtATime {}

extension OneAtATime {
  @Suite struct RunningProgramTests {
    @Test("an application that runs keeps its own store, and no copy of it, from being locked")
    func runningProgram() throws {
      let store = try StoreUnderTest(isEmpty: true)
      try write("What is the time?\n".utf8, to: store.home + "/.ollama/history")
      try write("key".utf8, to: store.home + "/.ollama/id_ed25519")
      try write("key".utf8, to: store.home + "/.ollama/id_ed25519.pub")
      let copy = store.folder.path + "/backup/.ollama"
      try makeFolders(store.folder.path + "/backup")
      #expect(try run("cp", ["-a", store.home + "/.ollama", copy]).status == 0)
      func lock(_ word: String) -> String {
        "'\(Repository.program)' lock '\(word)' --passphrase-file '\(store.passphraseFile)' "
          + "--kdf interactive --yes"
      }
      let script = """
        cp "$(command -v sleep)" '\(store.folder.path)/ollama'
        '\(store.folder.path)/ollama' 600 & echo "program $!"
        \(lock("ollama")); echo "by name $?"
        \(lock(store.home + "/.ollama")); echo "by path $?"
        \(lock(copy)); echo "copy $?"
        kill -9 $!
        """
      let result = try run("bash", ["-c", script], environment: store.environment)
      #expect(result.text.contains("by name 14\n"), "\(result.text)\(result.errorText)")
      #expect(result.text.contains("by path 14\n"))
      #expect(result.text.contains("copy 0\n"), "\(result.errorText)")
      let program = result.text.split(separator: "\n").first?.filter(\.isNumber) ?? "?"
      #expect(result.errorText.contains("Ollama is running: ollama, process \(program)"))
      #expect(try store.exists(store.home + "/.ollama/history"))
      #expect(try store.exists(copy + ".sotto/header.1"))
    }
  }
}
