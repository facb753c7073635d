internal import Secrets

/// What an act that a journal belongs to does to the store.
public enum JournalAct: UInt8, Sendable {
  /// The store is locked in place.
  case locking = 1
  /// The store is restored.
  case restoring = 2
  /// The vault's objects are written anew under a new epoch.
  case rotating = 3
}

/// What stands before a journal's records (docs/vault-format.md, "Journal").
public struct JournalHeader: Equatable, Sendable {
  /// The length in bytes.
  public static let count = 96
  static let authenticated = 64

  /// What is done.
  public var act: JournalAct
  /// The number of the epoch whose journal key authenticates it.
  public var epoch: UInt32
  /// The vault.
  public var vaultID: ObjectID
  /// The journal's own id.
  public var journalID: ObjectID
  /// When the act began, in seconds since 1970.
  public var begun: UInt64
  /// The counter of the newest manifest when the act began; 0 where there was none.
  public var counter: UInt64

  /// Makes the header of a journal.
  public init(
    act: JournalAct, epoch: UInt32, vaultID: ObjectID, journalID: ObjectID, begun: UInt64,
    counter: UInt64 = 0
  ) {
    self.act = act
    self.epoch = epoch
    self.vaultID = vaultID
    self.journalID = journalID
    self.begun = begun
    self.counter = counter
  }

  /// Reads the 96 bytes without a key: nothing of it is to be relied on before `open` took it.
  /// - Throws: `damaged`, or `newer` where version or act are not known.
  public init(parsing bytes: [UInt8]) throws(VaultFormatError) {
    guard bytes.count == Self.count else {
      throw Self.damaged(bytes.count, "\(bytes.count) bytes instead of \(Self.count)")
    }
    let version = unsafe bytes.withUnsafeBytes { unsafe $0.stored(UInt16.self, at: 8) }
    let isJournal = unsafe bytes.withUnsafeBytes { unsafe $0.begins(with: "sottojnl") }
    guard isJournal, version > 0 else {
      throw Self.damaged(0, "does not begin as a journal")
    }
    guard version == 1 else {
      throw VaultFormatError(.newer, "journal", at: 8, "format version \(version)")
    }
    guard let act = JournalAct(rawValue: bytes[10]) else {
      throw VaultFormatError(.newer, "journal", at: 10, "act \(bytes[10])")
    }
    guard bytes[11] == 0 else {
      throw Self.damaged(11, "a byte that must be zero is not")
    }
    self = unsafe bytes.withUnsafeBytes { bytes in
      unsafe JournalHeader(
        act: act, epoch: bytes.stored(UInt32.self, at: 12), vaultID: bytes.storedID(at: 16),
        journalID: bytes.storedID(at: 32), begun: bytes.stored(UInt64.self, at: 48),
        counter: bytes.stored(UInt64.self, at: 56))
    }
  }

  /// Reads the 96 bytes and checks their authenticator.
  /// - Throws: `damaged`, or `newer` where version or act are not known.
  public static func open(
    _ bytes: [UInt8], with keys: EpochKeys
  ) throws(VaultFormatError) -> JournalHeader {
    let header = try JournalHeader(parsing: bytes)
    guard header.epoch == keys.number else { throw damaged(12, "is of epoch \(header.epoch)") }
    let expected = header.authenticator(keys)
    let isWritten = unsafe bytes.withUnsafeBytes {
      unsafe expected.agrees(with: $0.part(at: authenticated, Digest.count))
    }
    guard isWritten else { throw damaged(authenticated, "is not as it was written") }
    return header
  }

  /// The 96 bytes.
  public func bytes(with keys: EpochKeys) -> [UInt8] {
    clearBytes + authenticator(keys).bytes
  }

  /// H(K(journal), bytes 0 to 63).
  func authenticator(_ keys: EpochKeys) -> Digest {
    var hash = KeyedHash(key: keys.journal)
    hash.add(clearBytes)
    return hash.digest()
  }

  private var clearBytes: [UInt8] {
    var bytes = [UInt8](repeating: 0, count: Self.authenticated)
    unsafe bytes.withUnsafeMutableBytes { bytes in
      unsafe bytes.store("sottojnl", at: 0)
      unsafe bytes.store(1 as UInt16, at: 8)
      unsafe bytes[10] = act.rawValue
      unsafe bytes.store(epoch, at: 12)
      unsafe bytes.store(vaultID, at: 16)
      unsafe bytes.store(journalID, at: 32)
      unsafe bytes.store(begun, at: 48)
      unsafe bytes.store(counter, at: 56)
    }
    return bytes
  }

  static func damaged(_ offset: Int, _ text: String) -> VaultFormatError {
    VaultFormatError(.damaged, "journal", at: offset, text)
  }
}
