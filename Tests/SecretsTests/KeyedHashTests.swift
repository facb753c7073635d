import Secrets
import Testing

@Suite("BLAKE2b")
struct KeyedHashTests {
  @Test("agrees with RFC 7693's function over abc, at 32 bytes, as Python's hashlib has it")
  func unkeyed() {
    var hash = KeyedHash()
    hash.add("a")
    hash.add(Array("bc".utf8))
    let expected = "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319"
    let digest = hash.digest()
    #expect(digest.bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() == expected)
  }
}
