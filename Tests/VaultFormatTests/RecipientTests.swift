import Secrets
import Testing
import VaultFormat

@Suite("Recipients and their identities")
struct RecipientTests {
  /// bech32_encode("sotto", convertbits(key, 8, 5)) and the same for the private key in capitals, by
  /// the package bech32 1.2.0, BIP-173's reference code, for the private key of the bytes 0 to 31.
  let recipient = "sotto13aqvttdk3ujkyjh9kg2w5an6dmy5mq5a84a4uxk3hfhnugfc9p0sdz5sp2"
  let identity =
    "SOTTO-SECRET-KEY-1QQQSYQCYQ5RQWZQFPG9SCRGWPUGPZYSNZS23V9CCRYDPK8QARC0SG2H7MD"

  @Test("are written as BIP-173's reference writes them, and read again")
  func both() throws {
    let pair = try KeyPair(privateKey: counting(32))
    let publicKey = pair.publicKey
    #expect(try Recipient.encode(publicKey: publicKey) == recipient)
    #expect(try Recipient.decode(recipient) == publicKey)
    #expect(try Recipient.decode(recipient.uppercased()) == publicKey)
    #expect(try bytes(of: Identity.encode(privateKey: counting(32))) == Array(identity.utf8))
    #expect(try bytes(of: Identity.decode(secret(identity))) == Array(0..<32))
  }

  @Test("identities are found among comments and empty lines")
  func comments() throws {
    let file = "# made today\r\n\n \t\(identity.lowercased())  \r\n#\(identity)\n"
    #expect(try bytes(of: Identity.decode(secret(file))) == Array(0..<32))
  }

  @Test("identities are refused where there is none, more than one, or something else")
  func noIdentity() {
    for text in [
      "", "#", identity + "\n" + identity, recipient, String(identity.dropLast()),
      identity.replacing("Q", with: "q"), "x" + identity, identity + "x", "\n" + identity + " x",
    ] {
      #expect(failure { _ = try Identity.decode(secret(text)) } == .wrongSecret)
    }
  }

  @Test("recipients are refused where they are misspelled or something else")
  func noRecipient() {
    for text in [
      "", "sotto1", identity, recipient + " ", " " + recipient, String(recipient.dropLast()),
      String(recipient.dropFirst()), recipient.replacing("1", with: "l"),
      "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj",
    ] {
      #expect(failure { _ = try Recipient.decode(text) } == .unsuitable)
    }
    #expect(failure { _ = try Recipient.encode(publicKey: [1, 2]) } == .unsuitable)
    #expect(failure { _ = try Identity.encode(privateKey: counting(31)) } == .unsuitable)
  }
}
