import SystemPackage
import VaultFormat
import VaultStore

/// Opens vaults by the secrets that the user gave; asks on the terminal where none was given.
struct VaultOpening {
  /// The secrets that were given.
  let given: [OpeningSecret]

  /// What was typed and has opened a vault: people have one passphrase for several.
  private let typed = TypedSecrets()

  /// How often the terminal is asked.
  private static let tries = 3

  /// Reads the secrets that the options name.
  /// - Throws: `Failure` where one cannot be read.
  init(_ options: OpeningSecretOptions) throws(Failure) {
    given = try options.read()
  }

  /// Opens a vault, by each secret in turn until one opens it.
  /// - Throws: `Failure` with status 10 where none does, and with those of what is no vault, newer or
  ///   damaged.
  func open(_ vault: FilePath) throws(Failure) -> OpenedVault {
    if given.isEmpty { return try ask(vault) }
    var wrong: Failure?
    for secret in given {
      do throws(Failure) {
        return try VaultOpening.attempt(vault, secret)
      } catch {
        guard error.status == .wrongPassphrase else { throw error }
        wrong = wrong ?? error
      }
    }
    throw wrong ?? Failure("no secret was given", status: .usage)
  }

  private func ask(_ vault: FilePath) throws(Failure) -> OpenedVault {
    // What is no vault, or newer, is said before anybody types.
    let types = try VaultOpening.header(of: vault).slots.map(\.type)
    for secret in typed.secrets {
      do throws(Failure) {
        return try VaultOpening.attempt(vault, secret)
      } catch {
        guard error.status == .wrongPassphrase else { throw error }
      }
    }
    var attempts = 0
    while true {
      attempts += 1
      let secret: OpeningSecret
      if types.contains(.passphrase) || !types.contains(.recoveryWords) {
        secret = .passphrase(try PassphraseSource.ask("Passphrase for \(vault.shown)"))
      } else {
        let words = try PassphraseSource.ask("Recovery words for \(vault.shown)")
        secret = try .recovery(words: words, from: "the terminal")
      }
      do throws(Failure) {
        let opened = try VaultOpening.attempt(vault, secret)
        typed.secrets.append(secret)
        return opened
      } catch {
        guard error.status == .wrongPassphrase, attempts < VaultOpening.tries else { throw error }
        StandardError.write("sotto: that does not open it\n")
      }
    }
  }

  private static func attempt(
    _ vault: FilePath, _ secret: OpeningSecret
  ) throws(Failure) -> OpenedVault {
    let secret = try secret.slotSecret()
    do throws(VaultError) {
      return try OpenedVault.open(at: vault, secret)
    } catch {
      throw Failure(error)
    }
  }

  /// The header as it can be read without a secret.
  /// - Throws: `Failure`.
  static func header(of vault: FilePath) throws(Failure) -> VaultHeader {
    do throws(VaultError) {
      return try OpenedVault.header(at: vault)
    } catch {
      throw Failure(error)
    }
  }
}

/// The secrets that were typed while one command runs.
private final class TypedSecrets {
  var secrets: [OpeningSecret] = []
}
