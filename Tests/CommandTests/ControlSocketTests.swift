import ByteReading
import Glibc
import TestSupport
import Testing

/// The socket by which a process that serves a vault is asked and told.
@Suite("The control socket") struct ControlSocketTests {
  private func socket(of open: OpenStore) throws -> String {
    let found = try run("find", [open.store.folder.path + "/state", "-type", "s"]).text
    return String(found.split(separator: "\n").first ?? "")
  }

  /// Says something and gives the answer, up to the end of the connection.
  private func say(_ text: String, to socket: String) throws -> String {
    let answer = try run(
      "python3",
      [
        "-c",
        """
        import socket, sys
        line = socket.socket(socket.AF_UNIX)
        line.settimeout(60)
        line.connect(sys.argv[1])
        line.sendall(sys.argv[2].encode())
        answer = b""
        try:
            while part := line.recv(4096): answer += part
        except ConnectionResetError:
            pass  # what was said was not read to its end
        sys.stdout.write(answer.decode())
        """, socket, text,
      ])
    #expect(answer.status == 0, "\(answer.errorText)")
    return answer.text
  }

  @Test("answers what it knows, and says so where it knows nothing")
  func answers() throws {
    guard let open = try OpenStore("the control socket") else { return }
    try open.open()
    let path = try socket(of: open)
    let folder = path.split(separator: "/").dropLast().joined(separator: "/")
    #expect(try run("stat", ["-c", "%a", "/" + folder]).text == "700\n")
    let status = try say("sotto/1 status\n", to: path)
    #expect(status.hasPrefix("status {") && status.hasSuffix("}\n"))
    let value = try parse(Array(status.dropFirst("status ".count).utf8))
    #expect(value["pid"]?.integer.map { Int($0) } == (try open.server()))
    #expect(value["readOnly"]?.boolean == false)
    #expect(try say("sotto/2 status\n", to: path) == "unknown\n")
    #expect(try say("sotto/1 burn\n", to: path) == "unknown\n")
    #expect(try say("\n", to: path) == "unknown\n")
    // Neither what is too long nor what never ends is waited for.
    #expect(try say(String(repeating: "x", count: 5000), to: path).isEmpty)
    #expect(try say("sotto/1", to: path).isEmpty)
    #expect(try say("sotto/1 lock\n", to: path) == "doing unmounting\ndoing sealing\nlocked\n")
    #expect(try open.verify() == 0)
  }

  @Test("answers others while some say nothing")
  func silence() throws {
    guard let open = try OpenStore("a client that says nothing") else { return }
    try open.open()
    let path = try socket(of: open)
    let script = """
      import os, socket, subprocess, sys
      lines = [socket.socket(socket.AF_UNIX) for _ in range(8)]
      for line in lines: line.connect(sys.argv[1])
      lines[0].sendall(b"sotto/1 sta")
      for words in (["status", sys.argv[3], "--format", "json"], ["lock", sys.argv[3]]):
          done = subprocess.run([sys.argv[2], *words], capture_output=True, text=True, timeout=60)
          print(done.returncode, '"state": "open"' in done.stdout)
      """
    let result = try run(
      "python3", ["-c", script, path, Repository.program, open.path],
      environment: open.store.environment)
    #expect(result.text == "0 True\n0 False\n", "\(result.text)\(result.errorText)")
    #expect(try open.verify() == 0)
  }

  @Test("of a process that was killed is in nobody's way, nor is anything else at its place")
  func stale() throws {
    guard let open = try OpenStore("a socket that was left") else { return }
    try open.open()
    let path = try socket(of: open)
    try open.end(try open.server(), by: SIGKILL)
    #expect(try open.lock().status == 0)
    #expect(try open.store.exists(path))
    try open.open()
    #expect(try open.status()["state"]?.string == "open")
    #expect(try open.lock().status == 0)
    #expect(try !open.store.exists(path))
    try write("a file".utf8, to: path)
    try open.open()
    #expect(try open.status()["state"]?.string == "open")
    #expect(try open.lock().status == 0)
  }

  @Test("of another copy of a vault keeps the second from being opened")
  func copies() throws {
    guard let open = try OpenStore("two copies of a vault") else { return }
    let copy = open.store.folder.path + "/elsewhere/diary.sotto"
    try makeFolders(open.store.folder.path + "/elsewhere/diary")
    try #require(try run("cp", ["-a", open.vault, copy]).status == 0)
    try open.open()
    let second = try run(
      Repository.program, ["unlock", copy] + open.secret, environment: open.store.environment)
    #expect(second.status == 14, "\(second.text)\(second.errorText)")
    #expect(second.errorText.contains("process \(try open.server())"))
    #expect(try open.text("2026-11-23.txt") == "Dear diary\n")
  }
}
