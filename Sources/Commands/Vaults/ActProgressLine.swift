import Glibc
import Reporting
import Synchronization

/// How far an act on a store has come, in a line on standard error: bytes, rate, time left.
///
/// On a terminal only, and not before the first second.
final class ActProgressLine: Sendable {
  private struct State {
    var shown: ContinuousClock.Instant
    var isShown = false
  }

  private let began = ContinuousClock.now
  private let isWanted = StandardError.isTerminal
  private let state: Mutex<State>

  init() {
    state = Mutex(State(shown: began))
  }

  /// Says how far it is; called by those who work, as often as they like.
  /// - Parameter doing: What is done, as `locking`.
  func report(_ doing: String, done: UInt64, of total: UInt64) {
    guard isWanted else { return }
    let now = ContinuousClock.now
    state.withLock { state in
      guard now - state.shown >= .seconds(1) else { return }
      state.shown = now
      state.isShown = true
      StandardError.write(
        "\r\u{1B}[K" + ActProgressLine.text(doing, done, total, after: now - began))
    }
  }

  /// Takes the line away.
  func end() {
    state.withLock { state in
      if state.isShown { StandardError.write("\r\u{1B}[K") }
      state.isShown = false
    }
  }

  /// The line: `locking: 1.2 GB of 3.4 GB, 210 MB/s, 11 s left`.
  static func text(
    _ doing: String, _ done: UInt64, _ total: UInt64, after elapsed: Duration
  ) -> String {
    var line = "\(doing): \(Figures.size(done)) of \(Figures.size(max(done, total)))"
    let seconds =
      Double(elapsed.components.seconds)
      + Double(elapsed.components.attoseconds) / 1e18
    let rate = Double(done) / max(seconds, 0.001)
    guard rate >= 1 else { return line }
    line += ", \(Figures.size(UInt64(min(rate, 1e18))))/s"
    let left = UInt64(min(Double(total > done ? total - done : 0) / rate, 1e9))
    return line + ", \(time(left)) left"
  }

  private static func time(_ seconds: UInt64) -> String {
    switch seconds {
    case ..<60: "\(seconds) s"
    case ..<3600: "\(seconds / 60) min"
    default: "\(seconds / 3600) h \(seconds % 3600 / 60) min"
    }
  }
}
