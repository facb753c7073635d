import Glibc

/// A folder of its own for a test, gone with the value.
public final class TemporaryFolder: Sendable {
  /// Its absolute path.
  public let path: String

  /// Makes an empty folder, where temporary files belong or in another place.
  public init(in place: String? = nil) throws {
    let base = place ?? getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var template = Array("\(base)/sotto-test-XXXXXX".utf8CString)
    guard let made = mkdtemp(&template) else {
      throw ProgramNotStarted(name: base, reason: errno)
    }
    path = String(cString: made)
  }

  deinit {
    if Self.run(["rm", "-rf", "--", path]) { return }
    // A folder whose vault is locked is immutable where tests run as root.
    _ = Self.run(["chattr", "-R", "-f", "-i", path])
    _ = Self.run(["rm", "-rf", "--", path])
  }

  /// Runs a program without a word; whether it succeeded.
  private static func run(_ command: [String]) -> Bool {
    var words: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) } + [nil]
    defer { for pointer in words { free(pointer) } }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
    var child: pid_t = 0
    guard posix_spawnp(&child, command[0], &actions, nil, &words, environ) == 0 else {
      return false
    }
    var status: Int32 = 0
    waitpid(child, &status, 0)
    return status == 0
  }
}
