import Glibc
import Inventory
import Synchronization

/// A line on standard error that says how far a scan has come, after the first second, on a terminal
/// only.
final class ProgressLine: Sendable {
  /// Whether anything was written that must be taken away.
  private let isShown: ShownFlag
  private let task: Task<Void, Never>?

  init(_ progress: ReadingProgress) {
    let isShown = ShownFlag()
    self.isShown = isShown
    guard StandardError.isTerminal else {
      task = nil
      return
    }
    task = Task {
      while !Task.isCancelled {
        do { try await Task.sleep(for: .seconds(1)) } catch { return }
        isShown.value.store(true, ordering: .relaxed)
        StandardError.write("\r\u{1B}[K" + ProgressLine.text(progress))
      }
    }
  }

  /// Takes the line away.
  func end() {
    task?.cancel()
    if isShown.value.load(ordering: .relaxed) { StandardError.write("\r\u{1B}[K") }
  }

  private static func text(_ progress: ReadingProgress) -> String {
    let parts = progress.parts.load(ordering: .relaxed)
    let folders = progress.folders.load(ordering: .relaxed)
    let files = progress.files.load(ordering: .relaxed)
    if parts == 0 { return "searching: \(folders) folders, \(files) files looked into" }
    let done = progress.partsDone.load(ordering: .relaxed)
    return "reading: \(done) of \(parts) parts"
  }
}

/// Set by the task that writes, read by the command that ends.
private final class ShownFlag: Sendable {
  let value = Atomic<Bool>(false)
}
