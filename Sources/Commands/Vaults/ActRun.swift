import VaultStore

/// Runs an act of the engine: with a line that says how far it is, and an end when the user asks.
enum ActRun {
  /// Runs `act`, which works with the monitor it is given.
  /// - Throws: `Failure` with the status of what went wrong.
  static func run<Report>(
    _ act: (ActMonitor) throws(VaultError) -> Report
  ) throws(Failure) -> Report {
    let line = ActProgressLine()
    defer { line.end() }
    let monitor = ActMonitor(
      report: { progress in
        line.report(word(progress.phase), done: progress.bytes, of: progress.totalBytes)
      }, isInterrupted: { Interruption.isRequested })
    do throws(VaultError) {
      return try act(monitor)
    } catch {
      throw Failure(error)
    }
  }

  private static func word(_ phase: StoreProgress.Phase) -> String {
    switch phase {
    case .looking: "looking"
    case .locking: "locking"
    case .restoring: "restoring"
    case .finishing: "finishing"
    case .verifying: "verifying"
    case .rotating: "rotating"
    }
  }
}
