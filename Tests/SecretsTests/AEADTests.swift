import Secrets
import TestSupport
import Testing

@Suite("XChaCha20-Poly1305")
struct AEADTests {
  /// draft-irtf-cfrg-xchacha-03, A.3.1.
  let published = AEAD.Sealed(
    nonce: unhex("404142434445464748494a4b4c4d4e4f5051525354555657"),
    ciphertext: unhex(
      """
      bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb
      731c7f1b0b4aa6440bf3a82f4eda7e39ae64c6708c54c216cb96b72e1213b452
      2f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff9
      21f9664c97637da9768812f615c68b13b52e
      """),
    tag: unhex("c0875924c1c7987947deafd8780acf49"))
  let associated = unhex("50515253c0c1c2c3c4c5c6c7")

  func key() throws -> SecureBytes { try SecureBytes(Array(0x80..<0xa0)) }

  /// What comes out, as bytes; nil where it does not open.
  func open(_ sealed: AEAD.Sealed, associated: [UInt8]) throws -> [UInt8]? {
    try AEAD.open(sealed, key: key(), associated: associated)?.withBytes { Array($0) }
  }

  @Test("opens the vector of its draft")
  func vector() throws {
    let text = """
      Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the \
      future, sunscreen would be it.
      """
    #expect(try open(published, associated: associated) == Array(text.utf8))
  }

  @Test("opens nothing of which one bit was changed")
  func changes() throws {
    for place in published.ciphertext.indices {
      var changed = published
      changed.ciphertext[place] ^= 1
      #expect(try open(changed, associated: associated) == nil)
    }
    for place in published.tag.indices {
      var changed = published
      changed.tag[place] ^= 0x80
      #expect(try open(changed, associated: associated) == nil)
    }
    for place in published.nonce.indices {
      var changed = published
      changed.nonce[place] ^= 0x04
      #expect(try open(changed, associated: associated) == nil)
    }
    #expect(try open(published, associated: []) == nil)
    #expect(try open(published, associated: associated + [0]) == nil)
  }

  @Test("opens what it sealed, and seals equal plaintexts differently")
  func sealing() throws {
    let plaintext = Array<UInt8>(0..<64)
    let first = try AEAD.seal(SecureBytes(plaintext), key: key(), associated: [1, 2])
    let second = try AEAD.seal(SecureBytes(plaintext), key: key(), associated: [1, 2])
    #expect(first.nonce != second.nonce)
    #expect(first.ciphertext != second.ciphertext)
    #expect(first.tag != second.tag)
    #expect(try open(first, associated: [1, 2]) == plaintext)
    #expect(try open(second, associated: [1, 2]) == plaintext)
    let empty = try AEAD.seal(SecureBytes([]), key: key())
    #expect(empty.ciphertext.isEmpty)
    #expect(try open(empty, associated: []) == [])
  }

  @Test("refuses a key, a nonce and a tag of another length")
  func lengths() throws {
    #expect(throws: SecretsError.unsuitable) {
      try AEAD.seal(SecureBytes([1]), key: SecureBytes(count: 31))
    }
    var short = published
    short.nonce.removeLast()
    #expect(throws: SecretsError.unsuitable) { try open(short, associated: []) }
    short = published
    short.tag.removeLast()
    #expect(throws: SecretsError.unsuitable) { try open(short, associated: []) }
  }
}
