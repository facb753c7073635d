internal import CSodium

/// BLAKE2b with 32 bytes of output, with a key or without (RFC 7693), taken in pieces.
@safe public struct KeyedHash: ~Copyable {
  // The importer cannot see the state: it is aligned to 64 bytes. Alive from init to deinit.
  private let state: OpaquePointer
  private let memory: UnsafeMutableRawBufferPointer

  /// Begins without a key.
  public init() {
    unsafe self.init(keyBytes: UnsafeRawBufferPointer(start: nil, count: 0))
  }

  /// Begins with a key of at most 64 bytes; a longer one has no meaning in BLAKE2b and is cut.
  public init(key: borrowing SecureBytes) {
    self = unsafe key.withBytes { unsafe KeyedHash(keyBytes: $0) }
  }

  /// Begins with a key that lies inside other key material.
  public init(keyBytes: UnsafeRawBufferPointer) {
    unsafe memory = UnsafeMutableRawBufferPointer.allocate(
      byteCount: crypto_generichash_blake2b_statebytes(), alignment: 64)
    unsafe state = OpaquePointer(memory.baseAddress.unsafelyUnwrapped)
    let base = unsafe keyBytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
    _ = unsafe crypto_generichash_blake2b_init(state, base, min(keyBytes.count, 64), Digest.count)
  }

  /// Hashes bytes that lie in one piece, without any allocation.
  public static func digest(
    of bytes: UnsafeRawBufferPointer, keyBytes: UnsafeRawBufferPointer
  ) -> Digest {
    unsafe Digest { out in
      guard let out = out.baseAddress else { return }
      _ = unsafe crypto_generichash_blake2b(
        out.assumingMemoryBound(to: UInt8.self), Digest.count,
        bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), UInt64(bytes.count),
        keyBytes.baseAddress?.assumingMemoryBound(to: UInt8.self), min(keyBytes.count, 64))
    }
  }

  /// Adds bytes.
  public mutating func add(_ bytes: UnsafeRawBufferPointer) {
    guard let base = bytes.baseAddress else { return }
    _ = unsafe crypto_generichash_blake2b_update(
      state, base.assumingMemoryBound(to: UInt8.self), UInt64(bytes.count))
  }

  /// Adds bytes.
  public mutating func add(_ bytes: [UInt8]) {
    unsafe bytes.withUnsafeBytes { unsafe add($0) }
  }

  /// Adds the bytes of a slice.
  public mutating func add(_ bytes: ArraySlice<UInt8>) {
    unsafe bytes.withUnsafeBytes { unsafe add($0) }
  }

  /// Adds a text's bytes.
  public mutating func add(_ text: StaticString) {
    unsafe add(
      UnsafeRawBufferPointer(start: unsafe text.utf8Start, count: text.utf8CodeUnitCount))
  }

  /// Adds an integer, least significant byte first.
  public mutating func add<T: FixedWidthInteger>(integer: T) {
    unsafe withUnsafeBytes(of: integer.littleEndian) { unsafe add($0) }
  }

  /// Adds a digest's bytes.
  public mutating func add(_ digest: Digest) {
    unsafe digest.withBytes { unsafe add($0) }
  }

  /// Adds secret bytes.
  public mutating func add(_ secret: borrowing SecureBytes) {
    unsafe secret.withBytes { unsafe add($0) }
  }

  /// Ends, for a result that is no secret.
  public consuming func digest() -> Digest {
    var digest = Digest.zero
    unsafe digest.withMutableBytes { unsafe write($0) }
    return digest
  }

  /// Ends, for a derived key.
  /// - Throws: `outOfLockedMemory`.
  public consuming func key() throws(SecretsError) -> SecureBytes {
    var key = try SecureBytes(count: Digest.count)
    unsafe key.withMutableBytes { unsafe write($0) }
    return key
  }

  /// Ends, writing 32 bytes into a place inside other key material.
  public consuming func finish(into out: UnsafeMutableRawBufferPointer) {
    precondition(out.count >= Digest.count, "a digest has 32 bytes")
    unsafe write(out)
  }

  private func write(_ out: UnsafeMutableRawBufferPointer) {
    guard let base = out.baseAddress else { return }
    _ = unsafe crypto_generichash_blake2b_final(
      state, base.assumingMemoryBound(to: UInt8.self), Digest.count)
  }

  deinit {
    // The state still holds the key in its first block.
    unsafe Sodium.wipe(memory)
    unsafe memory.deallocate()
  }
}
