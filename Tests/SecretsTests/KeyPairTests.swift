import Secrets
import TestSupport
import Testing

@Suite("X25519 pairs and sealed boxes")
struct KeyPairTests {
  @Test(
    "have the public keys of RFC 7748, 6.1",
    arguments: [
      (
        "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a",
        "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a"
      ),
      (
        "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb",
        "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f"
      ),
    ])
  func published(privateKey: String, publicKey: String) throws {
    let pair = try KeyPair(privateKey: SecureBytes(unhex(privateKey)))
    let found = pair.publicKey
    #expect(found == unhex(publicKey))
  }

  /// nacl.bindings.crypto_box_seal, PyNaCl 1.6.2, to the public key of the bytes 0 to 31.
  let box = unhex(
    """
    adf23eef6ba8442ead8f450e56494016554e721fc0166edf69ba5c72cb746d38
    e0a57d77a59968711daedf549846252a2a3025154d46a88858781a328385b323
    bd3b2aeaedfeb5c0ac55e4fd14a4b30b
    """)

  /// What the pair of the bytes 0 to 31 takes out of a box.
  func opened(_ box: [UInt8]) throws -> [UInt8]? {
    let pair = try KeyPair(privateKey: SecureBytes(Array(0..<32)))
    return try SealedBox.open(box, with: pair)?.withBytes { Array($0) }
  }

  @Test("open a box that another library sealed")
  func foreignBox() throws {
    #expect(try opened(box) == Array("the volume key, as 32 bytes have".utf8))
  }

  @Test("open no box that was changed, cut, lengthened or sealed to somebody else")
  func changedBox() throws {
    for place in box.indices {
      var changed = box
      changed[place] ^= 1
      #expect(try opened(changed) == nil)
    }
    for count in box.indices { #expect(try opened(Array(box[..<count])) == nil) }
    #expect(try opened(box + [0]) == nil)
    let other = try KeyPair.random()
    let publicKey = other.publicKey
    let sealed = try SealedBox.seal(SecureBytes([1, 2, 3]), to: publicKey)
    #expect(try opened(sealed) == nil)
  }

  @Test("open what they seal, which is never the same twice")
  func ownBox() throws {
    let pair = try KeyPair(privateKey: SecureBytes(Array(0..<32)))
    let publicKey = pair.publicKey
    let first = try SealedBox.seal(SecureBytes([1, 2, 3]), to: publicKey)
    let second = try SealedBox.seal(SecureBytes([1, 2, 3]), to: publicKey)
    #expect(first.count == 3 + SealedBox.overhead)
    #expect(first != second)
    #expect(try opened(first) == [1, 2, 3])
    #expect(try opened(second) == [1, 2, 3])
  }

  @Test("refuse keys of another length, and a public key that shares no secret")
  func refused() throws {
    #expect(throws: SecretsError.unsuitable) {
      _ = try KeyPair(privateKey: SecureBytes(count: 31))
    }
    for publicKey in [[UInt8](repeating: 9, count: 31), [UInt8](repeating: 0, count: 32)] {
      #expect(throws: SecretsError.unsuitable) {
        try SealedBox.seal(SecureBytes([1]), to: publicKey)
      }
    }
  }
}
