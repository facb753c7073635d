internal import CSodium
public import Secrets

/// Fifteen words to be written down, which stand for 160 random bits and a checksum of 5
/// (docs/vault-format.md, "Header").
///
/// Neither the words nor the bits are ever in a `String`.
public enum RecoveryWords {
  /// The random bytes behind the words.
  public static let entropyCount = 20
  /// How many words there are.
  public static let count = 15
  private static let bitsPerWord = 11
  private static let checksumBits = 5

  /// New random bytes, for a slot and for `text`.
  /// - Throws: `noMemory`.
  public static func generate() throws(VaultFormatError) -> SecureBytes {
    do throws(SecretsError) {
      return try SecureBytes.random(count: entropyCount)
    } catch {
      throw VaultFormatError(error, "recovery words")
    }
  }

  /// The words for 20 bytes, with a space between each two.
  /// - Throws: `unsuitable` for another number of bytes; `noMemory`.
  public static func text(
    of entropy: borrowing SecureBytes
  ) throws(VaultFormatError) -> SecureBytes {
    guard entropy.count == entropyCount else {
      throw VaultFormatError(.unsuitable, "recovery words", "\(entropy.count) bytes")
    }
    do throws(SecretsError) {
      var text = try SecureBytes(count: count * (WordList.longest + 1))
      var length = 0
      for number in 0..<count {
        var word = entropy.bits(bitsPerWord, at: bitsPerWord * number)
        if number == count - 1 { word |= checksum(of: entropy) }
        for letter in WordList.english[word] {
          text[length] = letter
          length += 1
        }
        text[length] = UInt8(ascii: " ")
        length += 1
      }
      return try text.part(0..<length - 1)
    } catch {
      throw VaultFormatError(error, "recovery words")
    }
  }

  /// The 20 bytes of words as they were typed: small letters or capitals, any white space between.
  /// - Throws: `wrongSecret` where they are not 15 words of the list whose checksum agrees;
  ///   `noMemory`.
  public static func decode(
    _ text: borrowing SecureBytes
  ) throws(VaultFormatError) -> SecureBytes {
    let words = text.pieces(separatedBy: \.isWhiteSpace)
    guard words.count == count else { throw wrong("\(words.count) words, not \(count)") }
    var entropy: SecureBytes
    do throws(SecretsError) {
      entropy = try SecureBytes(count: entropyCount)
    } catch {
      throw VaultFormatError(error, "recovery words")
    }
    for (number, place) in words.enumerated() {
      guard let word = WordList.english.index(of: place, in: text) else {
        throw wrong("word \(number + 1) is not in the list")
      }
      let isLast = number == count - 1
      _ = entropy.setBits(
        isLast ? bitsPerWord - checksumBits : bitsPerWord, at: bitsPerWord * number,
        to: isLast ? word >> checksumBits : word)
      guard !isLast || word & (1 << checksumBits - 1) == checksum(of: entropy) else {
        throw wrong("the checksum does not agree: a word is wrong or not in its place")
      }
    }
    return entropy
  }

  /// Says what is wrong with words, without repeating any.
  private static func wrong(_ text: String) -> VaultFormatError {
    VaultFormatError(.wrongSecret, "recovery words", text)
  }

  /// The first bits of the SHA-256.
  private static func checksum(of entropy: borrowing SecureBytes) -> Int {
    var digest = [UInt8](repeating: 0, count: crypto_hash_sha256_bytes())
    defer { Sodium.wipe(&digest) }
    unsafe entropy.withBytes {
      _ = unsafe crypto_hash_sha256(
        &digest, $0.assumingMemoryBound(to: UInt8.self).baseAddress, UInt64($0.count))
    }
    return Int(digest[0] >> (8 - checksumBits))
  }
}
