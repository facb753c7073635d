import ArgumentParser
import ByteReading
import Glibc
import Reporting
import SystemPackage
import VaultServing
import VaultStore

/// `sotto serve-vault`: serves a vault that `sotto unlock` has opened; not for people.
///
/// Keys come from standard input, what became of it goes to standard output (`ServingReport`). The command
/// line, which everybody can read, has paths and options.
struct ServeVaultCommand: AsyncParsableCommand {
  static let name = "serve-vault"

  static let configuration = CommandConfiguration(
    commandName: name, abstract: "Serve a vault whose keys come from standard input.",
    shouldDisplay: false)

  @Argument var store: String
  @Argument var vault: String
  @Option var idle: Int64?
  @Flag var readOnly = false
  @Flag var accept = false

  func run() async throws {
    // The terminal goes away; the vault stays open.
    signal(SIGHUP, SIG_IGN)
    signal(SIGPIPE, SIG_IGN)
    do {
      let server = try open()
      StandardDescriptors.close([STDOUT_FILENO, STDERR_FILENO])
      try ServeVaultCommand.serving { () throws(VaultError) in
        try server.run(idle: idle, isStopping: Interruption.isRequested)
      }
    } catch let failure as Failure {
      _ = ServeVaultCommand.report(.failed(failure))
      throw CommandEnd(status: failure.status)
    }
  }

  /// Opens and mounts the vault, and says so.
  private func open() throws -> VaultServer {
    try Secrecy.begin()
    chdir("/")
    let store = try openStore()
    let server = try ServeVaultCommand.serving { () throws(VaultError) in
      try VaultServer(store)
    }
    // Where nobody listens any more nobody knows that it is open.
    if !ServeVaultCommand.report(.ready(ServedVault(store, process: getpid()))) {
      try ServeVaultCommand.serving { () throws(VaultError) in
        try server.run(idle: nil, isStopping: true)
      }
      throw CommandEnd(status: .failure)
    }
    return server
  }

  private func openStore() throws -> OpenStore {
    let keys = try HandedKeys.read()
    let place = try ServeVaultCommand.serving { () throws(VaultError) in
      try LockPlace(store: FilePath(store), vault: FilePath(vault))
    }
    var options = OpenStore.Options()
    options.isReadOnly = readOnly
    options.isAccepting = accept
    do throws(OpenStore.Refusal) {
      return try OpenStore(
        place, handedOver: keys, options,
        ActMonitor(isInterrupted: { Interruption.isRequested }))
    } catch {
      switch error {
      case .failed(let error): throw Failure(error)
      case .changed(let report):
        _ = ServeVaultCommand.report(.changed(VerificationDocument(report, of: place.vault)))
        throw CommandEnd(status: .damaged)
      }
    }
  }

  private static func serving<Result>(
    _ act: () throws(VaultError) -> Result
  ) throws(Failure) -> Result {
    do throws(VaultError) { return try act() } catch { throw Failure(error) }
  }

  /// - Returns: Whether it was heard.
  private static func report(_ report: ServingReport) -> Bool {
    let bytes = report.json
    var done = 0
    while done < bytes.count {
      let written = bytes[done...].withUnsafeBytes {
        write(STDOUT_FILENO, $0.baseAddress, $0.count)
      }
      if written < 0, errno == EINTR { continue }
      if written <= 0 { return false }
      done += written
    }
    return true
  }
}
