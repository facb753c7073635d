import ByteReading
import Glibc
import TestSupport
import Testing

/// Opening and closing a vault from the command line: what is served, what is said, what the status is.
@Suite("Unlock") struct UnlockTests {
  @Test(
    "serves the store at its place, and what is written there is in the vault when it is locked")
  func roundTrip() throws {
    guard let open = try OpenStore("unlocking") else { return }
    let result = try open.unlock()
    #expect(result.status == 0, "\(result.errorText)")
    #expect(result.text == "opened ~/diary\n")
    #expect(result.errors.isEmpty)
    #expect(try open.text("2026-11-23.txt") == "Dear diary\n")
    #expect(try open.text("link").hasPrefix("ZZZZ"))
    try write("the moon is blue\n".utf8, to: open.path + "/new/today.txt")
    try write("and the sea\n".utf8, to: open.path + "/2026-11-23.txt")

    let locked = try open.lock()
    #expect(locked.status == 0, "\(locked.errorText)")
    #expect(locked.text == "locked ~/diary\n")
    #expect(try !open.isMounted())
    #expect(try run("stat", ["-c", "%a", open.path]).text == "500\n")
    #expect(try run("ls", ["-A", open.path]).text.isEmpty)
    #expect(try open.verify() == 0)
    for words in ["the moon is blue", "today.txt", "Dear diary"] {
      #expect(try run("grep", ["-rlF", words, open.store.home]).text.isEmpty, "\(words)")
    }

    try open.open()
    #expect(try open.text("new/today.txt") == "the moon is blue\n")
    #expect(try open.text("2026-11-23.txt") == "and the sea\n")
    #expect(try open.lock().status == 0)
    let restored = try open.store.restore()
    #expect(restored.status == 0, "\(restored.errorText)")
    #expect(try open.text("new/today.txt") == "the moon is blue\n")
  }

  @Test("is refused with a wrong passphrase, what is no vault, and what is not locked")
  func refusals() throws {
    guard let open = try OpenStore("unlocking") else { return }
    let wrong = try open.store.file("wrong", "not this one\n")
    let refused = try open.store.sotto("unlock", open.path, "--passphrase-file", wrong)
    #expect(refused.status == 10, "\(refused.errorText)")
    #expect(try !open.isMounted())
    #expect(try open.store.sotto("unlock", open.store.home).status == 11)
    #expect(try open.store.sotto("unlock", open.path + "/nothing").status == 2)
    #expect(try open.status()["state"]?.string == "locked")
    // What was put there since would be out of sight.
    _ = try run("chattr", ["-i", open.path])
    _ = try run("chmod", ["700", open.path])
    try write("late".utf8, to: open.path + "/letter")
    let stray = try open.unlock()
    #expect(stray.status == 2)
    #expect(stray.errorText.contains("/diary/letter: lies in the clear"), "\(stray.errorText)")
    #expect(try open.text("letter") == "late")
  }

  @Test(
    "wrong words are usage",
    arguments: [
      ["unlock"], ["unlock", "--all", "x"], ["unlock", "x", "--idle", "15"],
      ["unlock", "x", "--idle", "m"], ["unlock", "x", "--idle", "0s"],
      ["unlock", "x", "--idle", "-1m"], ["unlock", "x", "--idle", "99999999999999999999d"],
      ["serve-vault"], ["serve-vault", "x"],
    ])
  func usage(arguments: [String]) throws {
    let empty = try TemporaryFolder()
    let result = try run(Repository.program, arguments, environment: ["HOME": empty.path])
    #expect(result.status == 64, "\(arguments): \(result.errorText)")
    #expect(result.output.isEmpty)
  }

  @Test("a vault that was tampered with is not opened, and named; what is whole can be read")
  func tampered() throws {
    guard let open = try OpenStore("unlocking what was tampered with") else { return }
    // The only file that is longer than a page.
    let files = try run("find", [open.vault + "/tree.1", "-type", "f", "-size", "+20k"]).text
    let file = String(files.split(separator: "\n")[0])
    var bytes = try contents(file)
    bytes[20] ^= 1
    try write(bytes, to: file)

    let table = try open.unlock()
    #expect(table.status == 13)
    #expect(table.text.contains("letters/a long one.md"), "\(table.text)")
    #expect(table.errorText.contains("--accept"))
    #expect(try !open.isMounted())
    let json = try parse(try open.unlock("--format", "json").output)
    #expect(json["schema"]?.string == "sotto.verify/1")
    #expect(json["ok"]?.boolean == false)
    #expect(json["findings"]?.elements.first?["kind"]?.string == "changed")
    #expect(json["findings"]?.elements.first?["path"]?.string == "letters/a long one.md")

    let accepted = try open.unlock("--accept")
    #expect(accepted.status == 0, "\(accepted.errorText)")
    #expect(accepted.text == "opened ~/diary, to be read and not changed\n")
    #expect(try open.text("2026-11-23.txt") == "Dear diary\n")
    #expect(throws: (any Error).self) { try open.text("letters/a long one.md") }
    #expect(throws: (any Error).self) { try write("x".utf8, to: open.path + "/new") }
    #expect(try open.lock().status == 0)
    // Nothing was sealed over it.
    #expect(try open.verify() == 13)
  }

  @Test("opens for reading alone")
  func readOnly() throws {
    guard let open = try OpenStore("unlocking") else { return }
    let before = try run("sh", ["-c", "ls '\(open.vault)'"]).text
    try open.open("--read-only")
    #expect(try open.text("2026-11-23.txt") == "Dear diary\n")
    #expect(throws: (any Error).self) { try write("x".utf8, to: open.path + "/new") }
    #expect(try open.lock().status == 0)
    #expect(try run("sh", ["-c", "ls '\(open.vault)'"]).text == before)
  }

  @Test("documents have their keys")
  func documents() throws {
    guard let open = try OpenStore("unlocking") else { return }
    let json = try parse(try open.unlock("--format", "json").output)
    #expect(json["schema"]?.string == "sotto.unlock/1")
    let store = try #require(json["stores"]?.elements.first)
    #expect(store["path"]?.string == open.path)
    #expect(store["vault"]?.string == open.vault)
    #expect(store["state"]?.string == "open")
    #expect(store["pid"]?.integer.map { Int($0) } == (try open.server()))
    let closed = try parse(try open.lock("--format", "json").output)
    #expect(closed["schema"]?.string == "sotto.lock/1")
    #expect(closed["stores"]?.elements.first?["state"]?.string == "locked")
    #expect(closed["stores"]?.elements.first?["wasOpen"]?.boolean == true)
  }

  @Test("asks for one passphrase for several vaults")
  func several() throws {
    guard let open = try OpenStore("unlocking several") else { return }
    let other = open.store.home + "/letters"
    try write("Dear aunt\n".utf8, to: other + "/aunt.txt")
    let locked = try run(
      Repository.program, ["lock", other, "--kdf", "interactive", "--yes"] + open.secret,
      environment: open.store.environment)
    #expect(locked.status == 0, "\(locked.errorText)")
    let result = try open.store.typing(
      [(after: "Passphrase for", typed: StoreUnderTest.passphrase)], "unlock", "--all")
    #expect(result.status == 0, "\(result.text)")
    #expect(result.echoed == [false])
    #expect(try open.text("2026-11-23.txt") == "Dear diary\n")
    #expect(try contents(other + "/aunt.txt") == Array("Dear aunt\n".utf8))
    let closed = try open.store.sotto("lock", open.path, other)
    #expect(closed.status == 0, "\(closed.errorText)")
    #expect(closed.text == "locked ~/diary\nlocked ~/letters\n")
  }
}

/// Opening a vault without the powers of root.
@Suite("Unlock by an ordinary user") struct UnlockByUserTests {
  @Test("mounts and unmounts through fusermount3")
  func roundTrip() throws {
    guard geteuid() == 0, try run("sh", ["-c", "command -v fusermount3 unshare"]).status == 0,
      let open = try OpenStore("unlocking as an ordinary user", isLocked: false)
    else {
      announce("!!!!  NOT TESTED: unlocking as an ordinary user, which needs root to become one")
      return
    }
    let folder = open.store.folder.path
    try makeFolders(folder + "/state")
    try write("weights\n".utf8, to: open.path + "/top.gguf")
    try #require(
      try run("install", ["-m", "755", Repository.program, folder + "/sotto"]).status == 0)
    _ = try run("chmod", ["a+rx", folder, open.store.passphraseFile])
    try #require(
      try run("chown", ["-R", "-h", "65534:65534", open.store.home, folder + "/state"]).status == 0)
    // A device that everybody may open, as most systems have it, in a world of mounts of its own.
    let script = """
      set -e
      mknod '\(folder)/fuse' c 10 229; chmod 666 '\(folder)/fuse'
      mount --bind '\(folder)/fuse' /dev/fuse
      user() { setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; }
      sotto() { user '\(folder)/sotto' "$@"; }
      secret="--passphrase-file \(open.store.passphraseFile)"
      sotto lock '\(open.path)' $secret --kdf interactive --yes --bulk '*.gguf' >/dev/null
      sotto unlock '\(open.path)' $secret
      user sh -c "cat '\(open.path)/2026-11-23.txt'; echo mine > '\(open.path)/mine'"
      user sh -c "cd '\(open.path)' && cat top.gguf && echo more > top.gguf && cp top.gguf new.gguf && cat new.gguf"
      setpriv --reuid=65534 --regid=65534 --clear-groups sh -c "cd '\(open.path)'; exec sleep 600" &
      held=$!
      until [ "$(user readlink /proc/$held/cwd)" = '\(open.path)' ]; do :; done
      sotto lock '\(open.path)' || echo "lock $?"
      kill -9 $held; wait $held || true
      sotto lock '\(open.path)'
      stat -c '%a %u' '\(open.path)'
      sotto verify '\(open.path)' $secret
      sotto unlock '\(open.path)' $secret --read-only
      server=$(sotto status '\(open.path)' --format json | tr -dc '0-9a-z\\n' | sed -n 's/^pid//p')
      user ls "/proc/$server/fd" 2>/dev/null && echo "its files are seen"
      kill -9 $server
      until sotto status '\(open.path)' | grep -q interrupted; do :; done
      sotto lock '\(open.path)'
      stat -c '%a %u' '\(open.path)'
      """
    let result = try run(
      "timeout", ["--signal=KILL", "120", "unshare", "-m", "bash", "-c", script],
      environment: open.store.environment)
    #expect(result.status == 0, "\(result.text)\(result.errorText)")
    let lines = result.text.split(separator: "\n").map(String.init)
    #expect(
      lines.prefix(4) == ["opened ~/diary", "Dear diary", "weights", "more"],
      "\(result.errorText)")
    #expect(lines.contains("lock 14"), "\(lines)")
    #expect(lines.count(where: { $0 == "500 65534" }) == 2, "\(lines)")
    #expect(lines.contains("opened ~/diary, to be read and not changed"))
    #expect(!lines.contains("its files are seen"))
    #expect(result.errorText.contains("sleep (process"))
  }
}
