import Secrets
import Testing

@testable import VaultFormat

@Suite("Bech32")
struct Bech32Tests {
  /// The payload of a text whose prefix is all before its last 1; nil where it is none.
  func decode(_ text: String) throws -> [UInt8]? {
    let place = text.lastIndex(of: "1") ?? text.startIndex
    let prefix = text[..<place].lowercased()
    let text = try secret(text)
    do throws(Bech32.DecodingError) {
      return bytes(of: try Bech32.decode(text, 0..<text.count, prefix: Array(prefix.utf8)))
    } catch {
      return nil
    }
  }

  /// BIP-173, "Test vectors".
  @Test(
    "takes the valid texts of BIP-173",
    arguments: [
      ("A12UEL5L", 0), ("a12uel5l", 0),
      (
        "an83characterlonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbio1tt5tgs",
        0
      ),
      ("abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw", 20),
      (
        "11qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqc8247j",
        51
      ),
      ("split1checkupstagehandshakeupstreamerranterredcaperred2y9e3w", 30), ("?1ezyfcl", 0),
    ])
  func valid(text: String, count: Int) throws {
    let payload = try #require(try decode(text))
    #expect(payload.count == count)
    let prefix = text.lowercased()[..<(text.lastIndex(of: "1") ?? text.startIndex)]
    let again = try Bech32.encode(SecureBytes(payload), prefix: Array(prefix.utf8))
    #expect(bytes(of: again) == Array(text.lowercased().utf8))
  }

  /// Without those whose prefix is at fault, which here is the caller's.
  @Test(
    "refuses the invalid texts of BIP-173",
    arguments: [
      "pzry9x0s0muk", "1pzry9x0s0muk", "x1b4n0q5v", "li1dgmt3", "de1lg7wt\u{ff}", "A1G7SGD8",
      "an84characterslonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbio1569pvx",
    ])
  func invalid(text: String) throws {
    #expect(try decode(text) == nil)
  }

  @Test("refuses a text with any character changed")
  func changes() throws {
    let text = Array("abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw".utf8)
    for place in text.indices {
      for letter in "qp7b1Q ".utf8 where letter != text[place] {
        var changed = text
        changed[place] = letter
        let secret = try SecureBytes(changed)
        #expect(throws: Bech32.DecodingError.self) {
          _ = try Bech32.decode(secret, 0..<secret.count, prefix: Array("abcdef".utf8))
        }
      }
    }
  }
}
