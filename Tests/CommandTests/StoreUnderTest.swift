import ByteReading
import TestSupport
import Testing

/// A home of its own with a small store in it, and the commands run there.
final class StoreUnderTest: Sendable {
  let folder: TemporaryFolder
  var home: String { folder.path + "/home" }
  var path: String { home + "/diary" }
  var vault: String { path + ".sotto" }
  var passphraseFile: String { folder.path + "/passphrase" }
  static let passphrase = "seven marbles under the bridge"

  /// A store with a few files, or none with `isEmpty`; where temporary files belong, or in another place.
  init(isEmpty: Bool = false, in place: String? = nil) throws {
    folder = try TemporaryFolder(in: place)
    try makeFolders(home)
    try write((Self.passphrase + "\n").utf8, to: passphraseFile)
    if isEmpty { return }
    try write("Dear diary\n".utf8, to: path + "/2026-11-23.txt")
    try write([], to: path + "/empty")
    try write([UInt8](repeating: 0x5A, count: 100_000), to: path + "/letters/a long one.md")
    _ = try run("ln", ["-s", "letters/a long one.md", path + "/link"])
  }

  var environment: [String: String] { ["HOME": home, "XDG_STATE_HOME": folder.path + "/state"] }

  /// Runs a command without a terminal.
  func sotto(_ arguments: String...) throws -> ProgramResult {
    try run(Repository.program, arguments, environment: environment)
  }

  /// Runs a command on a terminal.
  func typing(
    _ answers: [(after: String, typed: String)], _ arguments: String...
  ) throws -> TerminalSession {
    try runOnTerminal(Repository.program, arguments, answers: answers, environment: environment)
  }

  /// Locks the store with the passphrase of the file.
  func lock(_ more: String...) throws -> ProgramResult {
    try run(
      Repository.program,
      ["lock", path, "--passphrase-file", passphraseFile, "--kdf", "interactive", "--yes"] + more,
      environment: environment)
  }

  /// Restores the store with the passphrase of the file.
  func restore(_ more: String...) throws -> ProgramResult {
    try run(
      Repository.program, ["restore", path, "--passphrase-file", passphraseFile, "--yes"] + more,
      environment: environment)
  }

  /// Everything below a folder: kinds, modes, sizes, times, names and contents.
  func fingerprint(_ path: String) throws -> [String] {
    let entries = try run("find", [path, "-printf", "%y %m %s %T@ %l %P\\n"])
    let sums = try run("sh", ["-c", "cd '\(path)' && find . -type f -exec sha256sum {} +"])
    return (entries.text + sums.text).split(separator: "\n").map(String.init)
      // A folder's size is the file system's own affair.
      .map { $0.hasPrefix("d ") ? withoutSize($0) : $0 }.sorted()
  }

  private func withoutSize(_ line: String) -> String {
    var words = line.split(separator: " ", omittingEmptySubsequences: false)
    words.remove(at: 2)
    return words.joined(separator: " ")
  }

  /// Whether something is at a path.
  func exists(_ path: String) throws -> Bool {
    try run("test", ["-e", path]).status == 0
  }
}
