import CSodium
import Secrets
import TestSupport
import Testing

@Suite("BLAKE2b")
struct KeyedHashTests {
  @Test("agrees with RFC 7693's function over abc, at 32 bytes, as Python's hashlib has it")
  func unkeyed() {
    var hash = KeyedHash()
    hash.add("a")
    hash.add(Array("bc".utf8))
    let expected = unhex("bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319")
    #expect(hash.digest().bytes == expected)
  }

  /// Expected: hashlib.blake2b(message, key=key, digest_size=32).
  @Test(
    "agrees with Python's hashlib under a key",
    arguments: [
      (32, 0, "4e51e7a913fc80137da52880fecca175bf81e117d5c68126dc2774033517ea0d"),
      (32, 255, "f60f5c4a575c43db6c93608515866ea998e04b35792f5a92b27aa5880cd6721e"),
    ])
  func keyed(key: Int, message: Int, expected: String) throws {
    let key = try SecureBytes(Array(0..<UInt8(key)))
    let message = Array(0..<UInt8(message))
    var hash = KeyedHash(key: key)
    hash.add(message)
    #expect(hash.digest().bytes == unhex(expected))
    // In pieces, and all at once.
    var pieces = KeyedHash(key: key)
    for byte in message { pieces.add([byte]) }
    let derived = try pieces.key()
    #expect(derived.withBytes { Array($0) } == unhex(expected))
    let digest = message.withUnsafeBytes { message in
      key.withBytes { KeyedHash.digest(of: message, keyBytes: $0) }
    }
    #expect(digest.bytes == unhex(expected))
  }

  /// blake2-kat.h of the authors' reference: a key of 64 bytes, messages of 0, 1 and 255.
  @Test(
    "of the system's library has the known answers of the function's authors",
    arguments: [
      (
        0,
        """
        10ebb67700b1868efb4417987acf4690ae9d972fb7a590c2f02871799aaa4786
        b5e996e8f0f4eb981fc214b005f42d2ff4233499391653df7aefcbc13fc51568
        """
      ),
      (
        1,
        """
        961f6dd1e4dd30f63901690c512e78e4b45e4742ed197c3c5e45c549fd25f2e4
        187b0bc9fe30492b16b0d0bc4ef9b0f34c7003fac09a5ef1532e69430234cebd
        """
      ),
      (
        255,
        """
        142709d62e28fcccd0af97fad0f8465b971e82201dc51070faa0372aa43e9248
        4be1c1e73ba10906d5d1853db6a4106e0a7bf9800d373d6dee2d46d62ef2a461
        """
      ),
    ])
  func knownAnswers(count: Int, expected: String) {
    var digest = [UInt8](repeating: 0, count: 64)
    let key = Array<UInt8>(0..<64)
    let message = Array(0..<UInt8(count))
    let status = crypto_generichash_blake2b(
      &digest, digest.count, message, UInt64(message.count), key, key.count)
    #expect(status == 0)
    #expect(digest == unhex(expected))
  }

  @Test("compares digests by every byte")
  func matches() throws {
    let bytes = Array<UInt8>(0..<32)
    let digest = try #require(Digest(bytes))
    #expect(digest.matches(digest))
    for place in bytes.indices {
      var other = bytes
      other[place] ^= 0x10
      #expect(try !digest.matches(#require(Digest(other))))
    }
  }
}
