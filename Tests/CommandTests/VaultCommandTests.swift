import ByteReading
import TestSupport
import Testing

/// Locking and restoring from the command line: what is asked, what is said, what the status is.
@Suite struct VaultCommandTests {
  @Test("a folder is locked and given back, every byte, mode and time")
  func roundTrip() throws {
    let store = try StoreUnderTest()
    let before = try store.fingerprint(store.path)
    let locked = try store.lock()
    #expect(locked.status == 0, "\(locked.errorText)")
    #expect(locked.text.hasPrefix("locked ~/diary: "))
    #expect(locked.text.contains("~/diary.sotto"))
    #expect(try run("sh", ["-c", "ls -A '\(store.path)'"]).text.isEmpty)
    #expect(try !run("grep", ["-r", "Dear diary", store.folder.path]).text.contains("diary"))
    let again = try store.lock()
    #expect(again.status == 0)
    #expect(again.errorText == "sotto: ~/diary is locked already\n")
    #expect(again.text.isEmpty, "nothing was done: \(again.text)")
    let restored = try store.restore()
    #expect(restored.status == 0, "\(restored.errorText)")
    #expect(try store.fingerprint(store.path) == before)
    #expect(try !store.exists(store.vault))
  }

  @Test("what lies in a vault and is not of it is named, and kept when the vault goes")
  func stranger() throws {
    let store = try StoreUnderTest()
    let before = try store.fingerprint(store.path)
    #expect(try store.lock().status == 0)
    try write("mine".utf8, to: store.vault + "/notes.txt")
    #expect(try store.sotto("status", store.path).status == 0)
    #expect(try store.lock().errorText == "sotto: ~/diary is locked already\n")
    let refused = try store.restore()
    #expect(refused.status == 13)
    #expect(refused.errorText.contains("notes.txt"), "\(refused.errorText)")
    let restored = try store.restore("--accept")
    #expect(restored.text.contains("~/diary.sotto-kept/notes.txt"), "\(restored.errorText)")
    #expect(try store.fingerprint(store.path) == before)
    #expect(try !store.exists(store.vault))
    #expect(try contents(store.vault + "-kept/notes.txt") == Array("mine".utf8))

    // Where there is no vault, such a folder is somebody else's.
    try write("mine".utf8, to: store.vault + "/notes.txt")
    try write([], to: store.vault + "/manifest.1")
    #expect(try store.lock().status == 11)
    #expect(try store.fingerprint(store.path) == before)
  }

  @Test("a lock again names what was put there since, and so does status")
  func strays() throws {
    let store = try StoreUnderTest()
    #expect(try store.lock().status == 0)
    _ = try run("chattr", ["-i", store.path])
    #expect(
      try run("sh", ["-c", "chmod 700 '\(store.path)' && echo late > '\(store.path)/letter'"])
        .status == 0)
    let again = try store.lock()
    #expect(again.status == 2)
    #expect(again.errorText.contains("/diary/letter lies in the clear"), "\(again.errorText)")
    let status = try run(
      Repository.program, ["status", store.path, "--format", "json"],
      environment: store.environment)
    let stores = try parse(status.output)["stores"]?.elements ?? []
    let stray = stores.first?["stray"]?.elements ?? []
    #expect(stray.compactMap(\.string) == [store.path + "/letter"])
    #expect(try run("rm", [store.path + "/letter"]).status == 0)
    #expect(try store.lock().status == 0)
  }

  @Test(
    "wrong words are usage",
    arguments: [
      ["lock"], ["lock", "--all", "x"], ["lock", "x", "y", "--vault", "z"],
      ["lock", "x", "--bulk", "/absolute"], ["lock", "x", "--bulk", "a/../b"],
      ["lock", "--all", "--bulk", "a"], ["lock", "x", "--recovery", "--format", "json"],
      ["lock", "x", "--kdf", "cheap"], ["lock", "x", "--format", "yaml"],
      ["lock", "x", "--passphrase-fd", "3", "--passphrase-fd", "3"], ["restore"],
      ["restore", "--all", "x"], ["verify"], ["verify", "a", "b"], ["key", "list"], ["key", "add"],
      ["key", "remove", "x"], ["key", "no-such-thing"],
      ["key", "add", "x", "--new-key-file", "a", "--recipient", "b"],
      ["key", "change", "x", "--new-passphrase-fd", "-3"], ["key", "identity"],
    ])
  func usage(arguments: [String]) throws {
    let empty = try TemporaryFolder()
    let result = try run(Repository.program, arguments, environment: ["HOME": empty.path])
    #expect(result.status == 64, "\(arguments): \(result.errorText)")
    #expect(result.output.isEmpty)
    #expect(!result.errors.isEmpty)
  }

  @Test("without a terminal nothing is changed unless --yes is said")
  func confirmation() throws {
    let store = try StoreUnderTest()
    let before = try store.fingerprint(store.home)
    let secret = ["--passphrase-file", store.passphraseFile]
    let refused = try run(
      Repository.program, ["lock", store.path] + secret, environment: store.environment)
    #expect(refused.status == 64)
    #expect(refused.errorText.contains("sotto: hint: say --yes\n"))
    let no = try runOnTerminal(
      Repository.program, ["lock", store.path] + secret, answers: [("[y/N] ", "n")],
      environment: store.environment)
    #expect(no.status == 2)
    #expect(no.echoed == [true])
    #expect(no.text.contains("nothing was changed"))
    #expect(try store.fingerprint(store.home) == before)

    #expect(try store.lock().status == 0)
    let locked = try store.fingerprint(store.home)
    let restore = try run(
      Repository.program, ["restore", store.path] + secret, environment: store.environment)
    #expect(restore.status == 64)
    #expect(try store.fingerprint(store.home) == locked)
    let yes = try runOnTerminal(
      Repository.program, ["restore", store.path] + secret, answers: [("[y/N] ", "y")],
      environment: store.environment)
    #expect(yes.status == 0, "\(yes.text)")
  }

  @Test("wrong secrets, no vault, a newer one, a damaged one are told apart")
  func statuses() throws {
    let store = try StoreUnderTest()
    let other = store.folder.path + "/other"
    try write("something else".utf8, to: other)
    for command in ["verify", "restore"] {
      let plain = try store.sotto(
        command, store.path, "--passphrase-file", other)
      #expect(plain.status == 11, "\(command): \(plain.errorText)")
    }
    #expect(try store.lock().status == 0)
    let wrong = try store.sotto("verify", store.path, "--passphrase-file", other)
    #expect(wrong.status == 10)
    #expect(wrong.errorText.hasPrefix("sotto: error: "))
    #expect(wrong.errorText.contains("sotto: hint: "))
    let wrongKey = try store.sotto("verify", store.path, "--key-file", other)
    #expect(wrongKey.status == 10)
    let wrongRestore = try store.sotto(
      "restore", store.path, "--passphrase-file", other, "--yes")
    #expect(wrongRestore.status == 10)

    // A format version to come, its checksum as it would be.
    let copy = store.folder.path + "/copy"
    #expect(try run("cp", ["-a", store.vault, copy]).status == 0)
    let newer = try run(
      "python3",
      [
        "-c",
        """
        import hashlib, sys
        for name in ("header.1", "header.2"):
            path = sys.argv[1] + "/" + name
            data = bytearray(open(path, "rb").read())
            data[8] = 2
            data[-32:] = hashlib.blake2b(bytes(data[:-32]), digest_size=32).digest()
            open(path, "wb").write(data)
        """, copy,
      ])
    #expect(newer.status == 0, "\(newer.errorText)")
    let isNewer = try store.sotto("verify", copy, "--passphrase-file", store.passphraseFile)
    #expect(isNewer.status == 12, "\(isNewer.errorText)")
    #expect(try store.sotto("key", "list", copy).status == 12)

    // The same change without the checksum is damage.
    for name in ["header.1", "header.2"] {
      _ = try run(
        "sh",
        [
          "-c",
          "printf '\\377' | dd of='\(store.vault)/\(name)' bs=1 seek=60 conv=notrunc 2>/dev/null",
        ])
    }
    let damaged = try store.sotto(
      "verify", store.path, "--passphrase-file", store.passphraseFile)
    #expect(damaged.status == 13, "\(damaged.errorText)")
    // Not a header at all.
    for name in ["header.1", "header.2"] { try write("nothing".utf8, to: copy + "/" + name) }
    #expect(
      try store.sotto("verify", copy, "--passphrase-file", store.passphraseFile).status == 11)
  }

  @Test("verify names what was changed, with 13, for people and for programs")
  func verification() throws {
    let store = try StoreUnderTest()
    #expect(try store.lock().status == 0)
    let secret = ["--passphrase-file", store.passphraseFile]
    func verify(_ more: [String]) throws -> ProgramResult {
      try run(
        Repository.program, ["verify", store.vault] + secret + more,
        environment: store.environment)
    }
    let good = try verify(["--format", "json"])
    #expect(good.status == 0, "\(good.errorText)")
    let document = try parse(good.output)
    #expect(document["schema"]?.string == "sotto.verify/1")
    #expect(document["ok"] == .boolean(true))
    #expect(document["findings"]?.elements == [])
    #expect(document["files"]?.integer ?? 0 >= 3)
    #expect(document["bytes"]?.integer ?? 0 >= 100_011)
    #expect(try verify([]).text.hasPrefix("~/diary.sotto is as it was sealed: "))

    // The one object longer than the others is the letter: a byte of its last page.
    let longest = try run(
      "sh", ["-c", "find '\(store.vault)' -type f -size +90k | head -n 1"]
    ).text.filter { $0 != "\n" }
    _ = try run(
      "python3",
      [
        "-c",
        "import sys; f = open(sys.argv[1], 'r+b'); f.seek(-100, 2); b = f.read(1); f.seek(-1, 1); f.write(bytes([b[0] ^ 1]))",
        longest,
      ])
    let bad = try verify(["--format", "json"])
    #expect(bad.status == 13, "\(bad.errorText)")
    let findings = try parse(bad.output)["findings"]?.elements ?? []
    #expect(try parse(bad.output)["ok"] == .boolean(false))
    #expect(findings.map { $0["kind"]?.string } == ["changed"])
    #expect(findings.first?["path"]?.string == "letters/a long one.md")
    #expect(findings.first?["text"]?.string?.isEmpty == false)
    let table = try verify([])
    #expect(table.status == 13)
    #expect(table.text.contains("letters/a long one.md"))
    // Nobody gets back what somebody else changed without being told.
    let refused = try store.restore()
    #expect(refused.status == 13)
    #expect(refused.errorText.contains("--accept"))
    let accepted = try store.restore("--accept")
    #expect(accepted.status == 13, "\(accepted.errorText)")
    #expect(try contents(store.path + "/2026-11-23.txt") == Array("Dear diary\n".utf8))
  }

  @Test("a store that a process has open is left alone, with the process's number")
  func openFile() throws {
    let store = try StoreUnderTest()
    let before = try store.fingerprint(store.path)
    let script = """
      exec 3<'\(store.path)/2026-11-23.txt'
      '\(Repository.program)' lock '\(store.path)' --passphrase-file '\(store.passphraseFile)' \
        --kdf interactive --yes 3<&-
      code=$?; echo "holder $$"; exit $code
      """
    let result = try run("bash", ["-c", script], environment: store.environment)
    #expect(result.status == 14, "\(result.errorText)")
    let holder = result.text.split(separator: " ").last?.filter(\.isNumber) ?? "?"
    #expect(result.errorText.contains(holder), "\(holder): \(result.errorText)")
    #expect(result.errorText.contains("bash"))
    #expect(try store.fingerprint(store.path) == before)
  }

  @Test("documents have their keys, and the same numbers as the store")
  func documents() throws {
    let store = try StoreUnderTest()
    let locked = try store.lock("--format", "json", "--bulk", "letters")
    #expect(locked.status == 0, "\(locked.errorText)")
    let document = try parse(locked.output)
    #expect(document["schema"]?.string == "sotto.lock/1")
    #expect(document["tool"]?["name"]?.string == "sotto")
    #expect(document["generated"]?.string?.isEmpty == false)
    let entry = try #require(document["stores"]?.elements.first)
    #expect(document["stores"]?.elements.count == 1)
    #expect(entry["path"]?.string == store.path)
    #expect(entry["vault"]?.string == store.vault)
    #expect(entry["app"] == nil)
    #expect(entry["state"]?.string == "locked")
    #expect(entry["files"]?.integer == 3)
    #expect(entry["bytes"]?.integer == 32)
    #expect(entry["bulk"]?["files"]?.integer == 1)
    #expect(entry["bulk"]?["bytes"]?.integer == 100_000)
    #expect(entry["refused"]?.elements == [])
    for remnant in entry["notCovered"]?.elements ?? [] {
      for key in ["what", "where", "why"] { #expect(remnant[key]?.string?.isEmpty == false) }
    }
    let overwritten = entry["overwritten"]?["files"]?.integer ?? -1
    let not = entry["notOverwritten"]?.elements.count ?? -1
    #expect(overwritten >= 0 && not >= 0)
    // What is bulk stays where it is.
    #expect(try contents(store.path + "/letters/a long one.md").count == 100_000)

    let status = try store.sotto("status", store.path, "--format", "json")
    let state = try parse(status.output)
    #expect(state["schema"]?.string == "sotto.status/1")
    #expect(state["stores"]?.elements.first?["state"]?.string == "locked")
    #expect(state["stores"]?.elements.first?["path"]?.string == store.path)
    #expect(state["stores"]?.elements.first?["vault"]?.string == store.vault)
    #expect(state["stores"]?.elements.first?["sealed"]?.string?.hasSuffix("Z") == true)
    // Without a word it is remembered.
    let all = try parse(try store.sotto("status", "--format", "json").output)
    #expect(all["stores"]?.elements == state["stores"]?.elements)

    let restored = try store.restore("--format", "json")
    #expect(restored.status == 0, "\(restored.errorText)")
    let back = try parse(restored.output)
    #expect(back["schema"]?.string == "sotto.restore/1")
    #expect(back["stores"]?.elements.first?["path"]?.string == store.path)
    #expect(back["stores"]?.elements.first?["files"]?.integer == 3)
    #expect(back["stores"]?.elements.first?["bytes"]?.integer == 32)
    #expect(back["stores"]?.elements.first?["kept"]?.elements == [])
    let after = try parse(try store.sotto("status", store.path, "--format", "json").output)
    #expect(after["stores"]?.elements.first?["state"]?.string == "plain")
  }

  @Test("a vault elsewhere is found by its path and by the store's")
  func elsewhere() throws {
    let store = try StoreUnderTest()
    let vault = store.folder.path + "/vaults"
    #expect(try store.lock("--vault", vault).status == 0)
    let secret = ["--passphrase-file", store.passphraseFile]
    for name in [vault, store.path] {
      let result = try run(
        Repository.program, ["verify", name] + secret, environment: store.environment)
      #expect(result.status == 0, "\(name): \(result.errorText)")
    }
    let restored = try store.restore()
    #expect(restored.status == 0, "\(restored.errorText)")
    #expect(try contents(store.path + "/2026-11-23.txt") == Array("Dear diary\n".utf8))
    #expect(try !store.exists(vault))
  }

  @Test("an interrupted lock says that it goes on, and it does")
  func interrupted() throws {
    let store = try StoreUnderTest(isEmpty: true)
    // Enough that the lock is not over before the signal.
    let made = try run(
      "sh",
      ["-c", "mkdir '\(store.path)' && head -c 300000000 /dev/urandom >'\(store.path)/long'"])
    #expect(made.status == 0)
    let sum = try run("sha256sum", [store.path + "/long"]).text.prefix(64)
    let script = """
      '\(Repository.program)' lock '\(store.path)' --passphrase-file '\(store.passphraseFile)' \
        --kdf interactive --yes &
      until test -e '\(store.vault)/tree.1' || ! kill -0 $! 2>/dev/null; do :; done
      kill -TERM $!; wait $!
      """
    let cut = try run("bash", ["-c", script], environment: store.environment)
    #expect(cut.status == 130, "\(cut.errorText)")
    #expect(cut.errorText.contains("goes on where it stopped"))
    let status = try parse(try store.sotto("status", store.path, "--format", "json").output)
    #expect(status["stores"]?.elements.first?["state"]?.string == "interrupted")
    #expect(status["stores"]?.elements.first?["act"]?.string == "locking")
    let rest = try store.lock()
    #expect(rest.status == 0, "\(rest.errorText)")
    #expect(try store.restore().status == 0)
    #expect(try run("sha256sum", [store.path + "/long"]).text.prefix(64) == sum)
  }
}
