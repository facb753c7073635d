internal import Secrets

/// Bytes as text with a prefix and a checksum (BIP-173), without a `String` in between.
enum Bech32 {
  /// Why a text is not what it should be, in words for the user that do not repeat it.
  enum Fault: String, Error {
    case length = "it is not of the length it must have"
    case prefix = "it does not begin as it must"
    case letters = "it has characters that do not belong there"
    case checksum = "its checksum does not agree: a character is wrong"
  }

  /// Why bytes could not be had from a text.
  enum DecodingError: Error {
    case text(Fault)
    case secret(SecretsError)
  }

  private static let letters = Array("qpzry9x8gf2tvdw0s3jn54khce6mua7l".utf8)
  private static let bitsPerLetter = 5
  private static let checksumCount = 6
  /// The longest text for which the checksum tells every mistake in up to four characters.
  private static let longest = 90

  /// The text of some bytes, in small letters.
  /// - Throws: `outOfLockedMemory`.
  static func encode(
    _ payload: borrowing SecureBytes, prefix: [UInt8]
  ) throws(SecretsError) -> SecureBytes {
    let groups = (payload.count * 8 + bitsPerLetter - 1) / bitsPerLetter
    let start = prefix + [UInt8(ascii: "1")]
    var text = try SecureBytes(count: start.count + groups + checksumCount)
    for (place, letter) in start.enumerated() { text[place] = letter }
    var checksum = Checksum(prefix: prefix)
    for number in 0..<groups {
      let group = payload.bits(bitsPerLetter, at: bitsPerLetter * number)
      checksum.add(group)
      text[start.count + number] = letters[group]
    }
    for (number, group) in checksum.groups(checksumCount).enumerated() {
      text[start.count + groups + number] = letters[group]
    }
    return text
  }

  /// The bytes of a text with a prefix, all in small letters or all in capitals.
  static func decode(
    _ text: borrowing SecureBytes, _ place: Range<Int>, prefix: [UInt8]
  ) throws(DecodingError) -> SecureBytes {
    let start = prefix + [UInt8(ascii: "1")]
    let groups = place.count - start.count - checksumCount
    guard place.count <= longest, groups >= 0, groups * bitsPerLetter % 8 < bitsPerLetter else {
      throw .text(.length)
    }
    guard !(place.contains { text[$0].isCapital } && place.contains { text[$0].isSmall }) else {
      throw .text(.letters)
    }
    guard zip(place, start).allSatisfy({ text[$0].lowered == $1 }) else { throw .text(.prefix) }
    var payload: SecureBytes
    do throws(SecretsError) {
      payload = try SecureBytes(count: groups * bitsPerLetter / 8)
    } catch {
      throw .secret(error)
    }
    var checksum = Checksum(prefix: prefix)
    var isWhole = true
    for (number, place) in place.dropFirst(start.count).enumerated() {
      guard let group = letters.firstIndex(of: text[place].lowered) else {
        throw .text(.letters)
      }
      checksum.add(group)
      if number < groups {
        // The bits that fill up the last letter are zero.
        let isSet = payload.setBits(bitsPerLetter, at: bitsPerLetter * number, to: group)
        isWhole = isWhole && isSet
      }
    }
    guard checksum.isRight else { throw .text(.checksum) }
    guard isWhole else { throw .text(.length) }
    return payload
  }

  /// The remainder by BIP-173's polynomial.
  private struct Checksum {
    private var remainder: UInt32 = 1

    init(prefix: [UInt8]) {
      for byte in prefix { add(Int(byte >> 5)) }
      add(0)
      for byte in prefix { add(Int(byte & 31)) }
    }

    mutating func add(_ group: Int) {
      let top = remainder >> 25
      remainder = (remainder & 0x1ff_ffff) << 5 ^ UInt32(truncatingIfNeeded: group)
      let terms: [UInt32] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3]
      for (bit, term) in terms.enumerated() where top >> UInt32(bit) & 1 == 1 {
        remainder ^= term
      }
    }

    var isRight: Bool { remainder == 1 }

    /// What must follow for the remainder to be right.
    func groups(_ count: Int) -> [Int] {
      var checksum = self
      for _ in 0..<count { checksum.add(0) }
      let wanted = checksum.remainder ^ 1
      return (0..<count).map { Int(wanted >> UInt32(5 * (count - 1 - $0)) & 31) }
    }
  }
}
