import ByteReading
import Glibc
import TestSupport
import Testing

/// A store that is open: what status says, who keeps it open, and what its server does when it ends.
@Suite("A store that is open") struct OpenStoreTests {
  @Test("is shown by status with its process and its open files")
  func status() throws {
    guard let open = try OpenStore("the status of an open store") else { return }
    #expect(try open.status()["state"]?.string == "locked")
    try open.open()
    var status = try open.status()
    #expect(status["state"]?.string == "open")
    #expect(status["openFiles"]?.integer == 0)
    #expect(status["since"]?.string?.hasSuffix("Z") == true)
    #expect(status["sealed"]?.string?.hasSuffix("Z") == true)
    let server = try open.server()
    let command = String(decoding: try contents("/proc/\(server)/cmdline"), as: UTF8.self)
    #expect(command.split(separator: "\0").prefix(2) == ["sotto", "serve-vault"])
    let file = Glibc.open(open.path + "/empty", O_RDONLY | O_CLOEXEC)
    try #require(file >= 0)
    status = try open.status()
    #expect(status["openFiles"]?.integer == 1)
    close(file)
    let table = try open.store.sotto("status", open.path).text
    #expect(table.contains("in process \(server)"), "\(table)")
    let again = try open.unlock()
    #expect(again.status == 0)
    #expect(again.errorText == "sotto: ~/diary is open already\n")
    #expect(try open.server() == server)
    #expect(try open.lock().status == 0)
    #expect(try open.status()["state"]?.string == "locked")
    #expect(try open.status()["pid"] == nil)
    // The process has ended when the command has.
    #expect(access("/proc/\(server)/exe", F_OK) != 0)
  }

  @Test("is locked with all others that are open, without being named")
  func opened() throws {
    guard let open = try OpenStore("locking what is open") else { return }
    let none = try open.store.sotto("lock", "--opened")
    #expect(none.status == 0, "\(none.errorText)")
    try open.open()
    #expect(try open.store.sotto("lock", "--opened", open.path).status == 64)
    let locked = try open.store.sotto("lock", "--opened")
    #expect(locked.status == 0, "\(locked.errorText)")
    #expect(locked.text.hasPrefix("locked ~/diary"), "\(locked.text)")
    #expect(try !open.isMounted())
    #expect(try open.verify() == 0)
  }

  @Test("stays open while a program has a file open, which is named")
  func inUse() throws {
    guard let open = try OpenStore("an open store that is in use") else { return }
    try open.open()
    let file = Glibc.open(open.path + "/2026-11-23.txt", O_RDWR | O_CLOEXEC)
    try #require(file >= 0)
    let refused = try open.lock()
    #expect(refused.status == 14)
    #expect(refused.errorText.contains("(process \(getpid()))"), "\(refused.errorText)")
    #expect(refused.errorText.contains("--force"))
    #expect(try open.text("2026-11-23.txt") == "Dear diary\n")

    // What was written before is kept, though it was never synced.
    #expect(Glibc.write(file, "Cher", 4) == 4)
    let forced = try open.lock("--force")
    #expect(forced.status == 0, "\(forced.errorText)")
    #expect(try !open.isMounted())
    #expect(Glibc.pwrite(file, "late", 4, 0) < 0 || fsync(file) != 0)
    close(file)
    #expect(try open.verify() == 0)
    try open.open()
    #expect(try open.text("2026-11-23.txt") == "Cher diary\n")
  }

  @Test("is in use by who works in one of its folders, and is waited for")
  func working() throws {
    guard let open = try OpenStore("an open store that somebody works in") else { return }
    try open.open()
    let script = """
      (cd '\(open.path)/letters' && exec sleep 600) & held=$!
      until [ "$(readlink /proc/$held/cwd)" = '\(open.path)/letters' ]; do :; done
      '\(Repository.program)' lock '\(open.path)'; echo "lock $?"
      '\(Repository.program)' lock '\(open.path)' --wait 2>'\(open.store.folder.path)/waiting' & waits=$!
      until grep -q waiting '\(open.store.folder.path)/waiting'; do :; done
      kill -9 $held
      wait $waits; echo "wait $?"
      """
    let result = try run(
      "timeout", ["--signal=KILL", "120", "bash", "-c", script],
      environment: open.store.environment)
    #expect(result.text.contains("lock 14\n"), "\(result.text)\(result.errorText)")
    #expect(result.text.contains("wait 0\n"))
    #expect(try open.verify() == 0)
  }

  @Test("is locked by a signal, and when it is unmounted by hand")
  func otherEnds() throws {
    guard let open = try OpenStore("ending the process that serves a store") else { return }
    for (name, signal) in [("a", SIGTERM), ("b", SIGINT)] {
      try open.open()
      try write("kept".utf8, to: open.path + "/" + name)
      try open.end(try open.server(), by: signal)
      #expect(try open.verify() == 0)
      #expect(try run("stat", ["-c", "%a", open.path]).text == "500\n")
    }
    try open.open()
    #expect(try open.text("a") == "kept")
    let server = try open.server()
    // A terminal that goes away is no reason.
    #expect(kill(pid_t(server), SIGHUP) == 0)
    #expect(try open.status()["pid"]?.integer.map { Int($0) } == server)
    try #require(try run("umount", [open.path]).status == 0)
    try open.end(server)
    #expect(try open.verify() == 0)
  }

  @Test("is locked when nothing was open in it for long enough")
  func idle() throws {
    guard let open = try OpenStore("idle locking") else { return }
    try open.open("--idle", "1s")
    // Whoever holds a file holds the store.
    let file = Glibc.open(open.path + "/empty", O_RDONLY | O_CLOEXEC)
    if file >= 0 { close(file) }
    if let server = try open.status()["pid"]?.integer { try open.end(Int(server)) }
    #expect(try !open.isMounted())
    #expect(try open.verify() == 0)
  }

  @Test("is told from one whose process was killed, which lock clears and unlock takes up")
  func killed() throws {
    guard let open = try OpenStore("a store whose server was killed") else { return }
    try open.open()
    let file = Glibc.open(open.path + "/synced", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    try #require(file >= 0)
    #expect(Glibc.write(file, "promised", 8) == 8)
    #expect(fsync(file) == 0)
    close(file)
    try open.end(try open.server(), by: SIGKILL)

    let status = try open.status()
    #expect(status["state"]?.string == "interrupted")
    #expect(status["act"]?.string == "serving")
    let table = try open.store.sotto("status", open.path)
    #expect(table.text.contains("was open and not closed: ~/diary"), "\(table.text)")
    #expect(try open.store.sotto("scan", "--in", open.store.home).status == 0)
    let locked = try open.lock()
    #expect(locked.status == 0, "\(locked.errorText)")
    #expect(try !open.isMounted())
    // Without a secret nothing can be sealed.
    #expect(try open.status()["state"]?.string == "interrupted")
    #expect(try run("stat", ["-c", "%a", open.path]).text == "500\n")
    let unlocked = try open.unlock()
    #expect(unlocked.status == 0, "\(unlocked.text)\(unlocked.errorText)")
    #expect(try open.text("synced") == "promised")

    // Unlock too clears what is left.
    try open.end(try open.server(), by: SIGKILL)
    let again = try open.unlock()
    #expect(again.status == 0, "\(again.text)\(again.errorText)")
    #expect(try open.text("synced") == "promised")
    #expect(try open.lock().status == 0)
    #expect(try open.verify() == 0)
  }

  @Test("is served by a process that has no passphrase, lets nobody look into it and is not dumped")
  func secrecy() throws {
    guard let open = try OpenStore("what the serving process holds") else { return }
    try open.open()
    let server = try open.server()
    let limits = String(decoding: try contents("/proc/\(server)/limits"), as: UTF8.self)
    let core = limits.split(separator: "\n").first { $0.hasPrefix("Max core file size") } ?? ""
    #expect(core.split(separator: " ").suffix(3) == ["0", "0", "bytes"])
    let found = try run(
      "python3",
      [
        "-c",
        """
        import sys
        server, words = sys.argv[1], sys.argv[2].encode()
        memory = open(f"/proc/{server}/mem", "rb", 0)
        looked = 0
        for line in open(f"/proc/{server}/maps"):
            first, last = (int(part, 16) for part in line.split()[0].split("-"))
            if line.split()[1][0] != "r" or "[v" in line: continue
            memory.seek(first)
            try: data = memory.read(last - first)
            except OSError: continue
            looked += len(data)
            if words in data: print("found", line)
        for name in ("cmdline", "environ"):
            if words in open(f"/proc/{server}/{name}", "rb").read(): print("found", name)
        if looked < 1 << 20: print("looked at nothing")
        """, String(server), StoreUnderTest.passphrase,
      ])
    if geteuid() == 0 {
      #expect(found.status == 0 && found.text.isEmpty, "\(found.text)\(found.errorText)")
    } else {
      #expect(found.errorText.contains("Permission denied"))
    }
    // Nothing of whoever has started it is kept open.
    guard geteuid() == 0 else { return }
    let descriptors = try run("sh", ["-c", "readlink /proc/\(server)/fd/[012]"]).text
    #expect(descriptors == "/dev/null\n/dev/null\n/dev/null\n")
  }
}
