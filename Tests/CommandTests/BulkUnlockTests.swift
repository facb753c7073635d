import ByteReading
import Glibc
import TestSupport
import Testing

/// A store of which a part stays in the clear, opened and closed: both parts are there, each where it belongs.
@Suite("Unlock with bulk") struct BulkUnlockTests {
  /// A store with models in a folder of their own, at its top and among what is private.
  private func open(_ what: String, isLocked: Bool = true) throws -> OpenStore? {
    guard let open = try OpenStore(what, isLocked: false) else { return nil }
    try write("weights".utf8, to: open.path + "/models/one.bin")
    try write("weights at the top".utf8, to: open.path + "/top.gguf")
    try write("weights between".utf8, to: open.path + "/letters/b/x.gguf")
    try write("Dear aunt\n".utf8, to: open.path + "/letters/b/aunt.txt")
    if isLocked {
      let locked = try open.store.lock(
        "--bulk", "*.gguf", "--bulk", "models", "--bulk", "letters/*/*.gguf")
      try #require(locked.status == 0, "\(locked.errorText)")
    }
    return open
  }

  private func shell(_ open: OpenStore, _ script: String) throws -> ProgramResult {
    try run("sh", ["-c", "cd '\(open.path)' && \(script)"])
  }

  private let listing = "find . -type f | LC_ALL=C sort"

  @Test("shows both, keeps new ones on their sides, and leaves the clear part where it is")
  func roundTrip() throws {
    guard let open = try open("unlocking with bulk") else { return }
    let inode = try shell(open, "stat -c %i models/one.bin").text
    try open.open()
    #expect(
      try shell(open, listing).text == """
        ./2026-11-23.txt
        ./empty
        ./letters/a long one.md
        ./letters/b/aunt.txt
        ./letters/b/x.gguf
        ./models/one.bin
        ./top.gguf

        """)
    #expect(try open.text("models/one.bin") == "weights")
    #expect(try open.text("letters/b/aunt.txt") == "Dear aunt\n")
    #expect(try shell(open, "stat -c %i models/one.bin").text == inode)
    let made = try shell(
      open,
      """
      set -e
      head -c 3000000 /dev/zero | tr '\\0' m > new.gguf
      printf ' and more' >> models/one.bin
      mkdir models/sub letters/c; echo two > models/sub/two.bin; echo y > letters/c/y.gguf
      echo 'the moon is blue' > today.txt; echo 'the sea is green' > letters/c/sea.txt
      mv new.gguf newer.gguf; ln newer.gguf models/same
      sync -f .
      """)
    #expect(made.status == 0, "\(made.errorText)")
    let crossing = try run(
      "python3",
      [
        "-c",
        """
        import errno, os, sys
        os.chdir(sys.argv[1])
        for old, new in ("today.txt", "today.gguf"), ("top.gguf", "top"), ("letters", "mail"):
            for act in os.rename, os.link:
                if os.path.isdir(old) and act is os.link: continue
                try: act(old, new)
                except OSError as error: assert error.errno == errno.EXDEV, (old, new, error)
                else: sys.exit(f"{old} became {new}")
        """, open.path,
      ])
    #expect(crossing.status == 0, "\(crossing.errorText)")
    // What a program does then.
    #expect(try shell(open, "mv top.gguf private && mv private again.gguf").status == 0)

    let locked = try open.lock()
    #expect(locked.status == 0, "\(locked.errorText)")
    #expect(
      try shell(open, listing).text == """
        ./again.gguf
        ./letters/b/x.gguf
        ./letters/c/y.gguf
        ./models/one.bin
        ./models/same
        ./models/sub/two.bin
        ./newer.gguf

        """)
    #expect(
      try shell(open, "cat models/one.bin; stat -c %s newer.gguf").text
        == "weights and more3000000\n")
    #expect(try shell(open, "stat -c %a .; stat -c %h newer.gguf").text == "500\n2\n")
    if geteuid() == 0, try run("lsattr", ["-d", open.vault]).status == 0 {
      #expect(try run("lsattr", ["-d", open.path]).text.prefix(5).contains("i"))
    }
    #expect(try open.verify() == 0)
    for words in ["the moon is blue", "the sea is green", "today.txt", "Dear aunt"] {
      #expect(try run("grep", ["-rlF", words, open.store.home]).text.isEmpty, "\(words)")
    }
    #expect(try run("grep", ["-rlF", "and more", open.vault]).text.isEmpty)

    try open.open("--read-only")
    #expect(try open.text("letters/c/sea.txt") == "the sea is green\n")
    #expect(try open.text("letters/c/y.gguf") == "y\n")
    #expect(throws: (any Error).self) { try write("x".utf8, to: open.path + "/models/new") }
    #expect(throws: (any Error).self) { try write("x".utf8, to: open.path + "/new.gguf") }
    #expect(try open.lock().status == 0)

    let restored = try open.store.restore()
    #expect(restored.status == 0, "\(restored.errorText)")
    #expect(try open.text("letters/c/sea.txt") == "the sea is green\n")
    #expect(try open.text("letters/c/y.gguf") == "y\n")
    #expect(try open.text("models/one.bin") == "weights and more")
    #expect(try open.text("2026-11-23.txt") == "Dear diary\n")
  }

  @Test("a folder that a link has taken the place of is not opened through it")
  func plantedLink() throws {
    guard let open = try open("unlocking with planted links") else { return }
    try write("theirs".utf8, to: open.store.home + "/elsewhere/x.gguf")
    _ = try run("chattr", ["-i", open.path])
    // On the way to bulk it is no bulk itself, and named.
    let planted = try shell(open, "mv letters/b ../b && ln -s ../../elsewhere letters/b")
    #expect(planted.status == 0, "\(planted.errorText)")
    let refused = try open.unlock()
    #expect(refused.status == 2)
    #expect(refused.errorText.contains("/letters/b: lies in the clear"), "\(refused.errorText)")
    _ = try run("chattr", ["-i", open.path])
    // In the place of bulk it is a link, as it would be without a vault: whoever follows it does so themselves.
    let moved = try shell(
      open,
      """
      rm letters/b && mv ../b letters/b && chmod 700 . && mv models .. &&
      ln -s ../elsewhere models
      """)
    #expect(moved.status == 0, "\(moved.errorText)")
    try open.open()
    #expect(
      try shell(open, "readlink models; ls letters/b").text
        == "../elsewhere\naunt.txt\nx.gguf\n")
    #expect(try open.lock().status == 0)
  }

  @Test("what somebody makes is theirs, and what they may not read stays unread")
  func owners() throws {
    guard geteuid() == 0 else {
      announce("SKIPPED: owners in the clear, which need root to become somebody else")
      return
    }
    guard let open = try open("unlocking with bulk of others", isLocked: false) else { return }
    _ = try run("chmod", ["a+rx", open.store.folder.path])
    _ = try run("chown", ["-R", "-h", "65534:65534", open.store.home])
    try #require(
      try open.store.lock("--bulk", "*.gguf", "--bulk", "models", "--bulk", "letters/*/*.gguf")
        .status
        == 0)
    try open.open()
    let user = try run(
      "setpriv",
      [
        "--reuid=65534", "--regid=65534", "--clear-groups", "sh", "-c",
        """
        set -e; cd '\(open.path)'; umask 027
        echo mine > new.gguf; mkdir models/mine letters/n; echo mine > models/mine/m
        echo mine > letters/n/m.gguf; ln -s nowhere models/link; chmod 400 top.gguf
        """,
      ])
    #expect(user.status == 0, "\(user.errorText)")
    let other = try run(
      "setpriv",
      [
        "--reuid=65533", "--regid=65533", "--clear-groups", "sh", "-c",
        "cd '\(open.path)'; cat new.gguf top.gguf models/mine/m; echo x > new.gguf; echo x > models/x",
      ])
    #expect(other.text.isEmpty)
    #expect(other.errorText.split(separator: "\n").count == 5, "\(other.errorText)")
    #expect(try open.lock().status == 0)
    #expect(
      try shell(
        open,
        """
        stat -c '%u:%g %a %n' new.gguf models/mine models/mine/m models/link letters/n \
          letters/n/m.gguf top.gguf
        """
      ).text == """
        65534:65534 640 new.gguf
        65534:65534 750 models/mine
        65534:65534 640 models/mine/m
        65534:65534 777 models/link
        65534:65534 700 letters/n
        65534:65534 640 letters/n/m.gguf
        65534:65534 400 top.gguf

        """)
  }

  @Test("what a crash leaves is taken up")
  func crash() throws {
    guard let open = try open("unlocking with bulk") else { return }
    try open.open()
    let made = try shell(
      open,
      """
      mkdir letters/c && echo y > letters/c/y.gguf && echo n > new.gguf && sync letters/c/y.gguf
      """)
    #expect(made.status == 0, "\(made.errorText)")
    try open.end(try open.server(), by: SIGKILL)
    let locked = try open.lock()
    #expect(locked.status == 0, "\(locked.errorText)")
    #expect(try run("stat", ["-c", "%a", open.path]).text == "500\n")
    try open.open()
    // Whether or not the folder was promised: the model in it was.
    #expect(try open.text("letters/c/y.gguf") == "y\n")
    #expect(try open.text("models/one.bin") == "weights")
    #expect(try open.lock().status == 0)
    #expect(try open.verify() == 0)
  }
}
