import Glibc
import Synchronization

/// Whether the user asked to stop, noted by a signal handler and asked for by whatever runs long.
///
/// A handler that ends the process would leave a terminal without echo; one that only takes a note lets
/// every act stop where it is safe.
enum Interruption {
  private static let noted = Atomic<Bool>(false)

  /// Begins to take notes of Ctrl-C, of `kill` and of a terminal that goes away.
  static func watch() {
    // Made before the first signal may come: a handler must not initialise anything.
    _ = isRequested
    for signal in [SIGINT, SIGTERM, SIGHUP] {
      var before = sigaction()
      sigaction(signal, nil, &before)
      // `nohup` and shells in the background ignore some of them, and mean it.
      if isIgnored(before) { continue }
      var action = sigaction()
      action.__sigaction_handler.sa_handler = { _ in
        Interruption.noted.store(true, ordering: .relaxed)
      }
      // Without SA_RESTART: what waits is to return.
      sigaction(signal, &action, nil)
    }
  }

  /// Whether the user asked to stop.
  static var isRequested: Bool { noted.load(ordering: .relaxed) }

  /// Ends the command where the user asked to stop.
  /// - Throws: `Failure` with status 130.
  static func check() throws(Failure) {
    if isRequested { throw Failure("interrupted", status: .interrupted) }
  }

  /// Waits half a second, or until the user asks to stop.
  /// - Throws: `Failure` with status 130.
  static func pause() throws(Failure) {
    try check()
    usleep(500_000)
    try check()
  }

  private static func isIgnored(_ action: sigaction) -> Bool {
    let handler = action.__sigaction_handler.sa_handler
    return unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
  }
}
