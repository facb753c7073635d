public import SystemPackage

/// One entry's name: bytes that can neither leave the folder nor end early.
///
/// Kept with the terminating zero that the system wants, so that a call needs no copy.
public struct FileName: Hashable, Sendable {
  private let terminated: [UInt8]

  /// Makes a name; nil where the bytes are empty, `.` or `..`, or hold a slash or a zero.
  public init?(_ bytes: some Collection<UInt8>) {
    guard !bytes.isEmpty, !bytes.contains(0), !bytes.contains(UInt8(ascii: "/")),
      !(bytes.count <= 2 && bytes.allSatisfy { $0 == UInt8(ascii: ".") })
    else { return nil }
    terminated = Array(bytes) + [0]
  }

  /// Makes a name; nil under the same conditions.
  public init?(_ text: String) {
    self.init(Array(text.utf8))
  }

  /// The length in bytes.
  public var count: Int { terminated.count - 1 }

  /// The bytes.
  public var bytes: ArraySlice<UInt8> { terminated.dropLast() }

  /// The text; bytes that are no UTF-8 are replaced.
  public var text: String { String(decoding: bytes, as: UTF8.self) }

  /// Whether the name ends with `suffix` and is longer.
  public func hasSuffix(_ suffix: String) -> Bool {
    count > suffix.utf8.count && bytes.suffix(suffix.utf8.count).elementsEqual(suffix.utf8)
  }

  /// Lends the bytes as the system wants them.
  /// - Throws: What `body` throws.
  func withCString<Result, Failure: Error>(
    _ body: (UnsafePointer<CChar>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try unsafe terminated.withUnsafeBufferPointer { (buffer) throws(Failure) in
      // Never empty: the terminator is there.
      let base = unsafe UnsafeRawPointer(buffer.baseAddress.unsafelyUnwrapped)
      return try unsafe body(base.assumingMemoryBound(to: CChar.self))
    }
  }
}

extension FileName: ExpressibleByStringLiteral {
  /// Makes a name that the program itself knows.
  public init(stringLiteral text: StaticString) {
    let bytes = unsafe UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
    unsafe precondition(!bytes.isEmpty && !bytes.contains(0) && !bytes.contains(UInt8(ascii: "/")))
    terminated = unsafe Array(bytes) + [0]
  }
}

extension FileName: Comparable {
  /// Compares as bytes.
  public static func < (left: FileName, right: FileName) -> Bool {
    left.bytes.lexicographicallyPrecedes(right.bytes)
  }
}

extension FilePath {
  /// The path of an entry of this folder.
  public func appending(_ name: FileName) -> FilePath {
    let component = unsafe name.withCString { unsafe FilePath.Component(platformString: $0) }
    return component.map { appending($0) } ?? self
  }
}
