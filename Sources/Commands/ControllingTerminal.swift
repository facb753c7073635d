import Glibc
import Secrets

/// The terminal that the user sits at, whatever standard input and output are joined to.
final class ControllingTerminal: Sendable {
  private let descriptor: Int32

  /// Opens it.
  /// - Returns: Nil where there is none, or where neither standard input nor standard error is a
  ///   terminal: a program that runs this one in the background must never find it waiting for a key.
  static func open() -> ControllingTerminal? {
    guard isatty(STDIN_FILENO) == 1 || isatty(STDERR_FILENO) == 1 else { return nil }
    let descriptor = Glibc.open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY)
    return descriptor < 0 ? nil : ControllingTerminal(descriptor: descriptor)
  }

  private init(descriptor: Int32) {
    self.descriptor = descriptor
  }

  deinit {
    close(descriptor)
  }

  /// Writes a line or the beginning of one.
  func write(_ text: String) {
    var text = text
    text.withUTF8 { bytes in
      var done = 0
      while done < bytes.count {
        let written = Glibc.write(
          descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done)
        if written <= 0 { return }
        done += written
      }
    }
  }

  /// Asks a question that is answered in the open.
  /// - Returns: The answer without its line feed; nil at the end of input.
  /// - Throws: `Failure` with status 130.
  func answer(_ question: String) throws(Failure) -> String? {
    write(question)
    var line: [UInt8] = []
    while line.count < 4096 {
      try wait()
      var byte: UInt8 = 0
      let got = read(descriptor, &byte, 1)
      if got < 0, errno == EINTR { continue }
      if got <= 0 { return line.isEmpty ? nil : String(decoding: line, as: UTF8.self) }
      if byte == UInt8(ascii: "\n") { break }
      line.append(byte)
    }
    return String(decoding: line, as: UTF8.self)
  }

  /// Asks for a secret, which the terminal does not show.
  /// - Returns: The line without its line feed.
  /// - Throws: `Failure`, with status 130 after Ctrl-C; the terminal shows again what is typed in every
  ///   case.
  func secret(_ prompt: String) throws(Failure) -> SecureBytes {
    var shown = termios()
    guard tcgetattr(descriptor, &shown) == 0 else {
      throw Failure("the terminal cannot be made to hide what is typed")
    }
    var hidden = shown
    hidden.c_lflag &= ~tcflag_t(ECHO)
    // Ctrl-Z would hand the shell a terminal that shows nothing.
    withUnsafeMutableBytes(of: &hidden.c_cc) { $0[Int(VSUSP)] = 0 }
    guard tcsetattr(descriptor, TCSAFLUSH, &hidden) == 0 else {
      throw Failure("the terminal cannot be made to hide what is typed")
    }
    defer {
      tcsetattr(descriptor, TCSAFLUSH, &shown)
      write("\n")
    }
    write(prompt)
    return try SecretInput.line(from: descriptor, named: "the terminal", wait: wait)
  }

  /// Waits for a key, and looks now and then whether a signal came: another thread may have got it.
  private func wait() throws(Failure) {
    while true {
      try Interruption.check()
      var ready = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      if poll(&ready, 1, 100) > 0 { return }
    }
  }
}
