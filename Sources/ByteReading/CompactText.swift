/// A key, a role, a model: short text as it stands in the bytes, comparable without making a string.
public struct CompactText: Sendable {
  static let inlineCapacity = 40

  private var inline: InlineArray<40, UInt8> = InlineArray(repeating: 0)
  private var long: [UInt8] = []
  @usableFromInline private(set) var length = 0

  init() {}

  init(copying bytes: UnsafeBufferPointer<UInt8>) {
    unsafe set(bytes)
  }

  /// The number of bytes.
  public var count: Int { length }

  mutating func set(_ bytes: UnsafeBufferPointer<UInt8>) {
    length = bytes.count
    if length <= CompactText.inlineCapacity {
      for index in 0..<length { inline[index] = unsafe bytes[index] }
    } else {
      long.removeAll(keepingCapacity: true)
      unsafe long.append(contentsOf: bytes)
    }
  }

  /// The same as text of its own; makes a copy.
  public var text: StoredText {
    if length > CompactText.inlineCapacity { return StoredText(bytes: long) }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(length)
    for index in 0..<length { bytes.append(inline[index]) }
    return StoredText(bytes: bytes)
  }

  /// A hash of the bytes, for telling ids apart without keeping them.
  public var digest: ContentDigest {
    var digest = ContentDigest()
    if length > CompactText.inlineCapacity {
      for byte in long { digest.add(byte) }
    } else {
      for index in 0..<length { digest.add(inline[index]) }
    }
    return digest.finished
  }

  /// Whether the text is `pattern`, so that a `switch` over keys reads like the format page.
  @inlinable
  public static func ~= (pattern: StaticString, text: CompactText) -> Bool {
    // Most keys differ in length already, and that costs no call.
    pattern.utf8CodeUnitCount == text.length && text.isSpelled(pattern)
  }

  @usableFromInline
  func isSpelled(_ pattern: StaticString) -> Bool {
    guard length <= CompactText.inlineCapacity else { return false }
    let bytes = unsafe pattern.utf8Start
    for index in 0..<length where unsafe bytes[index] != inline[index] { return false }
    return true
  }
}
