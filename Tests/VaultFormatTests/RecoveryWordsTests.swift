import Secrets
import TestSupport
import Testing
import VaultFormat

@Suite("Recovery words")
struct RecoveryWordsTests {
  /// Mnemonic("english").to_mnemonic(entropy) of the package mnemonic 0.21, BIP-39's own.
  static let known = [
    (
      "0000000000000000000000000000000000000000",
      """
      abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon \
      abandon abandon abandon address
      """
    ),
    (
      "ffffffffffffffffffffffffffffffffffffffff",
      "zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo wrist"
    ),
    (
      "7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f",
      """
      legal winner thank year wave sausage worth useful legal winner thank year wave sausage wise
      """
    ),
    (
      "8080808080808080808080808080808080808080",
      """
      letter advice cage absurd amount doctor acoustic avoid letter advice cage absurd amount \
      doctor accident
      """
    ),
    (
      "000102030405060708090a0b0c0d0e0f10111213",
      """
      abandon amount liar amount expire adjust cage candy arch gather drum bullet absurd math \
      exhibit
      """
    ),
    (
      "fffefdfcfbfaf9f8f7f6f5f4f3f2f1f0efeeedec",
      """
      zoo wave left wave question wise thank team visual panel round tide year ivory rack
      """
    ),
  ]

  @Test("are those of BIP-39 for the same bytes, and back", arguments: known)
  func both(entropy: String, words: String) throws {
    let text = try RecoveryWords.text(of: SecureBytes(unhex(entropy)))
    #expect(bytes(of: text) == Array(words.utf8))
    #expect(try bytes(of: RecoveryWords.decode(secret(words))) == unhex(entropy))
  }

  @Test("may be typed in capitals and over several lines")
  func typed() throws {
    let (entropy, words) = Self.known[4]
    let typed = "\t " + words.uppercased().split(separator: " ").joined(separator: " \r\n ") + "\n"
    #expect(try bytes(of: RecoveryWords.decode(secret(typed))) == unhex(entropy))
  }

  @Test("come back from every new one, and are never the same")
  func generated() throws {
    var seen: Set<[UInt8]> = []
    for _ in 0..<50 {
      let entropy = try RecoveryWords.generate()
      let text = try RecoveryWords.text(of: entropy)
      #expect(bytes(of: text).split(separator: 0x20).count == RecoveryWords.count)
      #expect(try bytes(of: RecoveryWords.decode(text)) == bytes(of: entropy))
      seen.insert(bytes(of: text))
    }
    #expect(seen.count == 50)
  }

  @Test(
    "are refused where one is not in the list, missing, too many or not in its place",
    arguments: [
      "", "abandon", String(repeating: "abandon ", count: 15), String(repeating: "zoo ", count: 15),
      "abando amount liar amount expire adjust cage candy arch gather drum bullet absurd math exhibit",
      "amount abandon liar amount expire adjust cage candy arch gather drum bullet absurd math exhibit",
      "abandon amount liar amount expire adjust cage candy arch gather drum bullet absurd math exhibi",
      "abandon amount liar amount expire adjust cage candy arch gather drum bullet absurd math exhibits",
      "abandon amount liar amount expire adjust cage candy arch gather drum bullet absurd math",
      "abandon amount liar amount expire adjust cage candy arch gather drum bullet absurd math exhibit a",
      "abandon amount liär amount expire adjust cage candy arch gather drum bullet absurd math exhibit",
    ])
  func refused(words: String) {
    #expect(failure { _ = try RecoveryWords.decode(secret(words)) } == .wrongSecret)
  }

  @Test("are told wrong by their number, which says nothing of what was typed")
  func messages() throws {
    let words = "abandon amount lira amount expire adjust cage candy arch gather drum bullet"
    #expect(throws: VaultFormatError(.wrongSecret, "recovery words", "12 words, not 15")) {
      _ = try RecoveryWords.decode(secret(words))
    }
    #expect(
      throws: VaultFormatError(.wrongSecret, "recovery words", "word 3 is not in the list")
    ) {
      _ = try RecoveryWords.decode(secret(words + " absurd math exhibit"))
    }
  }

  @Test("are not made of another number of bytes")
  func length() {
    #expect(failure { _ = try RecoveryWords.text(of: counting(16)) } == .unsuitable)
  }
}
