import Secrets

/// A rough estimate of how many guesses a passphrase is worth, told when a new one is chosen.
///
/// It errs low. People choose words, so a run of four letters or more counts two and a half bits a
/// letter, as words drawn from a list of some thousand do; one of the commonest passwords counts seven
/// bits however long it is. A character that repeats the one before it, or goes on counting from it
/// (`abc`, `321`), counts one bit. Everything else counts what a random character of its class would:
/// digits 3.3 bits, letters 4.7, marks 5, others 6.
struct PassphraseStrength {
  /// The logarithm of the guesses, to the base two.
  let bits: Int

  /// What that is worth against somebody who has the disk and pays for guesses that take half a second
  /// and 256 MiB each.
  var word: String {
    switch bits {
    case ..<40: "weak"
    case ..<60: "fair"
    default: "good"
    }
  }

  init(_ passphrase: borrowing SecureBytes) {
    bits = passphrase.withBytes { PassphraseStrength.tenths($0) / 10 }
  }

  /// The passwords that every list of leaked ones begins with, and the rows of a keyboard.
  private static let commonest: [StaticString] = [
    "password", "passwort", "qwerty", "qwertz", "azerty", "asdfgh", "zxcvbn", "yxcvbn", "iloveyou",
    "letmein", "welcome", "monkey", "dragon", "football", "baseball", "sunshine", "princess",
    "master", "shadow", "superman", "batman", "trustno", "whatever", "admin", "login", "hello",
    "secret", "changeme", "default", "starwars", "hunter", "1q2w3e", "1qaz2wsx", "q1w2e3",
    "p@ssw0rd", "passw0rd", "abc123", "123123", "112233", "121212",
  ]

  private static func tenths(_ bytes: UnsafeRawBufferPointer) -> Int {
    var sum = 0
    var index = 0
    while index < bytes.count {
      if let length = lengthOfCommonest(at: index, bytes) {
        sum += 70
        index += length
        continue
      }
      if index > 0, follows(bytes[index - 1], bytes[index]) {
        sum += 10
        index += 1
        continue
      }
      let end = endOfLetters(at: index, bytes)
      if end - index >= 4 {
        sum += lettersWorth(index..<end, bytes)
        index = end
        continue
      }
      sum += worth(bytes[index])
      index += 1
    }
    return sum
  }

  private static func lengthOfCommonest(
    at index: Int, _ bytes: UnsafeRawBufferPointer
  ) -> Int? {
    for word in commonest where word.utf8CodeUnitCount <= bytes.count - index {
      let same = (0..<word.utf8CodeUnitCount).allSatisfy {
        lowered(bytes[index + $0]) == word.utf8Start[$0]
      }
      if same { return word.utf8CodeUnitCount }
    }
    return nil
  }

  private static func endOfLetters(at index: Int, _ bytes: UnsafeRawBufferPointer) -> Int {
    var end = index
    while end < bytes.count, isLetter(bytes[end]), lengthOfCommonest(at: end, bytes) == nil {
      end += 1
    }
    return end
  }

  private static func lettersWorth(
    _ run: Range<Int>, _ bytes: UnsafeRawBufferPointer
  ) -> Int {
    run.reduce(0) { sum, index in
      sum + (index > run.lowerBound && follows(bytes[index - 1], bytes[index]) ? 10 : 25)
    }
  }

  /// Whether a character repeats the one before it or counts on from it, up or down.
  private static func follows(_ before: UInt8, _ byte: UInt8) -> Bool {
    abs(Int(lowered(before)) - Int(lowered(byte))) <= 1
  }

  private static func worth(_ byte: UInt8) -> Int {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): 33
    // Bytes of other scripts come two or three a character.
    case 0x80...0xFF: 30
    default: isLetter(byte) ? 47 : 50
    }
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    UInt8(ascii: "a")...UInt8(ascii: "z") ~= lowered(byte)
  }

  private static func lowered(_ byte: UInt8) -> UInt8 {
    UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte ? byte | 0x20 : byte
  }
}
