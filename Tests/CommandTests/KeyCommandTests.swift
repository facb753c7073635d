import ByteReading
import TestSupport
import Testing

/// `sotto key add`, `change` and `recovery`: what opens afterwards, and what does not.
@Suite struct KeyCommandTests {
  private static let cheap = ["--kdf", "interactive"]

  private func locked() throws -> StoreUnderTest {
    let store = try StoreUnderTest()
    let result = try store.lock()
    #expect(result.status == 0, "\(result.errorText)")
    return store
  }

  @Test("each secret that was added opens the vault by itself, and the first one still does")
  func adding() throws {
    let store = try locked()
    #expect(try store.slotTypes() == ["passphrase"])
    let tree = try store.fingerprint(store.vault + "/tree.1")
    let second = try store.file("second", "a second passphrase\n")
    let keyFile = try store.file("key", "any bytes \u{0} at all")
    let owner = try store.recipient("owner")
    let added = [
      (["--new-passphrase-file", second], ["--passphrase-file", second], "passphrase"),
      (
        ["--new-passphrase-command", "echo third"], ["--passphrase-command", "echo third"],
        "passphrase"
      ),
      (["--new-key-file", keyFile], ["--key-file", keyFile], "key-file"),
      (["--recipient", owner.publicKey], owner.secret, "recipient"),
    ]
    for (new, opening, type) in added {
      #expect(try store.verify(opening) == 10, "\(type)")
      let result = try store.key("add", store.secret + new + Self.cheap)
      #expect(result.status == 0, "\(result.errorText)")
      #expect(result.text.hasPrefix("added \(type) "))
      #expect(try store.verify(opening) == 0, "\(type)")
    }
    #expect(try store.verify(store.secret) == 0)
    #expect(
      try store.slotTypes() == ["passphrase", "passphrase", "passphrase", "key-file", "recipient"])
    let recipients = try store.slots().compactMap { $0["recipient"]?.string }
    #expect(recipients == [owner.publicKey])
    // Not one object was touched.
    #expect(try store.fingerprint(store.vault + "/tree.1") == tree)
    let restored = try store.sotto("restore", store.path, owner.secret[0], owner.secret[1], "--yes")
    #expect(restored.status == 0, "\(restored.errorText)")
    #expect(try contents(store.path + "/2026-11-23.txt") == Array("Dear diary\n".utf8))
  }

  @Test("an added secret adds the next one")
  func addedAdds() throws {
    let store = try locked()
    let keyFile = try store.file("key", "key")
    #expect(try store.key("add", store.secret + ["--new-key-file", keyFile]).status == 0)
    let other = try store.file("other", "other key")
    #expect(try store.key("add", ["--key-file", keyFile, "--new-key-file", other]).status == 0)
    #expect(try store.verify(["--key-file", other]) == 0)
  }

  @Test("a passphrase to be added is asked for twice, after the one that opens")
  func addingOnTheTerminal() throws {
    let store = try locked()
    let session = try store.typing(
      [
        ("Passphrase for ~/diary.sotto: ", StoreUnderTest.passphrase),
        ("New passphrase for ~/diary.sotto: ", "typed by hand, twice"),
        ("once more: ", "typed by hand, twice"),
      ], "key", "add", store.vault, "--kdf", "interactive")
    #expect(session.status == 0, "\(session.text)")
    #expect(session.echoed == [false, false, false])
    #expect(!session.text.contains("typed by hand"))
    #expect(try store.verify(["--passphrase-command", "echo typed by hand, twice"]) == 0)
  }

  @Test(
    "a wrong secret changes nothing", arguments: ["add", "change", "remove", "recovery", "rotate"])
  func wrongSecret(verb: String) throws {
    let store = try locked()
    let keyFile = try store.file("key", "key")
    #expect(try store.key("add", store.secret + ["--new-key-file", keyFile]).status == 0)
    let before = try store.fingerprint(store.folder.path)
    let wrong = try store.file("wrong", "wrong")
    let more: [String] =
      switch verb {
      case "add", "change": ["--new-key-file", wrong]
      case "remove": [try store.slots()[0]["id"]?.string ?? "?"]
      default: []
      }
    for secret in [["--passphrase-file", wrong], ["--key-file", wrong]] {
      let result = try store.key(verb, more + secret + ["--yes"])
      #expect(result.status == 10, "\(verb): \(result.errorText)")
      #expect(result.errorText.contains("sotto: hint: "))
      #expect(result.output.isEmpty)
    }
    let after = try store.fingerprint(store.folder.path).filter { !$0.contains("wrong") }
    #expect(after.filter { $0.hasPrefix("f ") } == before.filter { $0.hasPrefix("f ") })
    #expect(try store.verify(store.secret) == 0)
  }

  @Test("after a change the old secret opens nothing, and its slot is in no file")
  func changing() throws {
    let store = try locked()
    let keyFile = try store.file("key", "key")
    #expect(try store.key("add", store.secret + ["--new-key-file", keyFile]).status == 0)
    let old = try store.slotBytes(0)
    #expect(try store.vaultFiles(holding: old.id).count == 2)
    #expect(try store.vaultFiles(holding: old.sealed).count == 2)
    let before = try store.slots()
    let new = try store.file("new", "an altogether new one\n")
    let result = try store.key(
      "change", store.secret + ["--new-passphrase-file", new] + Self.cheap)
    #expect(result.status == 0, "\(result.errorText)")
    let after = try store.slots()
    let ids = [before, after].map { String(($0[0]["id"]?.string ?? "?").prefix(8)) }
    #expect(result.text == "replaced \(ids[0]) by \(ids[1])\n")
    #expect(ids[0] != ids[1])
    // The other slot stays as it was.
    #expect(after.count == 2 && after[1] == before[1])

    #expect(try store.verify(store.secret) == 10)
    #expect(try store.verify(["--passphrase-file", new]) == 0)
    #expect(try store.verify(["--key-file", keyFile]) == 0)
    #expect(try store.vaultFiles(holding: old.id) == [])
    #expect(try store.vaultFiles(holding: old.sealed) == [])
    let restored = try store.sotto("restore", store.path, "--passphrase-file", new, "--yes")
    #expect(restored.status == 0, "\(restored.errorText)")
    #expect(try contents(store.path + "/letters/a long one.md").count == 100_000)
  }

  @Test("a change may turn a passphrase into a key file, and a key file into a recipient")
  func changingTypes() throws {
    let store = try locked()
    let keyFile = try store.file("key", "key")
    let owner = try store.recipient("owner")
    #expect(try store.key("change", store.secret + ["--new-key-file", keyFile]).status == 0)
    #expect(try store.slotTypes() == ["key-file"])
    let second = try store.key(
      "change", ["--key-file", keyFile, "--recipient", owner.publicKey])
    #expect(second.status == 0, "\(second.errorText)")
    #expect(try store.slotTypes() == ["recipient"])
    #expect(try store.verify(["--key-file", keyFile]) == 10)
    #expect(try store.verify(owner.secret) == 0)
  }

  @Test("recovery prints fifteen words once, and they open the vault as they are typed")
  func recovery() throws {
    let store = try locked()
    let result = try store.key("recovery", store.secret)
    #expect(result.status == 0, "\(result.errorText)")
    #expect(result.text.split(separator: "\n").count == 1)
    let words = result.text.split { $0.isWhitespace }
    #expect(words.count == 15)
    for word in words.filter({ $0.count > 5 }) { #expect(!result.errorText.contains(word)) }
    #expect(result.errorText.contains("not shown again"))
    #expect(try store.slotTypes() == ["passphrase", "recovery-words"])
    let typed = try store.file(
      "words", " " + words.joined(separator: "\n").uppercased() + "\r\n")
    #expect(try store.verify(["--recovery-file", typed]) == 0)
    #expect(try store.verify(store.secret) == 0)
    #expect(try store.vaultFiles(holding: Array(words.joined(separator: " ").utf8)) == [])
    // One word less, or two in each other's place.
    let short = try store.file("short", words.dropLast().joined(separator: " "))
    #expect(try store.verify(["--recovery-file", short]) == 10)
    let again = try store.key("recovery", ["--recovery-file", typed])
    #expect(again.status == 0, "\(again.errorText)")
    #expect(again.text != result.text)
  }

  @Test("a vault made for a recipient alone is opened and changed by nobody else")
  func recipientOnly() throws {
    let store = try StoreUnderTest()
    let owner = try store.recipient("owner")
    let locked = try store.sotto("lock", store.path, "--recipient", owner.publicKey, "--yes")
    #expect(locked.status == 0, "\(locked.errorText)")
    #expect(try store.slotTypes() == ["recipient"])
    let stranger = try store.recipient("stranger")
    #expect(try store.verify(stranger.secret) == 10)
    #expect(try store.verify(store.secret) == 10)
    let refused = try store.key("add", stranger.secret + ["--recipient", stranger.publicKey])
    #expect(refused.status == 10)
    let rotated = try store.key("rotate", owner.secret + ["--yes"])
    #expect(rotated.status == 0, "\(rotated.errorText)")
    #expect(try store.verify(owner.secret) == 0)
    let added = try store.key(
      "add", owner.secret + ["--new-passphrase-file", store.passphraseFile] + Self.cheap)
    #expect(added.status == 0, "\(added.errorText)")
    let restored = try store.restore()
    #expect(restored.status == 0, "\(restored.errorText)")
    #expect(try contents(store.path + "/2026-11-23.txt") == Array("Dear diary\n".utf8))
  }
}
