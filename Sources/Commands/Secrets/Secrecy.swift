import Secrets

/// What a command that handles secrets does before it reads the first.
enum Secrecy {
  /// Forbids memory dumps, and takes notes of Ctrl-C so that the terminal is never left without echo.
  /// - Throws: `Failure` where the system does not forbid dumps.
  static func begin() throws(Failure) {
    Interruption.watch()
    do { try ProcessSecrecy.begin() } catch { throw Failure(error) }
  }
}
