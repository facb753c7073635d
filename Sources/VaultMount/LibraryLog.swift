internal import CFuse
internal import Glibc
internal import Synchronization

/// What the library has to say, which it would write to standard error.
///
/// The last line is kept for an error's text.
enum LibraryLog {
  private static let line = Mutex<String?>(nil)

  /// The last thing the library said.
  static var last: String? { line.withLock { $0 } }

  /// Listens from here on.
  static func begin() {
    line.withLock { $0 = nil }
    unsafe fuse_set_log_func { _, format, arguments in
      guard let format = unsafe format, let arguments = unsafe arguments else { return }
      let text = unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 512) { room in
        guard let start = room.baseAddress else { return "" }
        unsafe vsnprintf(start, room.count, format, arguments)
        return unsafe String(cString: start)
      }
      LibraryLog.line.withLock { $0 = text.split(separator: "\n").last.map(String.init) ?? $0 }
    }
  }
}
