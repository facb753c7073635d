internal import CLinux
internal import Glibc
public import Secrets
public import SystemPackage
public import VaultStore

/// A process that is to serve a vault, started by this one: the same program, with another command.
///
/// It is never a fork of this process, whose memory holds what the user typed. Keys reach it by a pipe.
public struct ServingLaunch: ~Copyable {
  private let process: pid_t
  private let reports: Int32

  /// Starts the process and gives it the keys.
  /// - Parameters:
  ///   - arguments: The command line; it can be read by everybody.
  ///   - keys: What it reads from standard input.
  /// - Throws: `VaultError` where it does not start.
  public init(
    _ arguments: [String], keys: borrowing SecureBytes, for vault: FilePath
  ) throws(VaultError) {
    let input = try Self.pipe(vault)
    let output: (reading: Int32, writing: Int32)
    do {
      output = try Self.pipe(vault)
    } catch {
      close(input.reading)
      close(input.writing)
      throw error
    }
    var words: [UnsafeMutablePointer<CChar>?] = unsafe []
    for word in arguments { unsafe words.append(strdup(word)) }
    unsafe words.append(nil)
    defer { unsafe words.forEach { unsafe free($0) } }
    var child: pid_t = 0
    let reason = unsafe sotto_spawn_apart(
      "/proc/self/exe", &words, environ, input.reading, output.writing, STDERR_FILENO, &child)
    close(input.reading)
    close(output.writing)
    defer { close(input.writing) }
    guard reason == 0 else {
      close(output.reading)
      throw VaultError(Errno(rawValue: reason), vault, "start a process to serve")
    }
    process = child
    reports = output.reading
    // A pipe takes a page at once, and keys are less; where the process has ended, its report says why.
    unsafe keys.withBytes { _ = unsafe write(input.writing, $0.baseAddress, $0.count) }
  }

  /// Reads what the process reports, until it has said all.
  /// - Parameter isStopping: Whether the process is to stop; asked whenever a signal has come.
  public borrowing func report(isStopping: () -> Bool) -> [UInt8] {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65536)
    while true {
      let count = unsafe read(reports, &buffer, buffer.count)
      if count > 0 {
        bytes += buffer[..<count]
      } else if count == 0 || errno != EINTR {
        return bytes
      } else if isStopping() {
        kill(process, SIGTERM)
      }
    }
  }

  /// Asks the process to end, which locks its vault.
  public borrowing func stop() {
    kill(process, SIGTERM)
  }

  /// Waits for the end of a process that has reported a failure.
  /// - Returns: The signal that ended it; nil where it ended by itself.
  public borrowing func wait() -> Int32? {
    var status: Int32 = 0
    while unsafe waitpid(process, &status, 0) < 0 {
      if errno != EINTR { return nil }
    }
    return status & 0x7F == 0 ? nil : status & 0x7F
  }

  deinit {
    close(reports)
  }

  /// A pipe whose ends are none of the first three descriptors and go to no other process.
  private static func pipe(
    _ path: FilePath
  ) throws(VaultError) -> (reading: Int32, writing: Int32) {
    var ends: [Int32] = [-1, -1]
    guard unsafe Glibc.pipe(&ends) == 0 else {
      throw VaultError(Errno(rawValue: errno), path, "make a pipe to the process that serves")
    }
    let moved = ends.map { fcntl($0, F_DUPFD_CLOEXEC, 3) }
    for end in ends { close(end) }
    guard moved.allSatisfy({ $0 >= 0 }) else {
      let reason = Errno(rawValue: errno)
      for end in moved where end >= 0 { close(end) }
      throw VaultError(reason, path, "make a pipe to the process that serves")
    }
    return (moved[0], moved[1])
  }
}
