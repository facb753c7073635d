/// Fifteen words to be written down, with 160 random bits and a checksum of 5
/// (docs/vault-format.md, "Header").
///
/// Neither the words nor the bits are ever in a `String`.
public enum RecoveryWords {
  /// The random bytes behind the words.
  public static let entropyCount = 20
  /// How many words there are.
  public static let count = 15
  /// How many bits each stands for.
  static let bitsPerWord = 11
}
