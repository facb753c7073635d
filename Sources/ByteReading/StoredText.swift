/// Text exactly as an application stored it.
///
/// A Swift string cannot hold what models and broken disks produce: half a surrogate pair, or bytes
/// that are no UTF-8. Here the bytes are UTF-8 where the text is sound; an unpaired surrogate is kept
/// as its three-byte generalised form (WTF-8), anything else as found.
public struct StoredText: Hashable, Sendable, ExpressibleByStringLiteral {
  /// The bytes, UTF-8 where the text is sound.
  public var bytes: [UInt8]

  /// Makes a text of bytes as found.
  public init(bytes: [UInt8]) {
    self.bytes = bytes
  }

  /// Makes a text of a string.
  public init(_ string: String) {
    self.bytes = Array(string.utf8)
  }

  public init(stringLiteral value: String) {
    self.init(value)
  }

  /// Whether there is nothing in it.
  public var isEmpty: Bool { bytes.isEmpty }

  /// The text for people: what is not sound is shown as U+FFFD.
  public var string: String { String(decoding: bytes, as: UTF8.self) }
}
