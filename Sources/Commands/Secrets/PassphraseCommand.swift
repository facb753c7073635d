import Glibc
import Secrets

/// Runs a command of the user's, such as a password manager's, and takes what it prints for a secret.
enum PassphraseCommand {
  /// Runs `command` with `/bin/sh -c` and reads its standard output.
  /// - Throws: `Failure` where it cannot be run, fails, or prints nothing.
  static func secret(_ command: String) throws(Failure) -> HeldSecret {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw failure("cannot be joined to a pipe", errno) }
    // Nothing else that is started may inherit the end a secret comes out of.
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    defer { close(ends[0]) }
    let child = try start(command, output: ends[1])
    let read: Result<HeldSecret, Failure>
    do {
      read = .success(
        HeldSecret(try SecretInput.all(from: ends[0], named: "the passphrase command")))
    } catch {
      read = .failure(error)
    }
    var status: Int32 = 0
    while waitpid(child, &status, 0) < 0, errno == EINTR {}
    try Interruption.check()
    // A command that failed may have printed a part, or a message.
    guard status == 0 else {
      let reason =
        status & 0x7F == 0 ? "ended with \((status >> 8) & 0xFF)" : "was ended by a signal"
      throw Failure("the passphrase command \(reason)")
    }
    return try read.get()
  }

  /// Starts the shell, its standard output going to `output`, which is closed here.
  private static func start(_ command: String, output: Int32) throws(Failure) -> pid_t {
    defer { close(output) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
    let line = ["/bin/sh", "-c", command]
    var words = line.map { strdup($0) } + [nil]
    defer { for word in words { free(word) } }
    var child: pid_t = 0
    let reason = posix_spawn(&child, "/bin/sh", &actions, nil, &words, environ)
    guard reason == 0 else { throw failure("cannot be started", reason) }
    return child
  }

  private static func failure(_ what: String, _ reason: Int32) -> Failure {
    Failure("the passphrase command \(what): \(String(cString: strerror(reason)))")
  }
}
