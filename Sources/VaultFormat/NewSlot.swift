public import Secrets

/// A key slot to be made: by what it shall open.
///
/// A class, so that several can be handed over in an array though secrets cannot be copied; wiped when
/// the last owner lets go.
public final class NewSlot: Sendable {
  /// What the slot is made from.
  enum Source: ~Copyable, Sendable {
    case secret(SlotSecret)
    case recipient(publicKey: [UInt8])
  }

  let source: Source
  let derivation: PassphraseDerivation?

  private init(_ source: consuming Source, derivation: PassphraseDerivation? = nil) {
    self.source = source
    self.derivation = derivation
  }

  /// A slot that opens by a passphrase, at the cost of `derivation`.
  public static func passphrase(
    _ text: consuming SecureBytes, _ derivation: PassphraseDerivation = .moderate
  ) -> NewSlot {
    NewSlot(.secret(.passphrase(text)), derivation: derivation)
  }

  /// A slot that opens by recovery words, given as their 20 bytes.
  public static func recoveryWords(_ entropy: consuming SecureBytes) -> NewSlot {
    NewSlot(.secret(.recoveryWords(entropy)))
  }

  /// A slot that opens by a key file, given as H of its contents.
  public static func keyFile(digest: consuming SecureBytes) -> NewSlot {
    NewSlot(.secret(.keyFile(digest: digest)))
  }

  /// A slot that opens by the private key that belongs to a public one.
  public static func recipient(publicKey: [UInt8]) -> NewSlot {
    NewSlot(.recipient(publicKey: publicKey))
  }

  /// A slot that opens by a key ring, given as its last volume key.
  public static func ring(_ volumeKey: consuming SecureBytes) -> NewSlot {
    NewSlot(.secret(.ring(volumeKey)))
  }
}
