public import Secrets

/// What stands before a manifest's entries (docs/vault-format.md, "Manifest").
public struct ManifestHeader: Equatable, Sendable {
  /// The length in bytes.
  public static let count = 144

  /// The vault.
  public var vaultID: ObjectID
  /// The counter, from 1.
  public var counter: UInt64
  /// The digest of the head page of the manifest before; zero for the first.
  public var previous: Digest
  /// The generation of the vault's header.
  public var headerGeneration: UInt64
  /// The digest of the vault's header.
  public var headerDigest: Digest
  /// The machine that sealed.
  public var hostMark: HostMark
  /// When it was sealed, in seconds since 1970.
  public var sealed: UInt64
  /// The number of entries.
  public var entries: UInt64

  /// Makes a header.
  public init(
    vaultID: ObjectID, counter: UInt64, previous: Digest, headerGeneration: UInt64,
    headerDigest: Digest, hostMark: HostMark, sealed: UInt64, entries: UInt64
  ) {
    self.vaultID = vaultID
    self.counter = counter
    self.previous = previous
    self.headerGeneration = headerGeneration
    self.headerDigest = headerDigest
    self.hostMark = hostMark
    self.sealed = sealed
    self.entries = entries
  }

  /// Reads the 144 bytes.
  /// - Throws: `damaged`, or `newer` where the version is not known.
  public init(parsing bytes: [UInt8]) throws(VaultFormatError) {
    guard bytes.count == Self.count else {
      throw Self.damaged(bytes.count, "\(bytes.count) bytes instead of \(Self.count)")
    }
    let version = unsafe bytes.withUnsafeBytes { unsafe $0.stored(UInt16.self, at: 8) }
    let isManifest = unsafe bytes.withUnsafeBytes { unsafe $0.begins(with: "sottoman") }
    guard isManifest, version > 0 else {
      throw Self.damaged(0, "does not begin as a manifest")
    }
    guard version == 1 else {
      throw VaultFormatError(.newer, "manifest", at: 8, "format version \(version)")
    }
    guard bytes[10..<16].allSatisfy({ $0 == 0 }) else {
      throw Self.damaged(10, "bytes that must be zero are not")
    }
    self = unsafe bytes.withUnsafeBytes { bytes in
      unsafe ManifestHeader(
        vaultID: bytes.storedID(at: 16), counter: bytes.stored(UInt64.self, at: 32),
        previous: bytes.storedDigest(at: 40),
        headerGeneration: bytes.stored(UInt64.self, at: 72),
        headerDigest: bytes.storedDigest(at: 80),
        hostMark: HostMark(bytes: bytes.storedBytes(at: 112, HostMark.count)),
        sealed: bytes.stored(UInt64.self, at: 128), entries: bytes.stored(UInt64.self, at: 136))
    }
    guard counter > 0 else { throw Self.damaged(32, "counter 0") }
  }

  /// The 144 bytes.
  public var bytes: [UInt8] {
    var bytes = [UInt8](repeating: 0, count: Self.count)
    unsafe bytes.withUnsafeMutableBytes { bytes in
      unsafe bytes.store("sottoman", at: 0)
      unsafe bytes.store(1 as UInt16, at: 8)
      unsafe bytes.store(vaultID, at: 16)
      unsafe bytes.store(counter, at: 32)
      unsafe bytes.store(previous, at: 40)
      unsafe bytes.store(headerGeneration, at: 72)
      unsafe bytes.store(headerDigest, at: 80)
      unsafe bytes.store(hostMark.bytes, at: 112)
      unsafe bytes.store(sealed, at: 128)
      unsafe bytes.store(entries, at: 136)
    }
    return bytes
  }

  static func damaged(_ offset: Int, _ text: String) -> VaultFormatError {
    VaultFormatError(.damaged, "manifest", at: offset, text)
  }
}
