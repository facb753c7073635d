import Glibc
import Secrets

/// Reads secrets from descriptors straight into locked memory, so that no copy of them stays behind in
/// a `String`, an `Array` or a buffer of the C library.
enum SecretInput {
  /// Reads to the end of input; one line feed there does not belong to the secret, nor does a carriage
  /// return before it.
  /// - Parameter name: What is read, for messages.
  /// - Throws: `Failure` where it cannot be read, is empty or too long.
  static func all(from descriptor: Int32, named name: String) throws(Failure) -> SecureBytes {
    var buffer = try SecretBuffer(named: name)
    repeat { try Interruption.check() } while try buffer.read(from: descriptor)
    return try buffer.secret()
  }

  /// Reads one line.
  /// - Parameter wait: Returns when there is something to read.
  /// - Throws: `Failure` where it cannot be read, is empty or too long, or what `wait` throws.
  static func line(
    from descriptor: Int32, named name: String, wait: () throws(Failure) -> Void
  ) throws(Failure) -> SecureBytes {
    var buffer = try SecretBuffer(named: name)
    repeat { try wait() } while try buffer.read(from: descriptor) && !buffer.endsInLineFeed
    return try buffer.secret()
  }

  /// The hash of everything to the end of input, however long: what a key file is worth.
  /// - Throws: `Failure` where it cannot be read or is empty.
  static func digest(from descriptor: Int32, named name: String) throws(Failure) -> SecureBytes {
    var hash = KeyedHash()
    var buffer = try SecretBuffer(named: name)
    var isEmpty = true
    while true {
      try Interruption.check()
      guard try buffer.read(from: descriptor) else { break }
      buffer.drain { hash.add($0) }
      isEmpty = false
    }
    guard !isEmpty else { throw Failure("\(name) is empty", status: .usage) }
    do { return try hash.key() } catch { throw Failure(error) }
  }
}

/// Locked memory that grows while a secret is read into it.
private struct SecretBuffer: ~Copyable {
  /// The longest secret that is taken.
  private static let limit = 1 << 20

  private let name: String
  private var bytes: SecureBytes
  private var filled = 0

  init(named name: String) throws(Failure) {
    self.name = name
    bytes = try SecretBuffer.memory(4096)
  }

  /// Reads what is there to be read.
  /// - Returns: Whether that was not the end of input.
  mutating func read(from descriptor: Int32) throws(Failure) -> Bool {
    if filled == bytes.count {
      guard filled < SecretBuffer.limit else {
        throw Failure("\(name) holds more than \(SecretBuffer.limit) bytes", status: .usage)
      }
      bytes = try copied(filled, into: filled * 2)
    }
    let start = filled
    let got = bytes.withMutableBytes {
      Glibc.read(descriptor, $0.baseAddress.map { $0 + start }, $0.count - start)
    }
    if got < 0, errno == EINTR { return true }
    guard got >= 0 else {
      throw Failure("\(name) cannot be read: \(String(cString: strerror(errno)))")
    }
    filled += got
    return got > 0
  }

  var endsInLineFeed: Bool { filled > 0 && byte(filled - 1) == UInt8(ascii: "\n") }

  /// Lends what was read to `body`, and makes room for more.
  mutating func drain(_ body: (UnsafeRawBufferPointer) -> Void) {
    let count = filled
    bytes.withBytes { body(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
    filled = 0
  }

  /// What was read, in memory of its length.
  consuming func secret() throws(Failure) -> SecureBytes {
    var count = filled
    if endsInLineFeed {
      count -= 1
      if count > 0, byte(count - 1) == UInt8(ascii: "\r") { count -= 1 }
    }
    guard count > 0 else { throw Failure("the secret from \(name) is empty", status: .usage) }
    return try copied(count, into: count)
  }

  private func byte(_ index: Int) -> UInt8 {
    bytes.withBytes { $0[index] }
  }

  private func copied(_ count: Int, into size: Int) throws(Failure) -> SecureBytes {
    var fresh = try SecretBuffer.memory(size)
    bytes.withBytes { source in
      fresh.withMutableBytes {
        $0.copyMemory(from: UnsafeRawBufferPointer(rebasing: source[..<count]))
      }
    }
    return fresh
  }

  private static func memory(_ count: Int) throws(Failure) -> SecureBytes {
    do { return try SecureBytes(count: count) } catch { throw Failure(error) }
  }
}
