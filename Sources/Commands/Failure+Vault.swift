import Secrets
import SystemPackage
import VaultFormat
import VaultStore

// The one place where what went wrong with a vault becomes an exit status.

extension Failure {
  /// The failure that an act on a vault or a store ended with.
  init(_ error: VaultError) {
    let (status, hint): (ExitStatus, String?) =
      switch error.code {
      case .wrongSecret: (.wrongPassphrase, "sotto key list shows by what the vault opens")
      case .notAVault: (.notAVault, "a vault is the folder whose name ends in .sotto")
      case .newer: (.newerFormat, "use a newer sotto")
      case .damaged: (.damaged, "sotto verify names every file that is not as it was sealed")
      case .inUse: (.inUse, "end the program, or say --wait")
      case .full: (.failure, "make room and run the same command again: nothing is lost")
      case .interrupted: (.interrupted, Failure.continues)
      case .system, .refused: (.failure, nil)
      }
    let text = "\(error.path.string): \(error.text)"
    self.init(text, hint: error.hint ?? hint, status: status)
  }

  /// The failure that bytes of a vault which could not be read or made are.
  init(_ error: VaultFormatError, _ path: FilePath) {
    self.init(VaultError(error, path))
  }

  /// What is said after an interrupt.
  static let continues = "nothing is lost; the same command goes on where it stopped"
}
