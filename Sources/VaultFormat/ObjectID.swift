internal import Secrets

/// The 16 random bytes that name an object, a vault, a slot or a journal (docs/vault-format.md).
public struct ObjectID: Hashable, Sendable {
  private var low: UInt64 = 0
  private var high: UInt64 = 0

  /// The length in bytes.
  public static let count = 16
  /// 16 zero bytes: none.
  public static let none = ObjectID()

  private init() {}

  /// Makes an id of 16 bytes; nil for any other number.
  public init?(_ bytes: some Collection<UInt8>) {
    guard bytes.count == Self.count else { return nil }
    unsafe withUnsafeMutableBytes(of: &self) { unsafe $0.copyBytes(from: bytes) }
  }

  /// Makes a new one.
  public static func random() -> ObjectID {
    var id = ObjectID()
    unsafe withUnsafeMutableBytes(of: &id) { unsafe Sodium.fillRandom($0) }
    return id
  }

  /// The bytes.
  public var bytes: [UInt8] {
    unsafe withUnsafeBytes(of: self) { unsafe Array($0) }
  }

  /// Lends the bytes.
  public func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    unsafe withUnsafeBytes(of: self) { unsafe body($0) }
  }

  /// 32 lower-case hexadecimal digits.
  public var hex: String {
    let digits = Array("0123456789abcdef".utf8)
    let text = bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
    return String(decoding: text, as: UTF8.self)
  }
}
