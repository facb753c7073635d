import ByteReading
import TestSupport
import Testing

/// `sotto key remove`, and how many key slots there can be.
@Suite struct KeyRemoveTests {
  private func locked() throws -> StoreUnderTest {
    let store = try StoreUnderTest()
    let result = try store.lock()
    #expect(result.status == 0, "\(result.errorText)")
    return store
  }

  @Test("a slot is removed by any unique beginning of its id, and is in no file then")
  func removing() throws {
    let store = try locked()
    let keyFile = try store.file("key", "key")
    #expect(try store.key("add", store.secret + ["--new-key-file", keyFile]).status == 0)
    let old = try store.slotBytes(0)
    let ids = try store.slots().map { $0["id"]?.string ?? "?" }
    let unique = String(
      (0...32).lazy.map { ids[0].prefix($0) }.first { !ids[1].hasPrefix($0) } ?? "")
    // Capitals are as good.
    let asked = try store.key("remove", [unique.uppercased()] + store.secret)
    #expect(asked.status == 64)
    #expect(asked.errorText.contains("say --yes"))
    #expect(try store.slots().count == 2)
    // By the secret of the very slot.
    let result = try store.key("remove", [unique.uppercased(), "--yes"] + store.secret)
    #expect(result.status == 0, "\(result.errorText)")
    #expect(result.text == "removed passphrase \(ids[0].prefix(8))\n")
    #expect(try store.slotTypes() == ["key-file"])
    #expect(try store.verify(store.secret) == 10)
    #expect(try store.verify(["--key-file", keyFile]) == 0)
    #expect(try store.vaultFiles(holding: old.id) == [])
    #expect(try store.vaultFiles(holding: old.sealed) == [])
  }

  @Test("a beginning of several ids, of none, and the last slot are refused before any secret")
  func removingRefused() throws {
    let store = try locked()
    let last = try store.slots()[0]["id"]?.string ?? "?"
    let only = try store.key("remove", [last, "--yes"])
    #expect(only.status == 64)
    #expect(only.errorText.contains("only key slot"))
    // Ids are random: of 17 two begin with the same digit.
    for number in 0..<16 {
      let keyFile = try store.file("key", "key \(number)")
      #expect(try store.key("add", store.secret + ["--new-key-file", keyFile]).status == 0)
    }
    let firsts = try store.slots().compactMap { $0["id"]?.string?.first }
    #expect(firsts.count == 17)
    let twice = try #require(firsts.first { digit in firsts.count { $0 == digit } > 1 })
    let header = try contents(store.vault + "/header.1")
    let ambiguous = try store.key("remove", [String(twice), "--yes"])
    #expect(ambiguous.status == 64)
    #expect(ambiguous.errorText.contains("key slots have an id that begins with \(twice)"))
    #expect(ambiguous.errorText.contains("sotto: hint: give more of it: "))
    for nothing in ["zz", "", String(repeating: "0", count: 33)] {
      let none = try store.key("remove", [nothing, "--yes"])
      #expect(none.status == 64, "\(nothing): \(none.errorText)")
      #expect(none.errorText.contains("sotto key list shows the ids"))
    }
    #expect(try contents(store.vault + "/header.1") == header)
  }

  @Test("there is room for 64 slots, the next one is refused and nothing changed")
  func full() throws {
    let store = try locked()
    for number in 1..<64 {
      let keyFile = try store.file("key", "key \(number)")
      let result = try store.key("add", store.secret + ["--new-key-file", keyFile])
      #expect(result.status == 0, "\(number): \(result.errorText)")
    }
    let header = try contents(store.vault + "/header.1")
    let keyFile = try store.file("key", "one more")
    let refused = try store.key("add", store.secret + ["--new-key-file", keyFile])
    #expect(refused.status == 2, "\(refused.errorText)")
    #expect(refused.errorText.contains("65 key slots"))
    #expect(try contents(store.vault + "/header.1") == header)
    #expect(try store.verify(store.secret) == 0)
  }
}
