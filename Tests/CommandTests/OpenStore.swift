import ByteReading
import Glibc
import TestSupport
import Testing

/// A store that is locked, opened and closed; closed by force at the end, whatever a test has left.
final class OpenStore: Sendable {
  let store: StoreUnderTest
  var path: String { store.path }
  var vault: String { store.vault }
  var secret: [String] { ["--passphrase-file", store.passphraseFile] }

  /// A store that is locked, or is still to be; nil, loudly, where nothing can be mounted.
  init?(_ what: String, isLocked: Bool = true) throws {
    let device = Glibc.open("/dev/fuse", O_RDWR | O_CLOEXEC)
    guard device >= 0 else {
      announce("!!!!  NOT TESTED: \(what), which needs /dev/fuse")
      return nil
    }
    close(device)
    store = try StoreUnderTest()
    guard isLocked else { return }
    let locked = try store.lock()
    try #require(locked.status == 0, "\(locked.errorText)")
  }

  deinit {
    _ = try? store.sotto("lock", path, "--force")
    _ = try? run("sh", ["-c", "grep -q ' \(path) ' /proc/self/mountinfo && umount -l '\(path)'"])
  }

  /// Opens the store with the passphrase of the file.
  func unlock(_ more: String...) throws -> ProgramResult {
    try run(
      Repository.program, ["unlock", path] + secret + more, environment: store.environment)
  }

  /// Opens it, which must succeed.
  func open(_ more: String...) throws {
    let result = try run(
      Repository.program, ["unlock", path] + secret + more, environment: store.environment)
    try #require(result.status == 0, "\(result.errorText)")
  }

  /// Closes it.
  func lock(_ more: String...) throws -> ProgramResult {
    try run(Repository.program, ["lock", path] + more, environment: store.environment)
  }

  /// What `sotto status` says of it, for programs.
  func status() throws -> JSONValue {
    let result = try store.sotto("status", path, "--format", "json")
    #expect(result.status == 0, "\(result.errorText)")
    return try #require(try parse(result.output)["stores"]?.elements.first)
  }

  /// The process that serves it.
  func server() throws -> Int {
    Int(try #require(try status()["pid"]?.integer))
  }

  /// The status of `sotto verify`.
  func verify() throws -> Int32 {
    try run(
      Repository.program, ["verify", vault] + secret, environment: store.environment
    ).status
  }

  /// Waits for the end of a process, which is sent a signal before.
  func end(_ process: Int, by signal: Int32? = nil) throws {
    let ended = try run(
      "python3",
      [
        "-c",
        """
        import os, select, sys
        process, signal = int(sys.argv[1]), int(sys.argv[2])
        try:
            descriptor = os.pidfd_open(process)
            if signal: os.kill(process, signal)
            select.select([descriptor], [], [], 60)[0] or sys.exit("it does not end")
        except ProcessLookupError:
            pass
        """, String(process), String(signal ?? 0),
      ])
    try #require(ended.status == 0, "\(ended.errorText)")
  }

  /// Whether something is mounted at the store's place.
  func isMounted() throws -> Bool {
    try run("grep", ["-c", " \(path) .* fuse.sotto ", "/proc/self/mountinfo"]).status == 0
  }

  /// The text of a file of the store.
  func text(_ name: String) throws -> String {
    String(decoding: try contents(path + "/" + name), as: UTF8.self)
  }
}
