public import Secrets

/// The keys of one epoch: the volume key and what is derived from it for each purpose
/// (docs/vault-format.md, "Primitives").
///
/// Shared by every thread that reads or writes objects; wiped when the last owner lets go.
public final class EpochKeys: Sendable {
  /// The epoch's number.
  public let number: UInt32
  /// The volume key itself, for boxes and commitments.
  public let volume: SecureBytes
  /// The key of the header's authenticator.
  public let header: SecureBytes
  /// The key of the header's settings.
  public let settings: SecureBytes
  /// The key from which objects' keys are derived.
  public let content: SecureBytes
  /// The key that encrypts names.
  public let names: SecureBytes
  /// The key that authenticates names.
  public let nameIDs: SecureBytes
  /// The key of the journal's authenticators.
  public let journal: SecureBytes
  /// The key of the log's authenticators.
  public let log: SecureBytes

  /// Derives the keys of an epoch.
  /// - Throws: `noMemory` where no more memory can be locked.
  public init(number: UInt32, volume: consuming SecureBytes) throws(VaultFormatError) {
    self.number = number
    do {
      header = try Self.derive(volume, "header")
      settings = try Self.derive(volume, "settings")
      content = try Self.derive(volume, "content")
      names = try Self.derive(volume, "names")
      nameIDs = try Self.derive(volume, "name ids")
      journal = try Self.derive(volume, "journal")
      log = try Self.derive(volume, "log")
    } catch {
      throw VaultFormatError(.noMemory, "epoch \(number)", "no more memory can be locked")
    }
    self.volume = volume
  }

  /// Makes a new volume key and derives the keys of its epoch.
  /// - Throws: `noMemory` where no more memory can be locked.
  static func random(number: UInt32) throws(VaultFormatError) -> EpochKeys {
    let volume: SecureBytes
    do throws(SecretsError) {
      volume = try .random(count: Digest.count)
    } catch {
      throw VaultFormatError(error, "epoch \(number)")
    }
    return try EpochKeys(number: number, volume: volume)
  }

  private static func derive(
    _ volume: borrowing SecureBytes, _ purpose: StaticString
  ) throws(SecretsError) -> SecureBytes {
    var hash = KeyedHash(key: volume)
    hash.add("sotto v1 ")
    hash.add(purpose)
    return try hash.key()
  }
}
