import ByteReading

/// What a program showed that was run on a terminal of its own.
public struct TerminalSession: Sendable {
  /// The exit status; 128 plus the signal's number where one ended it.
  public var status: Int32
  /// Everything it showed, echoes included.
  public var text: String
  /// For each answer that was typed, whether the terminal would have shown it.
  public var echoed: [Bool]
  /// Whether the terminal shows what is typed after the program has ended.
  public var echoesAfterwards: Bool
}

/// Runs a program on a pseudo-terminal of 80 columns; types each answer when what stands before it has
/// been shown.
///
/// Python's `pty` is the second hand: it holds the terminal's other end. An answer of `"\u{3}"` is
/// Ctrl-C.
public func runOnTerminal(
  _ program: String, _ arguments: [String], answers: [(after: String, typed: String)],
  environment: [String: String] = [:]
) throws -> TerminalSession {
  let script = answers.flatMap { [$0.after, $0.typed] }
  let result = try run(
    "python3", ["-c", driver, String(script.count)] + script + [program] + arguments,
    environment: environment)
  guard result.status == 0 else {
    throw ProgramNotStarted(name: "terminal: \(result.errorText)", reason: result.status)
  }
  let document = try parse(result.output)
  return TerminalSession(
    status: Int32(clamping: document["status"]?.integer ?? -1),
    text: document["text"]?.string ?? "",
    echoed: document["echoed"]?.elements.map { $0 == .boolean(true) } ?? [],
    echoesAfterwards: document["after"] == .boolean(true))
}

private let driver = """
  import fcntl, json, os, pty, select, struct, sys, termios, time
  count = int(sys.argv[1])
  words, command = sys.argv[2:2 + count], sys.argv[2 + count:]
  answers = list(zip(words[::2], words[1::2]))
  # This side keeps both ends, so that the settings can be read after the child has ended.
  master, slave = pty.openpty()
  fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
  child = os.fork()
  if child == 0:
      os.setsid()
      fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
      for number in range(3):
          os.dup2(slave, number)
      os.closerange(3, 100)
      os.execvp(command[0], command)
  seen, start, echoed = b"", 0, []
  def shows():
      return bool(termios.tcgetattr(slave)[3] & termios.ECHO)
  deadline = time.monotonic() + 120
  status = None
  while True:
      ready, _, _ = select.select([master], [], [], 0.05)
      if ready:
          seen += os.read(master, 65536)
      while answers and answers[0][0].encode() in seen[start:]:
          start += seen[start:].index(answers[0][0].encode()) + len(answers[0][0].encode())
          echoed.append(shows())
          typed = answers.pop(0)[1]
          os.write(master, typed.encode() if typed == "\\x03" else typed.encode() + b"\\n")
      if status is None:
          ended, code = os.waitpid(child, os.WNOHANG)
          if ended:
              status = os.waitstatus_to_exitcode(code)
              continue
      elif not ready:
          break
      if time.monotonic() > deadline:
          os.kill(child, 9)
          sys.exit("nothing more came after: " + seen.decode(errors="replace"))
  if answers:
      sys.exit("never shown: " + answers[0][0] + "\\n" + seen.decode(errors="replace"))
  print(json.dumps({"status": status if status >= 0 else 128 - status, "echoed": echoed,
      "after": shows(), "text": seen.decode(errors="replace").replace("\\r\\n", "\\n")}))
  """
