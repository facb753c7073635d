internal import CSodium

/// 32 bytes of BLAKE2b.
public struct Digest: Hashable, Sendable {
  private var a: UInt64 = 0
  private var b: UInt64 = 0
  private var c: UInt64 = 0
  private var d: UInt64 = 0

  /// The length in bytes.
  public static let count = 32
  /// 32 zero bytes: no digest, or that of nothing in a hash tree.
  public static let zero = Digest()

  private init() {}

  /// Makes a digest of 32 bytes; nil for any other number.
  public init?(_ bytes: some Collection<UInt8>) {
    guard bytes.count == Self.count else { return nil }
    unsafe withUnsafeMutableBytes(of: &self) { unsafe $0.copyBytes(from: bytes) }
  }

  /// Makes a digest of what `body` writes.
  init(filledBy body: (UnsafeMutableRawBufferPointer) -> Void) {
    unsafe withUnsafeMutableBytes(of: &self) { unsafe body($0) }
  }

  /// The bytes.
  public var bytes: [UInt8] {
    unsafe withUnsafeBytes(of: self) { unsafe Array($0) }
  }

  mutating func withMutableBytes(_ body: (UnsafeMutableRawBufferPointer) -> Void) {
    unsafe withUnsafeMutableBytes(of: &self) { unsafe body($0) }
  }

  /// Whether both are the same, compared in a time that does not depend on them.
  ///
  /// For commitments and authenticators; `==` is for the rest.
  public func matches(_ other: Digest) -> Bool {
    unsafe withBytes { a in
      unsafe other.withBytes { b in
        guard let a = a.baseAddress, let b = b.baseAddress else { return false }
        return unsafe sodium_memcmp(a, b, Self.count) == 0
      }
    }
  }

  /// Lends the bytes.
  public func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    unsafe withUnsafeBytes(of: self) { unsafe body($0) }
  }
}
