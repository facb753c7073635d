import ByteReading
import TestSupport
import Testing

/// Where passphrases come from, and that the terminal shows none.
@Suite struct PassphraseTests {
  @Test("a new passphrase is asked for twice, in the dark, and its strength is told")
  func askedTwice() throws {
    let store = try StoreUnderTest()
    let session = try store.typing(
      [
        ("New passphrase for ~/diary: ", StoreUnderTest.passphrase),
        ("once more: ", StoreUnderTest.passphrase),
      ], "lock", store.path, "--yes", "--kdf", "interactive")
    #expect(session.status == 0, "\(session.text)")
    #expect(session.echoed == [false, false])
    #expect(session.echoesAfterwards)
    #expect(!session.text.contains("marbles"))
    #expect(session.text.contains("That is good: about "))
    #expect(try store.exists(store.vault + "/header.1"))
    #expect(try store.restore().status == 0)
  }

  @Test("two that differ are asked for again, and the last pair counts")
  func mismatch() throws {
    let store = try StoreUnderTest()
    let session = try store.typing(
      [
        ("New passphrase for", "password1"), ("once more: ", "password2"),
        ("New passphrase for", ""),
      ], "lock", store.path, "--yes")
    // An empty one is refused, whatever was typed before.
    #expect(session.status == 64, "\(session.text)")
    #expect(session.text.contains("The two are not alike."))
    #expect(session.text.contains("That is weak"))
    #expect(session.text.contains("sotto: error: the secret from the terminal is empty"))
    #expect(try !store.exists(store.vault))

    let second = try store.typing(
      [
        ("New passphrase for", "one thing"), ("once more: ", "another"),
        ("New passphrase for", StoreUnderTest.passphrase),
        ("once more: ", StoreUnderTest.passphrase),
      ], "lock", store.path, "--yes", "--kdf", "interactive")
    #expect(second.status == 0, "\(second.text)")
    #expect(try store.restore().status == 0)
  }

  @Test("Ctrl-C at the prompt ends with 130, the terminal shows again what is typed")
  func interrupted() throws {
    let store = try StoreUnderTest()
    let before = try store.fingerprint(store.home)
    let session = try store.typing(
      [("New passphrase for", "\u{3}")], "lock", store.path, "--yes")
    #expect(session.status == 130, "\(session.text)")
    #expect(session.echoed == [false])
    #expect(session.echoesAfterwards)
    #expect(try store.fingerprint(store.home) == before)
  }

  @Test("the passphrase of a vault is asked for three times")
  func wrongThreeTimes() throws {
    let store = try StoreUnderTest()
    #expect(try store.lock().status == 0)
    let session = try store.typing(
      [
        ("Passphrase for ~/diary.sotto: ", "wrong"), ("Passphrase for", "wrong again"),
        ("Passphrase for", "and again"),
      ], "verify", store.path)
    #expect(session.status == 10, "\(session.text)")
    #expect(session.echoed == [false, false, false])
    #expect(!session.text.contains("again"))
    let right = try store.typing(
      [("Passphrase for", "wrong"), ("Passphrase for", StoreUnderTest.passphrase)], "verify",
      store.path)
    #expect(right.status == 0, "\(right.text)")
  }

  @Test(
    "a passphrase comes from a file, a descriptor, a command, alike",
    arguments: [
      "--passphrase-file '$FILE'", "--passphrase-fd 0 <'$FILE'", "--passphrase-fd 7 7<'$FILE'",
      "--passphrase-file /dev/stdin <'$FILE'", "--passphrase-file <(cat '$FILE')",
      "--passphrase-command \"cat '$FILE'\"",
      "--passphrase-command \"printf '%s' \\\"$(cat '$FILE')\\\"\"",
      "--passphrase-fd 0 < <(tr -d '\\n' <'$FILE')",
      "--passphrase-fd 0 < <(sed 's/$/\\r/' '$FILE')",
    ])
  func sources(source: String) throws {
    let store = try StoreUnderTest()
    #expect(try store.lock().status == 0)
    let source = source.replacing("$FILE", with: store.passphraseFile)
    let result = try run(
      "bash", ["-c", "exec '\(Repository.program)' verify '\(store.path)' \(source)"],
      environment: store.environment)
    #expect(result.status == 0, "\(source): \(result.errorText)")
  }

  @Test("only the last line feed is no part of a passphrase")
  func inner() throws {
    let store = try StoreUnderTest()
    try write("two lines\nand a blank \n\n".utf8, to: store.passphraseFile)
    #expect(try store.lock().status == 0)
    let same = try run(
      "bash",
      [
        "-c",
        "printf 'two lines\\nand a blank \\n' | '\(Repository.program)' verify '\(store.path)' --passphrase-fd 0",
      ], environment: store.environment)
    // Its own last line feed is taken away, so this is another passphrase.
    #expect(same.status == 10)
  }

  @Test(
    "what gives no passphrase is refused, and nothing is changed",
    arguments: [
      (["--passphrase-file", "/dev/null"], Int32(64), "is empty"),
      (["--passphrase-file", "/nowhere"], 2, "cannot be opened"),
      // No number that a test which runs meanwhile could have open.
      (["--passphrase-fd", "2147483647"], 2, "cannot be read"),
      (["--passphrase-fd", "-1"], 64, "--passphrase-fd"),
      (["--passphrase-command", "exit 3"], 2, "ended with 3"),
      (["--passphrase-command", "echo half; exit 1"], 2, "ended with 1"),
      (["--passphrase-command", "true"], 64, "is empty"),
      (["--passphrase-file", "/dev/zero"], 64, "more than"),
      (["--key-file", "/dev/null"], 64, "is empty"),
      (["--recipient", "sotto1nonsense"], 64, "is no recipient"),
      (["--identity", "/dev/null"], 64, ""),
      ([], 64, "no terminal"),
    ])
  func refused(options: [String], status: Int32, words: String) throws {
    let store = try StoreUnderTest()
    let before = try store.fingerprint(store.home)
    let result = try run(
      Repository.program, ["lock", store.path, "--yes"] + options, environment: store.environment)
    #expect(result.status == status, "\(options): \(result.errorText)")
    #expect(result.errorText.contains(words), "\(options): \(result.errorText)")
    #expect(try store.fingerprint(store.home) == before)
  }

  @Test("no option takes a secret itself")
  func neverArguments() throws {
    for command in ["lock", "restore", "verify"] {
      let result = try sotto(command, "x", "--passphrase", "secret")
      #expect(result.status == 64)
    }
  }
}
