/// A key, a role, a model: short text as it stands in the bytes, comparable without making a string.
public struct CompactText: Sendable {
  @usableFromInline static let inlineCapacity = 40

  /// Five words, so that copying and comparing take a few instructions; zero behind the text.
  @usableFromInline var words: InlineArray<5, UInt64> = InlineArray(repeating: 0)
  @usableFromInline var length = 0
  /// All of a text that is longer than the words hold.
  private var long: [UInt8]?

  init() {}

  /// The number of bytes.
  public var count: Int { length }

  /// Takes over `count` bytes at `bytes`, of which `readable` may be read.
  @inline(__always)
  mutating func set(_ bytes: UnsafePointer<UInt8>, _ count: Int, readable: Int) {
    length = count
    guard count <= CompactText.inlineCapacity else {
      unsafe setLong(UnsafeBufferPointer(start: bytes, count: count))
      return
    }
    let raw = unsafe UnsafeRawPointer(bytes)
    var index = 0
    var at = 0
    while at < count {
      let left = count - at
      if readable - at >= 8 {
        let word = unsafe (raw + at).loadUnaligned(as: UInt64.self)
        words[index] =
          left >= 8
          ? UInt64(littleEndian: word) : UInt64(littleEndian: word) & ((1 << UInt64(left * 8)) &- 1)
      } else {
        var word: UInt64 = 0
        for offset in 0..<min(left, 8) {
          word |= UInt64(unsafe bytes[at + offset]) << UInt64(offset * 8)
        }
        words[index] = word
      }
      index += 1
      at += 8
    }
  }

  @inline(never)
  private mutating func setLong(_ bytes: UnsafeBufferPointer<UInt8>) {
    var kept = long ?? []
    long = nil
    kept.removeAll(keepingCapacity: true)
    unsafe kept.append(contentsOf: bytes)
    long = kept
  }

  mutating func set(_ bytes: [UInt8]) {
    unsafe bytes.withUnsafeBufferPointer { run in
      guard let base = run.baseAddress else {
        length = 0
        return
      }
      unsafe set(base, run.count, readable: run.count)
    }
  }

  @inline(__always)
  private func byte(_ index: Int) -> UInt8 {
    UInt8(truncatingIfNeeded: words[index >> 3] >> UInt64((index & 7) * 8))
  }

  /// The same as text of its own; makes a copy.
  public var text: StoredText {
    if length > CompactText.inlineCapacity { return StoredText(bytes: long ?? []) }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(length)
    for index in 0..<length { bytes.append(byte(index)) }
    return StoredText(bytes: bytes)
  }

  /// A hash of the bytes, for telling ids apart without keeping them.
  public var digest: ContentDigest {
    var digest = ContentDigest()
    if length > CompactText.inlineCapacity {
      for byte in long ?? [] { digest.add(byte) }
    } else {
      for index in 0..<length { digest.add(byte(index)) }
    }
    return digest.finished
  }

  /// Whether the text is `pattern`, so that a `switch` over keys reads like the format page.
  @inlinable @inline(__always)
  public static func ~= (pattern: StaticString, text: CompactText) -> Bool {
    let count = pattern.utf8CodeUnitCount
    guard count == text.length, count <= inlineCapacity else { return false }
    let bytes = unsafe UnsafeRawPointer(pattern.utf8Start)
    var at = 0
    while at + 8 <= count {
      let word = unsafe (bytes + at).loadUnaligned(as: UInt64.self)
      if UInt64(littleEndian: word) != text.words[at >> 3] { return false }
      at += 8
    }
    if at < count {
      var word: UInt64 = 0
      for offset in at..<count {
        let byte = unsafe bytes.load(fromByteOffset: offset, as: UInt8.self)
        word |= UInt64(byte) << UInt64((offset - at) * 8)
      }
      if word != text.words[at >> 3] { return false }
    }
    return true
  }
}
