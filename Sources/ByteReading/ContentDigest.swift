/// A 128-bit fingerprint of bytes, for recognising the same id or text again without keeping it.
///
/// Two lanes of FNV-1a with different primes, finished with the mixing step of MurmurHash3. It tells
/// copies apart within one person's data; it is no protection against somebody who forges bytes.
public struct ContentDigest: Hashable, Sendable {
  /// The first 64 bits.
  public private(set) var high: UInt64 = 0xcbf2_9ce4_8422_2325
  /// The second 64 bits.
  public private(set) var low: UInt64 = 0x9e37_79b9_7f4a_7c15

  /// The digest of nothing, to add bytes to.
  public init() {}

  /// The finished digest of `bytes`.
  public init(of bytes: some Sequence<UInt8>) {
    for byte in bytes { add(byte) }
    self = finished
  }

  /// Takes one more byte in.
  public mutating func add(_ byte: UInt8) {
    high = (high ^ UInt64(byte)) &* 0x0000_0100_0000_01b3
    low = (low ^ UInt64(byte)) &* 0xc6a4_a793_5bd1_e995
    low ^= low >> 29
  }

  /// Takes more bytes in.
  public mutating func add(_ bytes: some Sequence<UInt8>) {
    for byte in bytes { add(byte) }
  }

  /// The digest with its bits mixed; what is compared and kept.
  public var finished: ContentDigest {
    var result = self
    result.high = ContentDigest.mix(high)
    result.low = ContentDigest.mix(low)
    return result
  }

  private static func mix(_ value: UInt64) -> UInt64 {
    var mixed = value
    mixed ^= mixed >> 33
    mixed = mixed &* 0xff51_afd7_ed55_8ccd
    mixed ^= mixed >> 33
    mixed = mixed &* 0xc4ce_b9fe_1a85_ec53
    return mixed ^ (mixed >> 33)
  }

  /// The first 64 bits as 16 hexadecimal digits.
  public var hexadecimal: String {
    let digits = String(high, radix: 16)
    return String(repeating: "0", count: 16 - digits.utf8.count) + digits
  }
}
