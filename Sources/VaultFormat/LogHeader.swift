public import Secrets

/// The page before a log's records (docs/vault-format.md, "Log").
public struct LogHeader: Equatable, Sendable {
  /// The length in bytes: one page.
  public static let count = ObjectLayout.pageSize
  static let authenticated = 96

  /// The number of the epoch whose log key authenticates it.
  public var epoch: UInt32
  /// The vault.
  public var vaultID: ObjectID
  /// The log's own id.
  public var logID: ObjectID
  /// The counter of the manifest that it follows.
  public var counter: UInt64
  /// The digest of the head page of that manifest.
  public var manifest: Digest

  /// Makes the header of a log.
  public init(
    epoch: UInt32, vaultID: ObjectID, logID: ObjectID, counter: UInt64, manifest: Digest
  ) {
    self.epoch = epoch
    self.vaultID = vaultID
    self.logID = logID
    self.counter = counter
    self.manifest = manifest
  }

  /// Reads the page without a key: nothing of it is to be relied on before `open` took it.
  /// - Throws: `damaged`, or `newer` where the version is not known.
  public init(parsing bytes: [UInt8]) throws(VaultFormatError) {
    guard bytes.count == Self.count else {
      throw Self.damaged(bytes.count, "\(bytes.count) bytes instead of \(Self.count)")
    }
    let version = unsafe bytes.withUnsafeBytes { unsafe $0.stored(UInt16.self, at: 8) }
    let isLog = unsafe bytes.withUnsafeBytes { unsafe $0.begins(with: "sottolog") }
    guard isLog, version > 0 else { throw Self.damaged(0, "does not begin as a log") }
    guard version == 1 else {
      throw VaultFormatError(.newer, "log", at: 8, "format version \(version)")
    }
    for zeros in [10..<12, 88..<96, Self.authenticated + Digest.count..<Self.count] {
      guard bytes[zeros].allSatisfy({ $0 == 0 }) else {
        throw Self.damaged(zeros.lowerBound, "bytes that must be zero are not")
      }
    }
    self = unsafe bytes.withUnsafeBytes { bytes in
      unsafe LogHeader(
        epoch: bytes.stored(UInt32.self, at: 12), vaultID: bytes.storedID(at: 16),
        logID: bytes.storedID(at: 32), counter: bytes.stored(UInt64.self, at: 48),
        manifest: bytes.storedDigest(at: 56))
    }
  }

  /// Reads the page and checks its authenticator.
  /// - Throws: `damaged`, or `newer` where the version is not known.
  public static func open(
    _ bytes: [UInt8], with keys: EpochKeys
  ) throws(VaultFormatError) -> LogHeader {
    let header = try LogHeader(parsing: bytes)
    guard header.epoch == keys.number else { throw damaged(12, "is of epoch \(header.epoch)") }
    let expected = header.authenticator(keys)
    let isWritten = unsafe bytes.withUnsafeBytes {
      unsafe expected.agrees(with: $0.part(at: authenticated, Digest.count))
    }
    guard isWritten else { throw damaged(authenticated, "is not as it was written") }
    return header
  }

  /// The page.
  public func bytes(with keys: EpochKeys) -> [UInt8] {
    let written = clearBytes + authenticator(keys).bytes
    return written + [UInt8](repeating: 0, count: Self.count - written.count)
  }

  /// H(K(log), bytes 0 to 95).
  func authenticator(_ keys: EpochKeys) -> Digest {
    var hash = KeyedHash(key: keys.log)
    hash.add(clearBytes)
    return hash.digest()
  }

  private var clearBytes: [UInt8] {
    var bytes = [UInt8](repeating: 0, count: Self.authenticated)
    unsafe bytes.withUnsafeMutableBytes { bytes in
      unsafe bytes.store("sottolog", at: 0)
      unsafe bytes.store(1 as UInt16, at: 8)
      unsafe bytes.store(epoch, at: 12)
      unsafe bytes.store(vaultID, at: 16)
      unsafe bytes.store(logID, at: 32)
      unsafe bytes.store(counter, at: 48)
      unsafe bytes.store(manifest, at: 56)
    }
    return bytes
  }

  static func damaged(_ offset: Int, _ text: String) -> VaultFormatError {
    VaultFormatError(.damaged, "log", at: offset, text)
  }
}
