internal import CSodium
internal import Secrets

/// The keys of one object: for its head, its blocks and its root.
///
/// They stand in one piece of locked memory, which is used again for the next object: locked memory
/// costs whole pages and a store has many files.
@safe public struct ObjectKeys: ~Copyable, Sendable {
  /// The keys of the epoch from which these are derived.
  public let epoch: EpochKeys
  /// The object.
  public private(set) var id: ObjectID
  /// Head key, block key and tree key, 32 bytes each.
  private var keys: SecureBytes

  /// Derives the keys of an object.
  /// - Throws: `noMemory` where no more memory can be locked.
  public init(_ epoch: EpochKeys, _ id: ObjectID) throws(VaultFormatError) {
    do {
      keys = try SecureBytes(count: 96)
    } catch {
      throw VaultFormatError(.noMemory, "object keys", "no more memory can be locked")
    }
    self.epoch = epoch
    self.id = id
    derive(for: id)
  }

  /// Derives the keys of another object of the same epoch, in place of those here.
  public mutating func derive(for id: ObjectID) {
    self.id = id
    let epoch = epoch
    unsafe keys.withMutableBytes { keys in
      let start = unsafe keys.baseAddress.unsafelyUnwrapped
      unsafe epoch.content.withBytes { content in
        unsafe Self.derive("head", id, content, into: start)
        unsafe Self.derive("block", id, content, into: start + 32)
        unsafe Self.derive("tree", id, content, into: start + 64)
      }
    }
  }

  /// H(content, purpose ‖ id), written straight to where the key stays.
  private static func derive(
    _ purpose: StaticString, _ id: ObjectID, _ content: UnsafeRawBufferPointer,
    into key: UnsafeMutableRawPointer
  ) {
    unsafe withUnsafeTemporaryAllocation(byteCount: 32, alignment: 8) { message in
      let length = purpose.utf8CodeUnitCount
      unsafe message.store(purpose, at: 0)
      unsafe message.store(id, at: length)
      _ = unsafe crypto_generichash_blake2b(
        key.assumingMemoryBound(to: UInt8.self), 32,
        message.baseAddress?.assumingMemoryBound(to: UInt8.self),
        UInt64(length + ObjectID.count),
        content.baseAddress?.assumingMemoryBound(to: UInt8.self), content.count)
    }
  }

  /// Lends the head key.
  borrowing func withHeadKey<Result>(_ body: (UnsafeRawPointer) -> Result) -> Result {
    unsafe keys.withBytes { unsafe body($0.baseAddress.unsafelyUnwrapped) }
  }

  /// Lends the block key.
  borrowing func withBlockKey<Result>(_ body: (UnsafeRawPointer) -> Result) -> Result {
    unsafe keys.withBytes { unsafe body($0.baseAddress.unsafelyUnwrapped + 32) }
  }

  /// Begins a hash under the tree key.
  borrowing func treeHash() -> KeyedHash {
    unsafe keys.withBytes { unsafe KeyedHash(keyBytes: $0.part(at: 64, 32)) }
  }
}
