import Applications
import Glibc
import Synchronization

/// Work for the readers: splitting claims, and reading the parts that splitting gives.
///
/// Parts come before further splitting, so that few claims are open at a time.
final class PartQueue: Sendable {
  enum Work: Sendable {
    case split
    case read(Int, StorePart)
  }

  struct Job: Sendable {
    var claim: Int
    var work: Work
  }

  private struct State {
    var nextClaim = 0
    /// Parts to read, the first one at the end.
    var parts: [Job] = []
    /// Claims whose parts are not known yet, or whose jobs are still being worked at.
    var busy = 0
  }

  private let state = Mutex(State())
  private let claims: Int

  init(claims: Int) {
    self.claims = claims
  }

  /// The next job; nil when there is none and none can come.
  ///
  /// Waits while others are still splitting.
  func next() -> Job? {
    while true {
      let (job, isOver) = state.withLock { state -> (Job?, Bool) in
        if let part = state.parts.popLast() {
          state.busy += 1
          return (part, false)
        }
        if state.nextClaim < claims {
          state.nextClaim += 1
          state.busy += 1
          return (Job(claim: state.nextClaim - 1, work: .split), false)
        }
        return (nil, state.busy == 0)
      }
      if let job { return job }
      if isOver { return nil }
      // Another worker is splitting the last claim or reading the last part: give it the processor.
      usleep(200)
    }
  }

  /// Takes the parts of a claim, and ends the splitting of it.
  func add(_ parts: [StorePart], of claim: Int) {
    state.withLock { state in
      for (index, part) in parts.enumerated().reversed() {
        state.parts.append(Job(claim: claim, work: .read(index, part)))
      }
      state.busy -= 1
    }
  }

  /// Ends the reading of a part; `again` is a claim whose parts must be split and read once more.
  func finished(again claim: Int?) {
    state.withLock { state in
      if let claim { state.parts.append(Job(claim: claim, work: .split)) }
      state.busy -= 1
    }
  }
}
