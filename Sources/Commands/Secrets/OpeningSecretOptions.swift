import ArgumentParser
import SystemPackage
import VaultFormat

/// Where the secret comes from that opens a vault: the same options on every command that needs one.
///
/// There is none for the secret itself: arguments and environment of a process can be read by others.
struct OpeningSecretOptions: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Read the passphrase from this file, but for a line feed at its end.", valueName: "file"))
  var passphraseFile: [String] = []

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Read the passphrase from this descriptor, which is open already.", valueName: "number"))
  var passphraseFd: [Int32] = []

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Take what this command prints for the passphrase; it is run with /bin/sh.",
      valueName: "command"))
  var passphraseCommand: [String] = []

  @Option(
    name: .long,
    help: ArgumentHelp("Use this file, whatever is in it, as a key.", valueName: "file"))
  var keyFile: [String] = []

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Use the recipient's private key in this file, as sotto key identity writes it.",
      valueName: "file"))
  var identity: [String] = []

  @Option(
    name: .long,
    help: ArgumentHelp("Use the recovery words in this file.", valueName: "file"))
  var recoveryFile: [String] = []

  /// How many secrets are given.
  var count: Int {
    passphraseFile.count + passphraseFd.count + passphraseCommand.count + keyFile.count
      + identity.count + recoveryFile.count
  }

  /// How many of them can be a slot of a new vault.
  var countForNewVault: Int { count - identity.count - recoveryFile.count }

  func validate() throws {
    // A second reader of a descriptor would find it empty.
    guard Set(passphraseFd).count == passphraseFd.count, !passphraseFd.contains(where: { $0 < 0 })
    else { throw ValidationError("--passphrase-fd needs a descriptor that is open, and each once") }
  }

  /// Reads all of them, in the order of the options above.
  /// - Throws: `Failure` where one cannot be read or is empty.
  func read() throws(Failure) -> [OpeningSecret] {
    var secrets: [OpeningSecret] = []
    for secret in try PassphraseSource.read(passphraseFile, passphraseFd, passphraseCommand) {
      secrets.append(.passphrase(secret))
    }
    for path in keyFile { secrets.append(.keyFile(try SecretFile.key(path))) }
    for path in identity {
      let text = try SecretFile.text(path)
      do throws(VaultFormatError) {
        secrets.append(.identity(HeldSecret(try Identity.decode(text.bytes))))
      } catch {
        throw Failure(error, FilePath(path))
      }
    }
    for path in recoveryFile {
      secrets.append(try .recovery(words: try SecretFile.text(path), from: path))
    }
    return secrets
  }
}
