import Glibc

/// A folder of its own for a test, gone with the value.
public final class TemporaryFolder: Sendable {
  /// Its absolute path.
  public let path: String

  /// Makes an empty folder.
  public init() throws {
    let base = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var template = Array("\(base)/sotto-test-XXXXXX".utf8CString)
    guard let made = mkdtemp(&template) else {
      throw ProgramNotStarted(name: base, reason: errno)
    }
    path = String(cString: made)
  }

  deinit {
    var word: [UnsafeMutablePointer<CChar>?] = [
      strdup("rm"), strdup("-rf"), strdup("--"), strdup(path), nil,
    ]
    var child: pid_t = 0
    if posix_spawnp(&child, "rm", nil, nil, &word, environ) == 0 {
      var status: Int32 = 0
      waitpid(child, &status, 0)
    }
    for pointer in word { free(pointer) }
  }
}
