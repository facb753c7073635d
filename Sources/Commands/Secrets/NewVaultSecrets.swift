import ArgumentParser
import VaultFormat

/// By what a new vault shall open: the secrets that are given for it, in slots of their own.
struct NewVaultSecrets: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Let the owner of this public key open the vault; repeatable.", valueName: "sotto1…"))
  var recipient: [String] = []

  @Flag(name: .long, help: "Make recovery words and print them, once.")
  var recovery = false

  @Option(
    name: .long,
    help: ArgumentHelp(
      "What a guess at the passphrase costs: interactive, moderate or sensitive.",
      valueName: "level"))
  var kdf: DerivationLevel = .moderate

  /// Whether a new vault would open by something, with these secrets beside.
  func isEnough(with given: OpeningSecretOptions) -> Bool {
    !recipient.isEmpty || recovery || given.countForNewVault > 0
  }

  /// The slots of a new vault.
  /// - Parameters:
  ///   - given: Passphrases and key files, as far as they were given.
  ///   - what: What the terminal is asked for where nothing was given.
  /// - Throws: `Failure` where a secret cannot be had.
  func slots(_ given: [OpeningSecret], for what: String) throws(Failure) -> [NewSlot] {
    var slots: [NewSlot] = []
    for secret in given {
      switch secret {
      case .passphrase(let text): slots.append(try .passphrase(text, kdf))
      case .keyFile(let digest): slots.append(try .keyFile(digest))
      // They go on with a vault that was begun; a new one takes what belongs to them.
      case .identity, .recovery: break
      }
    }
    for text in recipient { slots.append(try .recipient(text)) }
    if recovery { slots.append(try RecoveryPaper.slot(for: what)) }
    if slots.isEmpty { slots.append(try .passphrase(try PassphraseSource.askTwice(what), kdf)) }
    return slots
  }
}
