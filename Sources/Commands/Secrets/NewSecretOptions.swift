import ArgumentParser
import VaultFormat

/// Where a new secret for a vault comes from, on commands that also need one to open it.
struct NewSecretOptions: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp("Read the new passphrase from this file.", valueName: "file"))
  var newPassphraseFile: String?

  @Option(
    name: .long,
    help: ArgumentHelp("Read the new passphrase from this descriptor.", valueName: "number"))
  var newPassphraseFd: Int32?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Take what this command prints for the new passphrase.", valueName: "command"))
  var newPassphraseCommand: String?

  @Option(
    name: .long,
    help: ArgumentHelp("Make this file, whatever is in it, a key.", valueName: "file"))
  var newKeyFile: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Let the owner of this public key open the vault.", valueName: "sotto1…"))
  var recipient: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "What a guess at the new passphrase costs: interactive, moderate or sensitive.",
      valueName: "level"))
  var kdf: DerivationLevel = .moderate

  func validate() throws {
    let given = [
      newPassphraseFile != nil, newPassphraseFd != nil, newPassphraseCommand != nil,
      newKeyFile != nil, recipient != nil,
    ].count(where: { $0 })
    guard given <= 1 else { throw ValidationError("one new secret at a time") }
    if let newPassphraseFd, newPassphraseFd < 0 {
      throw ValidationError("--new-passphrase-fd needs a descriptor that is open")
    }
  }

  /// Reads the new secret; the terminal is asked twice where no option names one.
  /// - Parameter what: What it is for, in the prompt.
  /// - Throws: `Failure` where it cannot be read, is empty or no recipient.
  func read(for what: String) throws(Failure) -> NewSlot {
    if let newKeyFile { return try .keyFile(try SecretFile.key(newKeyFile)) }
    if let recipient { return try .recipient(recipient) }
    if let passphrase = try givenPassphrase() { return try .passphrase(passphrase, kdf) }
    return try .passphrase(try PassphraseSource.askTwice(what), kdf)
  }

  /// The new secret as one that opens what has it already; nil for a public key, which opens nothing,
  /// and where no option names one.
  /// - Throws: `Failure` where it cannot be read or is empty.
  func opening() throws(Failure) -> OpeningSecret? {
    if let newKeyFile { return .keyFile(try SecretFile.key(newKeyFile)) }
    return try givenPassphrase().map { .passphrase($0) }
  }

  private func givenPassphrase() throws(Failure) -> HeldSecret? {
    try PassphraseSource.read(
      [newPassphraseFile].compactMap(\.self), [newPassphraseFd].compactMap(\.self),
      [newPassphraseCommand].compactMap(\.self)
    ).first
  }
}
