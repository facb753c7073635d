import CSodium
import Secrets
import TestSupport
import Testing

@Suite("Argon2id")
struct PassphraseDerivationTests {
  /// argon2-cffi, the reference implementation in C: hash_secret_raw(…, parallelism=1, hash_len=32,
  /// type=Type.ID, version=19), salt the bytes 0 to 15.
  @Test(
    "agrees with the reference implementation",
    arguments: [
      (
        "correct horse battery staple", 1, 8,
        "d17ea6341ca93da6079ea2f64dc4aa31dd1aaf9caa67fb42ac4afd0714706f26"
      ),
      ("", 3, 1024, "55cbc0bb08083e133dac010f5480bd2aa3c96d2811000b9629e9895f1fa0ef1e"),
      ("pässword", 2, 65536, "38fa25f5c7d37dd415adf0f9ba4838e59e8a086a4aa42f4a6f6c09e3d44309a4"),
    ])
  func derivation(passphrase: String, passes: UInt32, memory: UInt32, expected: String) throws {
    let derivation = PassphraseDerivation(passes: passes, memoryKiB: memory)
    let key = try derivation.derive(
      SecureBytes(Array(passphrase.utf8)), salt: Array<UInt8>(0..<16))
    #expect(key.withBytes { Array($0) } == unhex(expected))
  }

  /// The first vector of libsodium's own test pwhash_argon2id, which the reference agrees with.
  @Test("of the system's library has its published answer")
  func published() {
    let passphrase = unhex(
      """
      a347ae92bce9f80f6f595a4480fc9c2fe7e7d7148d371e9487d75f5c23008ffae065577a928febd9b1973a5a
      95073acdbeb6a030cfc0d79caa2dc5cd011cef02c08da232d76d52dfbca38ca8dcbd665b17d1665f7cf5fe59
      772ec909733b24de97d6f58d220b20c60d7c07ec1fd93c52c31020300c6c1facd77937a597c7a6
      """)
    var key = [UInt8](repeating: 0, count: 155)
    let status = crypto_pwhash(
      &key, UInt64(key.count), passphrase.map { CChar(bitPattern: $0) },
      UInt64(passphrase.count), unhex("5541fbc995d5c197ba290346d2c559de"), 5, 7_256_678,
      crypto_pwhash_ALG_ARGON2ID13)
    #expect(status == 0)
    let expected = unhex(
      """
      18acec5d6507739f203d1f5d9f1d862f7c2cdac4f19d2bdff64487e60d969e3ced615337b9eec6ac4461c6ca
      07f0939741e57c24d0005c7ea171a0ee1e7348249d135b38f222e4dad7b9a033ed83f5ca27277393e3165820
      33c74affe2566a2bea47f91f0fd9fe49ece7e1f79f3ad6e9b23e0277c8ecc4b313225748dd2a80f5679534a0
      700e246a79a49b3f74eb89ec6205fe1eeb941c73b1fcf1
      """)
    #expect(key == expected)
  }

  @Test(
    "is not run with parameters outside the limits",
    arguments: [(0, 8), (65, 8), (1, 7), (1, 4_194_305), (UInt32.max, UInt32.max)])
  func limits(passes: UInt32, memory: UInt32) {
    let derivation = PassphraseDerivation(passes: passes, memoryKiB: memory)
    #expect(!derivation.isAllowed)
    #expect(throws: SecretsError.unsuitable) {
      _ = try derivation.derive(SecureBytes([1]), salt: Array<UInt8>(0..<16))
    }
  }

  @Test("is not run with a salt of another length")
  func salt() {
    #expect(throws: SecretsError.unsuitable) {
      _ = try PassphraseDerivation(passes: 1, memoryKiB: 8).derive(SecureBytes([1]), salt: [1])
    }
  }

  @Test("has three strengths that are libsodium's and within the limits")
  func strengths() {
    let strengths: [(PassphraseDerivation, Int, Int)] = [
      (.interactive, crypto_pwhash_opslimit_interactive(), crypto_pwhash_memlimit_interactive()),
      (.moderate, crypto_pwhash_opslimit_moderate(), crypto_pwhash_memlimit_moderate()),
      (.sensitive, crypto_pwhash_opslimit_sensitive(), crypto_pwhash_memlimit_sensitive()),
    ]
    for (derivation, passes, memory) in strengths {
      #expect(derivation.isAllowed)
      #expect(Int(derivation.passes) == passes)
      #expect(Int(derivation.memoryKiB) * 1024 == memory)
    }
  }
}
