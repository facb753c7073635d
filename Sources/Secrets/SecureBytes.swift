internal import CSodium

/// Key material: it cannot be copied, is locked in memory, fenced by guard pages, left out of core
/// dumps, and wiped when it goes out of scope (libsodium's `sodium_malloc`).
///
/// Each costs whole pages; contents that are not keys do not belong here.
///
/// `@unchecked Sendable`: the memory is written only through `mutating` and initialising methods, to
/// which the language gives exclusive access.
@safe public struct SecureBytes: ~Copyable, @unchecked Sendable {
  private let base: UnsafeMutableRawPointer
  /// The length in bytes.
  public let count: Int

  /// Makes `count` zero bytes.
  /// - Throws: `outOfLockedMemory` where the system gives none.
  public init(count: Int) throws(SecretsError) {
    try Sodium.start()
    guard count >= 0, let base = unsafe sodium_malloc(max(count, 1)) else {
      throw .outOfLockedMemory
    }
    // sodium_malloc takes memory that could not be locked too, so it is asked for once more.
    guard unsafe sodium_mlock(base, max(count, 1)) == 0 else {
      unsafe sodium_free(base)
      throw .outOfLockedMemory
    }
    unsafe sodium_memzero(base, max(count, 1))
    unsafe self.base = base
    self.count = count
  }

  /// Makes `count` bytes that `body` fills in; what it leaves stays zero.
  /// - Throws: `outOfLockedMemory`, or what `body` throws; the bytes are wiped then.
  public init(
    count: Int, filledBy body: (UnsafeMutableRawBufferPointer) throws(SecretsError) -> Void
  ) throws(SecretsError) {
    let fresh = try SecureBytes(count: count)
    try unsafe body(UnsafeMutableRawBufferPointer(start: fresh.base, count: count))
    self = fresh
  }

  /// Makes a copy of bytes that are already elsewhere.
  /// - Throws: `outOfLockedMemory`.
  public init(_ bytes: [UInt8]) throws(SecretsError) {
    try unsafe self.init(count: bytes.count) { (place) throws(SecretsError) in
      unsafe place.copyBytes(from: bytes)
    }
  }

  /// Makes `count` random bytes.
  /// - Throws: `outOfLockedMemory`.
  public static func random(count: Int) throws(SecretsError) -> SecureBytes {
    try unsafe SecureBytes(count: count) { (bytes) throws(SecretsError) in
      unsafe Sodium.fillRandom(bytes)
    }
  }

  /// Makes a second copy, for the few places where a key is handed to two owners.
  /// - Throws: `outOfLockedMemory`.
  public borrowing func duplicate() throws(SecretsError) -> SecureBytes {
    let source = unsafe UnsafeRawBufferPointer(start: base, count: count)
    return try unsafe SecureBytes(count: count) { (bytes) throws(SecretsError) in
      unsafe bytes.copyMemory(from: source)
    }
  }

  /// Makes a copy of some of the bytes, where keys were sealed as one.
  /// - Throws: `unsuitable` where they are not all there; `outOfLockedMemory`.
  public borrowing func part(_ range: Range<Int>) throws(SecretsError) -> SecureBytes {
    guard range.lowerBound >= 0, range.upperBound <= count else { throw .unsuitable }
    let source = unsafe UnsafeRawBufferPointer(start: base + range.lowerBound, count: range.count)
    return try unsafe SecureBytes(count: range.count) { (bytes) throws(SecretsError) in
      unsafe bytes.copyMemory(from: source)
    }
  }

  /// One of the bytes; `index` is below `count`.
  public subscript(index: Int) -> UInt8 {
    get {
      precondition(index >= 0 && index < count, "a byte beyond the end of key material")
      return unsafe base.load(fromByteOffset: index, as: UInt8.self)
    }
    set {
      precondition(index >= 0 && index < count, "a byte beyond the end of key material")
      unsafe base.storeBytes(of: newValue, toByteOffset: index, as: UInt8.self)
    }
  }

  /// Lends the bytes to `body`, which must not keep the pointer.
  /// - Throws: What `body` throws.
  public borrowing func withBytes<Result: ~Copyable, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try unsafe body(UnsafeRawBufferPointer(start: base, count: count))
  }

  /// Lends the bytes to `body` for writing; it must not keep the pointer.
  /// - Throws: What `body` throws.
  public mutating func withMutableBytes<Result: ~Copyable, Failure: Error>(
    _ body: (UnsafeMutableRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try unsafe body(UnsafeMutableRawBufferPointer(start: base, count: count))
  }

  /// Lends the bytes to a function of libsodium; of no bytes too there is an address.
  borrowing func lend<Result>(_ body: (UnsafePointer<UInt8>) -> Result) -> Result {
    unsafe body(UnsafePointer(base.assumingMemoryBound(to: UInt8.self)))
  }

  /// Lends the bytes to a function of libsodium that writes them.
  mutating func lendForWriting<Result>(_ body: (UnsafeMutablePointer<UInt8>) -> Result) -> Result {
    unsafe body(base.assumingMemoryBound(to: UInt8.self))
  }

  /// Whether both hold the same bytes, compared in a time that does not depend on them.
  public borrowing func equals(_ other: borrowing SecureBytes) -> Bool {
    guard count == other.count else { return false }
    return unsafe sodium_memcmp(base, other.base, count) == 0
  }

  deinit {
    // Wipes before it frees.
    unsafe sodium_free(base)
  }
}
