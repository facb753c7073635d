import TestSupport
import Testing

/// Another secret in the place of one that opens a vault.
@Suite struct KeyChangeTests {
  @Test("a change that was cut off when the old secret was gone is finished by the same command")
  func cutOff() throws {
    let store = try StoreUnderTest()
    let (key, other) = (store.folder.path + "/key", store.folder.path + "/other")
    try write([UInt8](0...99), to: key)
    try write([UInt8](100...199), to: other)
    #expect(try store.lock().status == 0)
    let words = ["key", "change", store.path, "--passphrase-file", store.passphraseFile]
    let change = words + ["--new-key-file", key]
    let changed = try run(Repository.program, change, environment: store.environment)
    #expect(changed.status == 0, "\(changed.errorText)")
    #expect(changed.text.hasPrefix("replaced "))

    // As it was left between the second copy of the header and the end.
    try write([1, 2, 3], to: store.vault + "/header.new")
    #expect(try store.sotto("verify", store.path, "--key-file", key).status == 13)
    let again = try run(Repository.program, change, environment: store.environment)
    #expect(again.status == 0, "\(again.errorText)")
    #expect(
      again.text == "replaced already: the new secret opens the vault, the old one does not\n")
    #expect(try !store.exists(store.vault + "/header.new"))
    #expect(try store.sotto("verify", store.path, "--key-file", key).status == 0)

    // Neither opens it; a public key cannot tell.
    let before = try store.fingerprint(store.vault)
    for new in [["--new-key-file", other], ["--recipient", try recipient(store)]] {
      let neither = try run(Repository.program, words + new, environment: store.environment)
      #expect(neither.status == 10, "\(new): \(neither.errorText)")
    }
    #expect(try store.fingerprint(store.vault) == before)
  }

  private func recipient(_ store: StoreUnderTest) throws -> String {
    let made = try store.sotto("key", "identity", store.folder.path + "/identity")
    return String(made.text.dropLast())
  }
}
