import Applications
import EvidenceFiles
import Glibc
import Inventory
import SystemPackage

/// Whether an application may be about to use a store: its program runs as the store's owner, and the
/// store is where that program looks for it.
///
/// Who has files of the store open is asked by the lock itself, file by file.
enum RunningRule {
  /// Lets nobody pass while a program runs.
  /// - Parameter wait: Whether to wait for its end.
  /// - Throws: `Failure` with status 14, naming program and process; 130 when interrupted.
  static func check(_ target: LockTarget, wait: Bool) throws(Failure) {
    guard let owner = (try? FileStatus.of(target.store))?.owner else { return }
    var isTold = false
    while let (application, program) = running(target, owner) {
      let text =
        "\(application.displayName) is running: \(program.name), process \(program.process)"
      guard wait else {
        throw Failure(
          "\(target.store.string) is in use: \(text)",
          hint: "end \(application.displayName), or say --wait", status: .inUse)
      }
      if !isTold { StandardError.write("sotto: waiting: \(text)\n") }
      isTold = true
      try Interruption.pause()
    }
  }

  private static func running(
    _ target: LockTarget, _ owner: UInt32
  ) -> (any Application, RunningProgram)? {
    for application in KnownApplications.all where target.users.contains(application.id) {
      if let program = RunningPrograms.first(of: application, as: owner) {
        return (application, program)
      }
    }
    return nil
  }
}
