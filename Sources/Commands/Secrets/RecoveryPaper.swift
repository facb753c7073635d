import Glibc
import SystemPackage
import VaultFormat

/// Recovery words, which are shown once and kept nowhere.
enum RecoveryPaper {
  /// Makes new words, prints them on standard output, and gives the slot that opens by them.
  ///
  /// They are printed before the slot exists: words that open nothing do no harm, a slot whose words
  /// nobody saw might be the only one.
  /// - Throws: `Failure` where they cannot be printed.
  static func slot(for what: String) throws(Failure) -> NewSlot {
    do throws(VaultFormatError) {
      let entropy = try RecoveryWords.generate()
      let text = try RecoveryWords.text(of: entropy)
      StandardError.write(
        "sotto: recovery words for \(what): write them down, they are not shown again\n")
      guard SecretOutput.write(text, to: STDOUT_FILENO) else {
        throw VaultFormatError(.unsuitable, "recovery words", "cannot be printed")
      }
      return .recoveryWords(entropy)
    } catch {
      throw Failure(error, FilePath(what))
    }
  }
}
