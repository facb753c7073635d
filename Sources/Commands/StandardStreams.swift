import Glibc

/// Standard output, gathered into large writes.
///
/// A reader that goes away (`sotto list | head`) is no failure: writing stops and the command ends
/// well, as ripgrep does.
final class StandardOutput {
  private var pending: [UInt8] = []
  private(set) var isClosed = false

  init() {
    // Without this the process would be killed instead of getting EPIPE (signal(7)).
    signal(SIGPIPE, SIG_IGN)
  }

  func write(_ bytes: [UInt8]) throws(Failure) {
    pending += bytes
    if pending.count >= 64 * 1024 { try flush() }
  }

  func write(line: String) throws(Failure) {
    pending += line.utf8
    pending.append(UInt8(ascii: "\n"))
    if pending.count >= 64 * 1024 { try flush() }
  }

  func flush() throws(Failure) {
    var done = 0
    while done < pending.count, !isClosed {
      let written = pending[done...].withUnsafeBytes {
        Glibc.write(STDOUT_FILENO, $0.baseAddress, $0.count)
      }
      if written >= 0 {
        done += written
      } else if errno == EPIPE {
        isClosed = true
      } else if errno != EINTR {
        let reason = String(cString: strerror(errno))
        pending.removeAll()
        throw Failure("cannot write to standard output: \(reason)")
      }
    }
    pending.removeAll(keepingCapacity: true)
  }
}

/// Standard error: errors, hints and progress; never anything a program reads.
enum StandardError {
  static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 }

  static func write(_ text: String) {
    var text = text
    text.withUTF8 { bytes in
      var done = 0
      while done < bytes.count {
        let written = Glibc.write(
          STDERR_FILENO, bytes.baseAddress.map { $0 + done }, bytes.count - done)
        if written <= 0 { return }
        done += written
      }
    }
  }

  static func report(_ failure: Failure) {
    write("sotto: error: \(failure.text)\n")
    if let hint = failure.hint { write("sotto: hint: \(hint)\n") }
  }
}

/// The terminal on standard output.
enum Terminal {
  /// Its columns; nil where standard output is none.
  static var columns: Int? {
    guard isatty(STDOUT_FILENO) == 1 else { return nil }
    var size = winsize()
    if ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 {
      return max(40, Int(size.ws_col))
    }
    return 80
  }
}
