import ArgumentParser
import Secrets

/// What a guess at a passphrase costs, in words.
enum DerivationLevel: String, ExpressibleByArgument, CaseIterable {
  case interactive, moderate, sensitive

  /// The parameters of Argon2id.
  var derivation: PassphraseDerivation {
    switch self {
    case .interactive: .interactive
    case .moderate: .moderate
    case .sensitive: .sensitive
    }
  }
}
